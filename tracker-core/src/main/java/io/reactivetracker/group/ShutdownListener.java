// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

/**
 * Observes the stages of one {@linkplain TaskGroup#shutdown shutdown}: closed, then cancelling if the grace was too
 * short, then over.
 *
 * <p>The calls come one at a time, in this order and outside any lock, each in the thread that has reached the stage or
 * in the thread of the call before it. An exception goes to the thread's uncaught-exception handler. A call that blocks
 * delays the calls after it, and neither the cancel of the tasks nor the report.
 */
public interface ShutdownListener {

    /**
     * The group no longer accepts tasks.
     *
     * @param pending the number of tasks that have not ended, in the group and all groups below it
     */
    default void onClosed(long pending) {}

    /**
     * The grace is over and the tasks that have not ended are cancelled. Not called if there are none.
     *
     * @param soFar the report as it is when the cancel begins: {@code pending} and {@code stuck} are the number and the
     *     oldest of the tasks that are cancelled now
     */
    default void onCancelling(ShutdownReport soFar) {}

    /**
     * The shutdown is over. The future that {@link TaskGroup#shutdown} returned completes first.
     *
     * @param report its report
     */
    default void onOver(ShutdownReport report) {}
}
