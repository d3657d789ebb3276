// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import java.io.Serial;
import java.time.Duration;
import java.util.concurrent.TimeoutException;

/** Why a shutdown cancels a subscription. It has no stack trace, since nothing is wrong where it is made. */
final class GraceOverException extends TimeoutException {

    @Serial
    private static final long serialVersionUID = 1L;

    GraceOverException(Duration grace) {
        super("the application stops, and gave its subscriptions " + LogText.seconds(grace) + " to end");
    }

    @Override
    @SuppressWarnings("UnsynchronizedOverridesSynchronized") // It does nothing.
    public Throwable fillInStackTrace() {
        return this;
    }
}
