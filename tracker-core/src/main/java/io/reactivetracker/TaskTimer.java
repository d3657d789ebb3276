// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import java.time.Duration;

/**
 * Tells the time and runs actions later: the one clock of a tree of groups.
 *
 * <p>The adapters make one from a scheduler of Reactor or RxJava, virtual time included.
 */
public interface TaskTimer {

    /**
     * The time, for differences only.
     *
     * @return nanoseconds since some instant
     */
    long nanoTime();

    /**
     * Runs an action once, later.
     *
     * @param delay how long to wait; at once if zero
     * @param action what to run, in a thread of the timer's choice
     * @return the way to take it back; a timer that returns null or throws refuses the action
     */
    Registration schedule(Duration delay, Runnable action);

    /**
     * The system's clock. It waits in one daemon thread, which runs no action, and runs each action in another, so none
     * keeps another waiting.
     *
     * <p>Its threads inherit nothing from their creator, and end when they are idle. If there is no thread for an action that
     * is due, the timer tries again until there is one.
     *
     * @return the timer that groups use unless told otherwise
     */
    static TaskTimer system() {
        return SystemTimer.INSTANCE;
    }
}
