// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import io.reactivetracker.CancellationToken;
import io.reactivetracker.ParentTask;

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
     * Returns the name of the group that counts the task.
     *
     * @return the name that the group was built with
     */
    String groupName();
}
