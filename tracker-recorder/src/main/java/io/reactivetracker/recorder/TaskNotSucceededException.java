// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import java.io.Serial;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Thrown if a key cannot be revoked because it is not SUCCEEDED. No work of the revoke was started, and the record is
 * unchanged.
 *
 * <p>Like {@link TaskAlreadyRecordedException} it is a normal answer, so it has no stack trace.
 */
public final class TaskNotSucceededException extends IllegalStateException {

    @Serial
    private static final long serialVersionUID = 1L;

    private final transient @Nullable Object key;
    /** The status of the key. */
    private final TaskStatus status;

    /**
     * Creates an exception for a revoke that is refused.
     *
     * @param key the key
     * @param status the status of the key: any but SUCCEEDED
     * @throws IllegalArgumentException if the status is SUCCEEDED
     */
    public TaskNotSucceededException(Object key, TaskStatus status) {
        super(message(key, status));
        this.key = key;
        this.status = status;
    }

    private static String message(Object key, TaskStatus status) {
        Objects.requireNonNull(status, "status must not be null");
        if (status == TaskStatus.SUCCEEDED) {
            throw new IllegalArgumentException("status must not be SUCCEEDED, which can be revoked");
        }
        return "task " + Keys.describe(key) + " cannot be revoked: it is " + status + ", not SUCCEEDED";
    }

    /**
     * Returns the key whose revoke was refused.
     *
     * @return the key; null if the exception was deserialized
     */
    public @Nullable Object key() {
        return key;
    }

    /**
     * Returns the status because of which the revoke was refused.
     *
     * @return any status but SUCCEEDED
     */
    public TaskStatus status() {
        return status;
    }

    /** Does nothing: this exception has no stack trace. */
    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
