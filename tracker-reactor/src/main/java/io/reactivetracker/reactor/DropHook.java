// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.TaskTimeoutException;
import org.jspecify.annotations.Nullable;
import reactor.core.Exceptions;
import reactor.core.publisher.Operators;
import reactor.util.Logger;
import reactor.util.Loggers;

/**
 * Logs errors that Reactor drops: a cancelled task at DEBUG, any other error, also a time-out, as Reactor's default
 * does.
 */
final class DropHook {

    private static final Logger REACTOR = Loggers.getLogger(Operators.class);
    private static final Logger LOGGER = Loggers.getLogger(ReactorTracking.class);

    private DropHook() {}

    static void log(Throwable error) {
        Throwable failure = withoutMissingCallback(error);
        if (failure instanceof TaskCancelledException && !(failure instanceof TaskTimeoutException)) {
            LOGGER.debug("{}", failure.getMessage());
        } else {
            REACTOR.error("Operator called default onErrorDropped", error);
        }
    }

    private static @Nullable Throwable withoutMissingCallback(Throwable error) {
        return Exceptions.isErrorCallbackNotImplemented(error) ? error.getCause() : error;
    }
}
