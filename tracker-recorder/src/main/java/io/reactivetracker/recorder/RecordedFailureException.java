// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import java.io.Serial;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Stands for a failure of which a store has kept the type and the message; in memory also the top of its stack trace.
 *
 * <p>Who joins a task that fails, or asks what became of it, gets this in place of the failure itself. It has no stack trace
 * of its own: what {@link #getStackTrace()} gives is what was recorded.
 */
public final class RecordedFailureException extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1L;

    /** The name of its class. */
    private final String failureType;

    /** What it said. */
    private final @Nullable String failureMessage;

    /**
     * Makes the exception from what a store has kept.
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
     * What kind of failure it was.
     *
     * @return the name of its class
     */
    public String failureType() {
        return failureType;
    }

    /**
     * What it said.
     *
     * @return its message, or null if it had none
     */
    public @Nullable String failureMessage() {
        return failureMessage;
    }

    /** Keeps none: a record of where it was recorded would be larger than all the rest. */
    @Override
    public Throwable fillInStackTrace() {
        return this;
    }
}
