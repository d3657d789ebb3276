// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import java.io.Serial;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Refuses to revoke what has not succeeded. Nothing of the revoke was started, and the record is as it was.
 *
 * <p>Like {@link TaskAlreadyRecordedException} this is a normal answer, and has no stack trace.
 */
public final class TaskNotSucceededException extends IllegalStateException {

    @Serial
    private static final long serialVersionUID = 1L;

    private final transient @Nullable Object key;
    /** Why it was refused. */
    private final TaskStatus status;

    /**
     * Makes the exception for a revoke that a store refused.
     *
     * @param key the key
     * @param status what it is: any but SUCCEEDED
     * @throws IllegalArgumentException if it is SUCCEEDED
     */
    public TaskNotSucceededException(Object key, TaskStatus status) {
        super(message(key, status));
        this.key = key;
        this.status = status;
    }

    private static String message(Object key, TaskStatus status) {
        Objects.requireNonNull(status, "status must not be null");
        if (status == TaskStatus.SUCCEEDED) {
            throw new IllegalArgumentException(
                    "what has SUCCEEDED may be revoked, so this can't be why it was refused");
        }
        return "task " + Keys.describe(key) + " can't be revoked: it is " + status
                + ", and only what has SUCCEEDED can be";
    }

    /**
     * The key whose revoke was refused.
     *
     * @return as it was given; null where the exception was deserialized, which keeps the message only
     */
    public @Nullable Object key() {
        return key;
    }

    /**
     * Why the revoke was refused.
     *
     * @return any but SUCCEEDED
     */
    public TaskStatus status() {
        return status;
    }

    /** Makes none, as a {@link TaskAlreadyRecordedException} doesn't. */
    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
