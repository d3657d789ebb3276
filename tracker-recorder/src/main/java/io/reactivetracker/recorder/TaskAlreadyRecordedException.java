// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import java.io.Serial;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Refuses a task whose key is taken: a task of that key runs, or has succeeded, or is being revoked. Nothing of the refused
 * task was started.
 *
 * <p>For a service that gets some requests twice this is a normal answer, so it has no stack trace.
 */
public final class TaskAlreadyRecordedException extends IllegalStateException {

    @Serial
    private static final long serialVersionUID = 1L;

    private final transient @Nullable Object key;
    /** Why it was refused. */
    private final TaskStatus status;

    /**
     * Makes the exception for a task that a store refused.
     *
     * @param key the key
     * @param status why it was refused: RUNNING, SUCCEEDED or REVOKING
     * @throws IllegalArgumentException if a task may begin from that status
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
            case REVOKING -> task + " is just being revoked";
            case NOT_FOUND, FAILED ->
                throw new IllegalArgumentException(
                        "a task may begin when " + status + ", so this can't be why it was refused");
        };
    }

    /**
     * The key of the task that was refused.
     *
     * @return as it was given; null where the exception was deserialized, which keeps the message only
     */
    public @Nullable Object key() {
        return key;
    }

    /**
     * Why the task was refused.
     *
     * @return RUNNING, SUCCEEDED or REVOKING
     */
    public TaskStatus status() {
        return status;
    }

    /** Makes none: a duplicate is no fault, and the trace would cost more than the refusal. */
    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
