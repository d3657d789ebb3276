// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** An answer that is known at once: one object for all who ask, so nobody may change it. */
final class SharedAnswer<T extends @Nullable Object> extends CompletableFuture<T> {

    private static final SharedAnswer<Boolean> YES = new SharedAnswer<>(true);
    private static final SharedAnswer<Boolean> NO = new SharedAnswer<>(false);

    /** That the end of a task was recorded. */
    static final CompletableFuture<Void> RECORDED = new SharedAnswer<>(null);

    @SuppressWarnings("NullAway") // the value of Void is null
    private SharedAnswer(@Nullable T value) {
        complete(value);
    }

    static CompletableFuture<Boolean> of(boolean isYes) {
        return isYes ? YES : NO;
    }

    @Override
    public void obtrudeValue(T value) {
        throw new UnsupportedOperationException("this answer is shared, and stays as it is");
    }

    @Override
    public void obtrudeException(Throwable failure) {
        throw new UnsupportedOperationException("this answer is shared, and stays as it is");
    }
}
