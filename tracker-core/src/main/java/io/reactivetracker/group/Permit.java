// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

/** Granted to a task by an {@link Admission}. Released when the task ends, or before it is retried. */
@FunctionalInterface
public interface Permit {

    /** A permit whose release has no effect. */
    Permit NOTHING_TO_RELEASE = (outcome) -> {};

    /**
     * Releases the permit. Called once for each permit that a task took.
     *
     * <p>Called in the thread that ends the task, outside any lock. It should not throw: what it throws reaches the
     * uncaught-exception handler of that thread.
     *
     * @param outcome how the task ended; {@link Outcome#FAILED} also for a task that releases its permit before a retry
     */
    void release(Outcome outcome);
}
