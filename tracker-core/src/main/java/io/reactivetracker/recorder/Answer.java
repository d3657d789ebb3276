// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A yes or no that is known at once: one object for all who ask, so nobody may change it. */
final class Answer extends CompletableFuture<Boolean> {

    private static final Answer YES = new Answer(true);
    private static final Answer NO = new Answer(false);

    private Answer(boolean isYes) {
        complete(isYes);
    }

    static CompletionStage<Boolean> of(boolean isYes) {
        return isYes ? YES : NO;
    }

    @Override
    public void obtrudeValue(Boolean value) {
        throw new UnsupportedOperationException("this answer is shared, and stays as it is");
    }

    @Override
    public void obtrudeException(Throwable failure) {
        throw new UnsupportedOperationException("this answer is shared, and stays as it is");
    }
}
