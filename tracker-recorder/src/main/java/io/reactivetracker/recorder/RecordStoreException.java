// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import java.io.Serial;

/**
 * Says that a store failed at a step. Its cause is what the store said.
 *
 * <p>Whether the store has made the step nobody can tell: it may have, and only its answer was lost. A task that could not be
 * begun for this reason was not started; if the store has it as begun all the same, its lease will run out. One that has
 * ended keeps its own outcome: see {@link RecordedTask}.
 */
public final class RecordStoreException extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1L;

    /**
     * Makes the exception for one step.
     *
     * @param message what was asked of the store
     * @param cause what went wrong
     */
    public RecordStoreException(String message, Throwable cause) {
        super(message, cause);
    }
}
