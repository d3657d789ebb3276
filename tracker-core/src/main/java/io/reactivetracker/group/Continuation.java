// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import java.util.concurrent.CompletionStage;

/**
 * Replaces a task's own body after a failure.
 *
 * <p>Tasks of plain Java and of adapters take a stage. A task of an adapter also takes a source of its library: see the
 * {@code resumeWith} of the adapter.
 */
@FunctionalInterface
public interface Continuation {

    /**
     * Starts the next attempt. Called once, when the attempt begins.
     *
     * @param task the task that goes on
     * @return the attempt; its result must be of the task's type
     */
    CompletionStage<?> resume(TaskContext task);
}
