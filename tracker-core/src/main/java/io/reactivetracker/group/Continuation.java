// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

/** What a task goes on with after a failure. */
@FunctionalInterface
public interface Continuation {

    /**
     * Makes what to go on with; called once, when the task is about to.
     *
     * @param task the task that goes on
     * @return a {@code java.util.concurrent.CompletionStage}, or for a task of an adapter also whatever that subscribes to:
     *     a {@code Publisher}, or a source of RxJava. Its elements must be of the task's type. Anything else fails the task
     */
    Object resume(TaskContext task);
}
