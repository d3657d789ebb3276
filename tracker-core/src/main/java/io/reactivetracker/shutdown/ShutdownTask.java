// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.shutdown;

import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A task of a phase of a {@link ShutdownPlan}.
 *
 * <p>It runs on a thread of its own and may block. When the time of its phase is over, the thread is interrupted if it
 * is still inside {@link #run}; otherwise the stage that it returned is cancelled. A Reactor {@code Mono} is a task by
 * {@code context -> mono.toFuture()}, and an RxJava {@code Completable} by {@code context ->
 * completable.toCompletionStage(null)}: cancelling their stage cancels the subscription.
 */
@FunctionalInterface
public interface ShutdownTask {

    /**
     * Runs this task.
     *
     * @param context why the application stops, and how much time is left
     * @return a stage that completes when the task has ended, or null if it has ended when this method returns
     * @throws Exception if the task failed; the report of the phase names it, and the plan goes on
     */
    @Nullable
    CompletionStage<?> run(ShutdownContext context) throws Exception;
}
