// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The record of a key at one instant.
 *
 * @param status the status
 * @param failure why the last task failed; not null if and only if the status is {@link TaskStatus#FAILED}
 */
public record TaskRecord(TaskStatus status, @Nullable Throwable failure) {

    private static final TaskRecord NOT_FOUND = new TaskRecord(TaskStatus.NOT_FOUND, null);
    private static final TaskRecord RUNNING = new TaskRecord(TaskStatus.RUNNING, null);
    private static final TaskRecord SUCCEEDED = new TaskRecord(TaskStatus.SUCCEEDED, null);
    private static final TaskRecord REVOKING = new TaskRecord(TaskStatus.REVOKING, null);

    /**
     * Creates a record.
     *
     * @param status the status
     * @param failure why the last task failed; not null if and only if the status is FAILED
     * @throws IllegalArgumentException if only one of failure and status says that the task failed
     */
    public TaskRecord {
        Objects.requireNonNull(status, "status must not be null");
        if ((status == TaskStatus.FAILED) != (failure != null)) {
            throw new IllegalArgumentException(
                    "a record has a failure if and only if it is FAILED, but was " + status + " with " + failure);
        }
    }

    /**
     * Returns a record without a failure.
     *
     * @param status any status but FAILED
     * @return the record
     * @throws IllegalArgumentException if the status is FAILED
     */
    public static TaskRecord of(TaskStatus status) {
        return switch (Objects.requireNonNull(status, "status must not be null")) {
            case NOT_FOUND -> NOT_FOUND;
            case RUNNING -> RUNNING;
            case SUCCEEDED -> SUCCEEDED;
            case REVOKING -> REVOKING;
            case FAILED -> throw new IllegalArgumentException("status must not be FAILED: use failed(failure)");
        };
    }

    /**
     * Returns the record of a task that failed.
     *
     * @param failure the failure
     * @return the record
     */
    public static TaskRecord failed(Throwable failure) {
        return new TaskRecord(TaskStatus.FAILED, Objects.requireNonNull(failure, "failure must not be null"));
    }
}
