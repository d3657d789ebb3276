// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import io.reactivetracker.TaskCancelledException;
import java.util.Arrays;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Makes of a failure what is recorded of it: its type, its message and the top of its stack trace, and none of the objects
 * that the failure itself refers to.
 *
 * <p>A cancelled task stays a {@link TaskCancelledException}, and a lost lease a {@link LeaseLostException}.
 */
final class RecordedFailure {

    /** Messages are for people to read; a record stays small. */
    static final int MAX_CHARACTERS = 1000;

    /** What tells where it was thrown. A frame takes about 40 bytes. */
    static final int MAX_FRAMES = 8;

    private RecordedFailure() {}

    /** What is kept in memory. */
    static Throwable bounded(Throwable failure) {
        return recorded(failure, UnaryOperator.identity());
    }

    /** What is recorded if messages may have secrets. */
    static Throwable redacted(Throwable failure, UnaryOperator<String> redaction) {
        return recorded(failure, redaction);
    }

    private static Throwable recorded(Throwable failure, UnaryOperator<String> redaction) {
        if (failure instanceof TaskCancelledException) {
            // It refers to nothing else, and its message is ours.
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
        recorded.setStackTrace(topOf(failure));
        return recorded;
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
            return message == null ? null : cut(redaction.apply(message));
        } catch (RuntimeException unreadable) {
            return "its message could not be read: " + unreadable.getClass().getName();
        }
    }

    private static @Nullable String cut(@Nullable String text) {
        return text == null || text.length() <= MAX_CHARACTERS ? text : text.substring(0, MAX_CHARACTERS) + "…";
    }

    private static StackTraceElement[] topOf(Throwable failure) {
        StackTraceElement[] frames = failure.getStackTrace();
        return frames.length <= MAX_FRAMES ? frames : Arrays.copyOf(frames, MAX_FRAMES);
    }
}
