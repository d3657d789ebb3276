// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import java.io.Serial;
import java.util.Objects;

/**
 * An error of a task that carries the task's continuation, for {@link ErrorPolicy#resumeWithCarried(int)}.
 */
public class ResumableException extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1L;

    private final transient Continuation continuation;

    /**
     * Creates an error.
     *
     * @param cause the failure
     * @param continuation the next attempt
     */
    public ResumableException(Throwable cause, Continuation continuation) {
        super(Objects.requireNonNull(cause, "cause must not be null"));
        this.continuation = Objects.requireNonNull(continuation, "continuation must not be null");
    }

    /**
     * Returns the continuation.
     *
     * @return the continuation
     */
    public final Continuation continuation() {
        return continuation;
    }
}
