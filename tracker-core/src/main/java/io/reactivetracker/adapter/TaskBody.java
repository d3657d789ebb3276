// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.adapter;

import org.jspecify.annotations.Nullable;

/**
 * Runs the attempts of a {@link GroupTask}: the callbacks of the task to the adapter.
 *
 * <p>A task calls {@link #attempt} for each attempt, one after the other has failed; {@link #fail} at most once, while
 * no attempt runs; and {@link #cancelTask} at most once, at any time. It calls none after it has ended, but a call may
 * be under way when it ends.
 */
public interface TaskBody {

    /**
     * Runs the next attempt: the task was admitted. Called in the thread that {@linkplain GroupTask#start starts} the
     * task if it is admitted there, otherwise on the group's executor.
     */
    void attempt();

    /**
     * Ends the task with an error: it was rejected, or the executor or the timer refuses its next attempt.
     *
     * @param error what to tell the downstream; its outcome is {@link GroupTask#outcomeOf}
     */
    void fail(Throwable error);

    /**
     * Ends the task because it was cancelled: stops what runs, and tells the downstream. Called in the thread that
     * cancels. What it throws reaches the uncaught-exception handler of that thread and disturbs no other task.
     */
    void cancelTask();

    /**
     * Returns the operators from which the next signal of the attempt must come, for the reports of a {@link
     * io.reactivetracker.group.TaskWatchdog}. Called in any thread, at any time between the start and the end of the
     * task.
     *
     * @return for example {@code "flatMap ⇠ delayElement"}, from the task to the source; null if they are not known
     */
    default @Nullable String operators() {
        return null;
    }

    /**
     * Called once the task has ended and is not counted any more: nothing {@linkplain GroupTask#runCancel holds} it. It
     * must not throw.
     */
    default void taskEnded() {}
}
