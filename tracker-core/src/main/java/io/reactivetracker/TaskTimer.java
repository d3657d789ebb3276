// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import java.time.Duration;

/**
 * A clock and a scheduler of delayed actions. All groups of a tree use the same one.
 *
 * <p>The adapters create one from a scheduler of Reactor or RxJava, including those with virtual time.
 */
public interface TaskTimer {

    /**
     * Returns the time. Only differences have a meaning.
     *
     * @return nanoseconds since an arbitrary instant
     */
    long nanoTime();

    /**
     * Runs an action once after a delay.
     *
     * @param delay the time to wait, or zero to run the action at once
     * @param action the action; the timer chooses its thread
     * @return a handle that cancels the action. A timer that returns null or throws refuses the action
     */
    Registration schedule(Duration delay, Runnable action);

    /**
     * Returns the system timer. One daemon thread waits and runs no action; each action runs in another thread, so no
     * action delays another.
     *
     * <p>Its threads inherit nothing from their creator and end when they are idle. If no thread is available for a due
     * action, the timer tries again until there is one.
     *
     * @return the timer that groups use by default
     */
    static TaskTimer system() {
        return SystemTimer.INSTANCE;
    }
}
