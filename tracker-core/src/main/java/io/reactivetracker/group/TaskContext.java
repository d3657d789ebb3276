// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import io.reactivetracker.CancellationToken;
import io.reactivetracker.ParentTask;
import java.time.Duration;

/**
 * A task of a group, as its body sees it. Pass it to {@link io.reactivetracker.TaskOptions#childOf} for child tasks
 * that start in another thread. Safe for use by several threads.
 */
public interface TaskContext extends ParentTask {

    /**
     * Returns the id, which is unique in this virtual machine.
     *
     * @return the id in lists of running tasks
     */
    long id();

    /**
     * Returns the name.
     *
     * @return the name in the task's options, or else that of its group
     */
    String name();

    /**
     * Returns the number of the current attempt.
     *
     * @return 1 for the first, and one more for each retry or resumption
     */
    int attempt();

    /**
     * Returns the task's token, which is cancelled by itself, with the group, or with a group above.
     *
     * @return the token; cancelling it cancels this task and nothing else
     */
    CancellationToken cancellationToken();

    /**
     * Returns the time until the task's time limit is over, by the group's timer. Use it for the time-outs of calls
     * that the task makes: what they return later comes too late.
     *
     * <p>It is never null and never negative, so code can pass it on, or the smaller of it and a time-out of its own,
     * whether or not the task has a limit.
     *
     * @return the time that is left; zero once the limit is over; about 146 years if the task has no limit
     * @see io.reactivetracker.TaskOptions#timeout(Duration)
     */
    Duration remaining();

    /**
     * Returns the name of the group that counts the task.
     *
     * @return the name that the group was built with
     */
    String groupName();
}
