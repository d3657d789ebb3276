// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.mutiny;

import io.reactivetracker.RunningTask;
import io.reactivetracker.TaskCancelledException;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;

/**
 * A {@linkplain MutinyTracking#spawn spawned} task, which runs whether or not anyone waits for it.
 *
 * <p>Dropping the handle, or cancelling a wait, leaves the task alone. Safe for use by several threads.
 *
 * <p>Modelled on <a href="https://docs.rs/tokio/latest/tokio/task/struct.JoinHandle.html">{@code JoinHandle}</a> of
 * tokio.
 *
 * @param <T> the type of the result
 */
public interface TaskHandle<T> {

    /**
     * Returns the number that tells the task from every other named task in this virtual machine.
     *
     * @return the same as {@link RunningTask#id()} in the tracker's list
     */
    long id();

    /**
     * Returns the name under which the tracker lists the task.
     *
     * @return the name that was given to {@code spawn}
     */
    String name();

    /**
     * Waits for the task's outcome: its item, which may be null, its failure, or a {@link TaskCancelledException} if
     * it was aborted.
     *
     * <p>Allows any number of subscriptions, before the end and after it; each gets the same outcome. Cancelling
     * one does not stop the task. Subscribers are told before the task counts as ended.
     *
     * <p>An error that comes while nobody waits goes to {@link Infrastructure#handleDroppedException}, at once, and
     * still reaches those who subscribe later. An abort is not reported.
     *
     * @return the outcome
     */
    Uni<T> join();

    /**
     * Waits until nothing of the task runs any more: it has its outcome, is no longer counted, and the blocking bodies
     * and clean-up that its cancel left running have returned.
     *
     * <p>Any number of subscribers may wait, also after the end. It completes also if the task fails or is aborted.
     * {@code blocking} bodies, stages of {@code submit} and other held work are waited for. Other
     * code that runs on in another thread can't be seen.
     *
     * @return completes with null after {@link #join()}, never with an error
     */
    Uni<Void> ended();

    /**
     * Stops the task: its upstream is cancelled and its outcome is a {@link TaskCancelledException}.
     *
     * <p>As with every cancellation in Mutiny, code on another thread may still run for a while.
     *
     * @return true if and only if this call stopped the task, so that its outcome is a {@link
     *     TaskCancelledException}; false if the task had its outcome, was about to be told it, or was aborted already
     */
    boolean abort();

    /**
     * Returns whether the task has its outcome.
     *
     * @return true once it has
     */
    boolean isFinished();
}
