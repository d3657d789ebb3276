// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

/**
 * An action that waits for something, and the way to stop it waiting.
 *
 * <p>Obtained from {@link DrainSignal#onDone}, {@link CancellationToken#onCancel} and
 * {@link io.reactivetracker.group.TaskGroup#onChild}.
 */
@FunctionalInterface
public interface Registration extends AutoCloseable {

    /**
     * Unlinks the action, in constant time, so that nothing is left of it.
     *
     * <p>An action that has not begun to run never will; one that runs, or has run, is not disturbed. Idempotent, from
     * any thread; does not wait for an action that is running.
     */
    @Override
    void close();
}
