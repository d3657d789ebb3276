// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import java.io.Serial;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Thrown if a task is refused because a task with the same key runs, has succeeded, or is being revoked. No work of the
 * refused task was started.
 *
 * <p>It is a normal answer for a service that gets some requests twice, so it has no stack trace.
 */
public final class TaskAlreadyRecordedException extends IllegalStateException {

    @Serial
    private static final long serialVersionUID = 1L;

    private final transient @Nullable Object key;
    /** The status of the key. */
    private final TaskStatus status;

    /**
     * Creates an exception for a task that is refused.
     *
     * @param key the key
     * @param status the status of the key: RUNNING, SUCCEEDED or REVOKING
     * @throws IllegalArgumentException if a task may begin from the status
     */
    public TaskAlreadyRecordedException(Object key, TaskStatus status) {
        super(message(key, status));
        this.key = key;
        this.status = status;
    }

    private static String message(Object key, TaskStatus status) {
        String task = "task " + Keys.describe(key);
        return switch (Objects.requireNonNull(status, "status must not be null")) {
            case RUNNING -> task + " is already running: orJoin() waits for it";
            case SUCCEEDED -> task + " has already succeeded: it runs again only after a revoke";
            case REVOKING -> task + " is being revoked";
            case NOT_FOUND, FAILED ->
                throw new IllegalArgumentException("status must not be " + status + ", from which a task may begin");
        };
    }

    /**
     * Returns the key of the task that was refused.
     *
     * @return the key; null if the exception was deserialized
     */
    public @Nullable Object key() {
        return key;
    }

    /**
     * Returns the status because of which the task was refused.
     *
     * @return RUNNING, SUCCEEDED or REVOKING
     */
    public TaskStatus status() {
        return status;
    }

    /** Does nothing: this exception has no stack trace, which would cost more than the refusal. */
    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
