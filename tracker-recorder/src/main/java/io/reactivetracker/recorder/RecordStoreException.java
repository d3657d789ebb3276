// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import java.io.Serial;

/**
 * Thrown if a step of a store failed. The cause is the failure of the store.
 *
 * <p>The store may have made the step all the same, if only its answer was lost. A task that could not begin for this
 * reason was not started; if the store has recorded its begin, its lease runs out. A task that has ended keeps its own
 * outcome, see {@link RecordedTask}.
 */
public final class RecordStoreException extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1L;

    /**
     * Creates an exception for a step.
     *
     * @param message the step and its failure
     * @param cause the failure of the store
     */
    public RecordStoreException(String message, Throwable cause) {
        super(message, cause);
    }
}
