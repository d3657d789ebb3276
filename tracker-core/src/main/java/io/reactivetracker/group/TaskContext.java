// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import io.reactivetracker.CancellationToken;
import io.reactivetracker.ParentTask;

/**
 * What a task of a group can know of itself, and what it gives to its children as their {@linkplain
 * io.reactivetracker.TaskOptions#childOf parent}. Safe for use by several threads.
 */
public interface TaskContext extends ParentTask {

    /**
     * Tells the task from every other in this virtual machine.
     *
     * @return the same as in lists of running tasks
     */
    long id();

    /**
     * The task's name.
     *
     * @return the name that it was given, or else that of its group
     */
    String name();

    /**
     * Which attempt at the task this is.
     *
     * @return 1 at first, and one more with each retry or resumption
     */
    int attempt();

    /**
     * Cancelled when the task is: by itself, with its group, or with a group above.
     *
     * @return the task's own token; to cancel it cancels this task and nothing else
     */
    CancellationToken cancellationToken();

    /**
     * Returns the name of the group that counts the task.
     *
     * @return the name that the group was built with
     */
    String groupName();
}
