// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import io.reactivetracker.TaskCancelledException;
import java.nio.charset.StandardCharsets;

/**
 * Encodes failures as bytes, and decodes them, for a {@link RecordStore} outside this process.
 *
 * <p>The bytes are a text in UTF-8 of a few thousand characters at most:
 *
 * <pre>
 *   L                     the lease was lost; for stores that write this themselves when a lease runs out
 *   C                     cancelled
 *   D type ␤ message      cancelled because of that
 *   F type ␤ message      any other failure
 * </pre>
 *
 * <p>The type is the name of the failure's class. A message of null is left out together with the line break. Type and
 * message are cut after 1000 characters each. Causes and stack traces are not kept.
 */
public final class FailureCodec {

    private static final char LEASE_LOST = 'L';
    private static final char CANCELLED = 'C';
    private static final char CANCELLED_BY = 'D';
    private static final char OTHER = 'F';

    private FailureCodec() {}

    /**
     * Encodes the failure of a task.
     *
     * @param failure the failure; a {@link RecordedFailureException} is written as the failure that it stands for
     * @return its kind, type and message
     */
    public static byte[] encode(Throwable failure) {
        String text;
        if (!RecordedFailure.isCancelled(failure)) {
            text = OTHER + describe(failure);
        } else if (failure.getCause() == null) {
            text = String.valueOf(CANCELLED);
        } else {
            text = CANCELLED_BY + describe(failure.getCause());
        }
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String describe(Throwable failure) {
        RecordedFailureException recorded = RecordedFailure.typeAndMessage(failure);
        String type = RecordedFailure.cut(recorded.failureType().replace('\n', ' '));
        return recorded.failureMessage() == null ? type : type + "\n" + recorded.failureMessage();
    }

    /**
     * Decodes the failure of a task.
     *
     * @param bytes what {@link #encode} returned, here or in another process
     * @param key the key of the task, for a {@link LeaseLostException}
     * @param fencingToken the fencing token of the task, for a {@code LeaseLostException}
     * @return a {@link TaskCancelledException}, a {@code LeaseLostException}, or a {@link RecordedFailureException}
     *     that stands for the failure
     */
    public static Throwable decode(byte[] bytes, Object key, long fencingToken) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        if (text.isEmpty()) {
            return new RecordedFailureException("unknown", null);
        }
        String description = text.substring(1);
        return switch (text.charAt(0)) {
            case LEASE_LOST -> new LeaseLostException(key, fencingToken, null);
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
