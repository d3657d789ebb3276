// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.TaskTimeoutException;
import io.reactivetracker.TrackerClosedException;
import io.reactivetracker.group.TaskRejectedException;
import io.reactivetracker.internal.LogText;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.http.HttpHeaders;

/**
 * The response to a request that failed because a task was refused: 503 with {@code Retry-After}.
 *
 * <p>A task is refused if its group or tracker is closed, if an admission rejected it, or if it was cancelled, as a
 * shutdown does after its grace. This is not an error of the server, so it is logged at DEBUG. A task whose time limit
 * was over was not refused: its error is the application's to handle, like that of Reactor's {@code timeout}.
 *
 * <p>Once the application stops, the response also closes the connection, so that a retry reaches another server.
 */
final class RefusedTasks {

    private static final Log LOG = LogFactory.getLog(RefusedTasks.class.getPackageName());

    private final String retryAfter;
    private final BooleanSupplier isStopping;

    RefusedTasks(Duration retryAfter, BooleanSupplier isStopping) {
        if (retryAfter.isNegative()) {
            throw new InvalidConfigurationPropertyValueException(
                    "reactive-tracker.web.retry-after", retryAfter, "It must not be negative; 0 means at once.");
        }
        this.retryAfter = Long.toString(retryAfter.plusNanos(999_999_999).toSeconds());
        this.isStopping = isStopping;
    }

    /** Returns whether a request failed because a task was refused. */
    boolean isReasonOf(Throwable failure) {
        Throwable reason = failure;
        while ((reason instanceof CompletionException || reason instanceof ExecutionException)
                && reason.getCause() != null) {
            reason = reason.getCause();
        }
        boolean isRefused = reason instanceof TrackerClosedException
                || reason instanceof TaskRejectedException
                || (reason instanceof TaskCancelledException && !(reason instanceof TaskTimeoutException));
        if (isRefused && LOG.isDebugEnabled()) {
            LOG.debug("answered 503: " + LogText.escape(String.valueOf(reason.getMessage())));
        }
        return isRefused;
    }

    /** Sets the headers of the response. */
    void setHeaders(BiConsumer<String, String> response) {
        response.accept(HttpHeaders.RETRY_AFTER, retryAfter);
        if (isStopping.getAsBoolean()) {
            response.accept(HttpHeaders.CONNECTION, "close");
        }
    }
}
