// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.redis;

import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.recorder.LeaseLostException;
import io.reactivetracker.recorder.RecordedFailureException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A failure as bytes: what kind it is, its type, and its message, both cut short.
 *
 * <pre>
 *   L                     the lease was lost: written by the scripts only
 *   C                     cancelled
 *   D type ␤ message      cancelled, because of that
 *   F type ␤ message      any other
 * </pre>
 *
 * <p>A message that is null is left out together with the line break.
 */
final class StoredFailure {

    /** Messages are for people to read; a record stays small. */
    static final int MOST_CHARACTERS = 1000;

    private static final char LEASE_LOST = 'L';
    private static final char CANCELLED = 'C';
    private static final char CANCELLED_BY = 'D';
    private static final char OTHER = 'F';

    private StoredFailure() {}

    static byte[] write(Throwable failure) {
        String text;
        if (!(failure instanceof TaskCancelledException)) {
            text = OTHER + describe(failure);
        } else if (failure.getCause() == null) {
            text = String.valueOf(CANCELLED);
        } else {
            text = CANCELLED_BY + describe(failure.getCause());
        }
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String describe(Throwable failure) {
        // One that stands for a failure of another process is passed on as that.
        if (failure instanceof RecordedFailureException recorded) {
            return join(recorded.failureType(), recorded.failureMessage());
        }
        return join(failure.getClass().getName(), messageOf(failure));
    }

    private static @Nullable String messageOf(Throwable failure) {
        try {
            return failure.getMessage();
        } catch (RuntimeException unreadable) {
            return "its message could not be read: " + unreadable.getClass().getName();
        }
    }

    private static String join(String type, @Nullable String message) {
        return cut(type.replace('\n', ' ')) + (message == null ? "" : "\n" + cut(message));
    }

    private static String cut(String text) {
        return text.length() <= MOST_CHARACTERS ? text : text.substring(0, MOST_CHARACTERS) + "…";
    }

    static Throwable read(Object key, long fence, byte[] stored) {
        String text = new String(stored, StandardCharsets.UTF_8);
        if (text.isEmpty()) {
            return new RecordedFailureException("unknown", null);
        }
        String description = text.substring(1);
        return switch (text.charAt(0)) {
            case LEASE_LOST -> new LeaseLostException(key, fence, null);
            case CANCELLED -> new TaskCancelledException(null);
            case CANCELLED_BY -> new TaskCancelledException(split(description));
            default -> split(description);
        };
    }

    private static RecordedFailureException split(String description) {
        int end = description.indexOf('\n');
        return end < 0
                ? new RecordedFailureException(description, null)
                : new RecordedFailureException(description.substring(0, end), description.substring(end + 1));
    }
}
