// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

/** What an {@link Admission} grants to a task, and gets back when the task has ended or gives its place up. */
@FunctionalInterface
public interface Permit {

    /** A permit that nobody needs back. */
    Permit NOTHING_TO_RELEASE = (outcome) -> {};

    /**
     * Takes the permit back; called once for each permit that was taken.
     *
     * <p>Called in the thread that ends the task, outside any lock. It should not throw; what it throws reaches the
     * thread's uncaught-exception handler and disturbs no task.
     *
     * @param outcome how the task ended; {@link Outcome#FAILED} also for one that gives its place up to retry
     */
    void release(Outcome outcome);
}
