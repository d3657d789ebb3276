// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import java.io.Serial;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Stands for a recorded failure, of which a store keeps the type and the message; in memory also the top of its stack
 * trace.
 *
 * <p>Callers that join a task, or query a record, get it in place of the failure. It has no stack trace of its own:
 * {@link #getStackTrace()} returns the recorded one.
 */
public final class RecordedFailureException extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1L;

    /** The name of the failure's class. */
    private final String failureType;

    /** The message of the failure. */
    private final @Nullable String failureMessage;

    /**
     * Creates an exception from a record.
     *
     * @param failureType the name of the failure's class
     * @param failureMessage its message, or null if it had none
     */
    public RecordedFailureException(String failureType, @Nullable String failureMessage) {
        super(Objects.requireNonNull(failureType, "failureType must not be null")
                + (failureMessage == null ? "" : ": " + failureMessage));
        this.failureType = failureType;
        this.failureMessage = failureMessage;
    }

    /**
     * Returns the type of the failure.
     *
     * @return the name of its class
     */
    public String failureType() {
        return failureType;
    }

    /**
     * Returns the message of the failure.
     *
     * @return the message, or null if it had none
     */
    public @Nullable String failureMessage() {
        return failureMessage;
    }

    /** Does nothing: this exception has no stack trace of its own. */
    @Override
    public Throwable fillInStackTrace() {
        return this;
    }
}
