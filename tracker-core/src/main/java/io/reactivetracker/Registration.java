// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

/**
 * A handle to an action that waits for an event.
 *
 * <p>Returned by {@link DrainSignal#onDone}, {@link TaskTracker#onClose}, {@link CancellationToken#onCancel},
 * {@link TaskTimer#schedule}, {@link LeakWatch#start}, and {@code onClose} and {@code onChild} of
 * {@link io.reactivetracker.group.TaskGroup}.
 *
 * @see RegistrationSlot
 */
@FunctionalInterface
public interface Registration extends AutoCloseable {

    /**
     * Returns a registration that has nothing to undo.
     *
     * @return always the same object
     */
    static Registration none() {
        return RegistrationSlot.NONE;
    }

    /**
     * Unlinks the action in constant time and releases all references to it.
     *
     * <p>An action that has not started never runs. An action that runs, or has run, is not affected. This method is
     * idempotent, can be called by any thread, and does not wait for an action that is running.
     */
    @Override
    void close();
}
