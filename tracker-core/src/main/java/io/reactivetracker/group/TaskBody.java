// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

/**
 * What a task of a group runs: the callbacks of a {@link GroupTask}.
 *
 * <p>An adapter implements it. Of the three, a task calls {@link #attempt} as often as it is tried, one attempt after the
 * other has failed; {@link #fail} at most once, while no attempt runs; and {@link #cancelTask} at most once, at any time. None is
 * called after the task has ended, but a call may be under way when it ends.
 */
public interface TaskBody {

    /**
     * Runs the next attempt: the task was admitted. Called in the thread that {@linkplain GroupTask#start starts} the task,
     * if it is admitted there, otherwise on the group's executor.
     */
    void attempt();

    /**
     * Ends the task with an error: it is rejected, or what runs its next attempt refuses to.
     *
     * @param error what to tell the downstream; its outcome is {@link GroupTask#outcomeOf}
     */
    void fail(Throwable error);

    /**
     * Ends the task because it was cancelled: stops what runs, and tells the downstream. Called in the thread that cancels.
     * What it throws is reported and disturbs no other task.
     */
    void cancelTask();
}
