// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import java.io.Serial;
import java.util.Objects;

/**
 * An error that carries what its task can go on with: thrown by the task, and heeded by
 * {@link ErrorPolicy#resumeWithCarried(int)}.
 */
public class ResumableException extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1L;

    private final transient Continuation continuation;

    /**
     * Makes an error that can be gone on from.
     *
     * @param cause what went wrong
     * @param continuation what to go on with
     */
    public ResumableException(Throwable cause, Continuation continuation) {
        super(Objects.requireNonNull(cause, "cause must not be null"));
        this.continuation = Objects.requireNonNull(continuation, "continuation must not be null");
    }

    /**
     * What the task can go on with.
     *
     * @return the continuation
     */
    public final Continuation continuation() {
        return continuation;
    }
}
