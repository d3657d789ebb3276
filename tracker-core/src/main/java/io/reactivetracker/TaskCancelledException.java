// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import java.io.Serial;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * Ends a task whose {@link CancellationToken} was cancelled before the task had ended by itself.
 *
 * <p>Its cause is the {@linkplain CancellationToken#cause() token's}.
 */
public final class TaskCancelledException extends CancellationException {

    @Serial
    private static final long serialVersionUID = 1L;

    /**
     * Makes the exception for one cancelled task.
     *
     * @param cause why it was cancelled, or null if nobody said
     */
    public TaskCancelledException(@Nullable Throwable cause) {
        super(cause == null ? "the task was cancelled" : "the task was cancelled: " + cause);
        if (cause != null) {
            initCause(cause);
        }
    }
}
