// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import io.reactivetracker.RunningTask;
import io.reactivetracker.TaskCancelledException;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;

/**
 * A task that was {@linkplain ReactorTracking#spawn spawned}: waits for its outcome, or stops it.
 *
 * <p>The task runs whether or not anyone holds the handle. Cancelling a wait does not stop the task. Safe for use by
 * several threads.
 *
 * <p>Modelled on tokio's <a href="https://docs.rs/tokio/latest/tokio/task/struct.JoinHandle.html">{@code
 * JoinHandle}</a>.
 *
 * @param <T> the type of the result
 */
public interface TaskHandle<T> {

    /**
     * Returns the id of the task, which no other named task in this virtual machine has.
     *
     * @return the same as {@link RunningTask#id()} in the tracker's list
     */
    long id();

    /**
     * Returns the name under which the tracker lists the task.
     *
     * @return the name that was given to {@code spawn}; or else that of the {@code Mono}; or else {@code spawned}, or
     *     the name of the group
     */
    String name();

    /**
     * Waits for the task's outcome: its value, its empty completion, its error, or a {@link TaskCancelledException} if
     * it was aborted.
     *
     * <p>May be subscribed to any number of times, before the end and after it; each subscriber gets the same outcome.
     * Cancelling the subscription does not stop the task. Subscribers get the outcome before the task counts as ended.
     *
     * <p>If nobody waits when the task fails, its error also goes to {@link Hooks#onErrorDropped} at once; later
     * subscribers still get it. An abort is not such an error.
     *
     * @return the outcome
     */
    Mono<T> join();

    /**
     * Waits until nothing of the task runs any more: it has its outcome, is no longer counted, and the blocking bodies
     * and clean-up that its cancel left running have returned.
     *
     * <p>Any number of subscribers may wait, also after the end. It completes also if the task fails or is aborted.
     * Waited for are {@code blocking} bodies, stages of {@code submit}, and clean-up with
     * {@link ReactorTracking#trackCleanUp()}. Other code that runs on in another thread can't be seen.
     *
     * @return completes after {@link #join()}, never with an error
     */
    Mono<Void> ended();

    /**
     * Stops the task: cancels its upstream, and makes a {@link TaskCancelledException} its outcome.
     *
     * <p>As with every cancel in Reactor, code that is running in another thread may run on for a while.
     *
     * @return true if and only if this call stopped the task; false if the task has its outcome, its last signal is
     *     being delivered, or it was aborted before
     */
    boolean abort();

    /**
     * Returns whether the task has its outcome.
     *
     * @return true from then on
     */
    boolean isFinished();
}
