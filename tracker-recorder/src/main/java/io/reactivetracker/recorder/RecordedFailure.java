// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.TaskTimeoutException;
import java.util.Arrays;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Reduces a failure to what is recorded: its type, its message and the top of its stack trace, without the objects that
 * the failure refers to.
 *
 * <p>A {@link TaskCancelledException} and a {@link LeaseLostException} keep their types.
 */
final class RecordedFailure {

    static final int MAX_CHARACTERS = 1000;

    /** Enough to show where the failure was thrown. A frame takes about 40 bytes. */
    static final int MAX_FRAMES = 8;

    private RecordedFailure() {}

    /** Returns what is kept in memory. */
    static Throwable bounded(Throwable failure) {
        return recorded(failure, UnaryOperator.identity());
    }

    /** Returns what is recorded if messages may contain secrets. */
    static Throwable redacted(Throwable failure, UnaryOperator<String> redaction) {
        return recorded(failure, redaction);
    }

    /** Returns whether a task was cancelled. The end of a time limit is recorded like any other failure. */
    static boolean isCancelled(Throwable failure) {
        return failure instanceof TaskCancelledException && !(failure instanceof TaskTimeoutException);
    }

    private static Throwable recorded(Throwable failure, UnaryOperator<String> redaction) {
        if (isCancelled(failure)) {
            // It refers to nothing but its cause, and its message is ours.
            Throwable cause = failure.getCause();
            return cause == null ? failure : new TaskCancelledException(recorded(cause, redaction));
        }
        if (failure instanceof LeaseLostException lost) {
            Throwable cause = failure.getCause();
            Object key = lost.key();
            return cause == null || key == null
                    ? failure
                    : new LeaseLostException(key, lost.fencingToken(), recorded(cause, redaction));
        }
        RecordedFailureException recorded =
                new RecordedFailureException(typeOf(failure), messageOf(failure, redaction));
        StackTraceElement[] frames = failure.getStackTrace();
        recorded.setStackTrace(frames.length <= MAX_FRAMES ? frames : Arrays.copyOf(frames, MAX_FRAMES));
        return recorded;
    }

    /** Returns the type and the message of any failure, without a stack trace. */
    static RecordedFailureException typeAndMessage(Throwable failure) {
        return new RecordedFailureException(typeOf(failure), messageOf(failure, UnaryOperator.identity()));
    }

    private static String typeOf(Throwable failure) {
        return failure instanceof RecordedFailureException recorded
                ? recorded.failureType()
                : failure.getClass().getName();
    }

    private static @Nullable String messageOf(Throwable failure, UnaryOperator<String> redaction) {
        try {
            String message = failure instanceof RecordedFailureException recorded
                    ? recorded.failureMessage()
                    : failure.getMessage();
            String redacted = message == null ? null : redaction.apply(message);
            return redacted == null ? null : cut(redacted);
        } catch (RuntimeException unreadable) {
            return "its message could not be read: " + unreadable.getClass().getName();
        }
    }

    static String cut(String text) {
        return text.length() <= MAX_CHARACTERS ? text : text.substring(0, MAX_CHARACTERS) + "…";
    }
}
