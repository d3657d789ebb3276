// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.TrackerClosedException;
import io.reactivetracker.group.TaskRejectedException;
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
 * The answer to a request that failed because a task was refused: 503, with the time after which to try again.
 *
 * <p>Refused is a task whose group or tracker is closed, that the admission of its group turned away, or that is cancelled,
 * which a shutdown does to all tasks when their grace is over. It is no error of the server, so it is logged only for debugging.
 *
 * <p>Once the application stops, the answer also ends the connection, so that the next try goes to another server.
 */
final class RefusedTasks {

    private static final Log LOG = LogFactory.getLog(RefusedTasks.class.getPackageName());

    private final String retryAfter;
    private final BooleanSupplier isStopping;

    RefusedTasks(Duration retryAfter, BooleanSupplier isStopping) {
        if (retryAfter.isNegative()) {
            throw new InvalidConfigurationPropertyValueException(
                    "reactive-tracker.web.retry-after", retryAfter, "It must not be negative: 0 is for at once.");
        }
        this.retryAfter = Long.toString(retryAfter.plusNanos(999_999_999).toSeconds());
        this.isStopping = isStopping;
    }

    /** Whether a request failed because of that. */
    boolean isReasonOf(Throwable failure) {
        Throwable reason = failure;
        while ((reason instanceof CompletionException || reason instanceof ExecutionException)
                && reason.getCause() != null) {
            reason = reason.getCause();
        }
        boolean isRefused = reason instanceof TrackerClosedException
                || reason instanceof TaskRejectedException
                || reason instanceof TaskCancelledException;
        if (isRefused && LOG.isDebugEnabled()) {
            LOG.debug("answered 503: " + LogText.escape(String.valueOf(reason.getMessage())));
        }
        return isRefused;
    }

    /** Tells the headers of the answer: the time in whole seconds, and the end of the connection. */
    void giveHeaders(BiConsumer<String, String> answer) {
        answer.accept(HttpHeaders.RETRY_AFTER, retryAfter);
        if (isStopping.getAsBoolean()) {
            answer.accept(HttpHeaders.CONNECTION, "close");
        }
    }
}
