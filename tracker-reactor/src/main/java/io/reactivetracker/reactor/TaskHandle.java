// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import io.reactivetracker.RunningTask;
import io.reactivetracker.TaskCancelledException;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;

/**
 * A task that was {@linkplain ReactorTracking#spawn spawned}: it runs whether or not anyone looks, can be waited for,
 * and can be stopped.
 *
 * <p>To let go of the handle, or to cancel a wait, leaves the task alone. Safe for use by several threads.
 *
 * <p>After <a href="https://docs.rs/tokio/latest/tokio/task/struct.JoinHandle.html">{@code JoinHandle}</a> of tokio.
 *
 * @param <T> the type of the result
 */
public interface TaskHandle<T> {

    /**
     * Tells the task from every other named task in this virtual machine.
     *
     * @return the same as {@link RunningTask#id()} in the tracker's list
     */
    long id();

    /**
     * The name under which the tracker lists the task.
     *
     * @return the name that the spawned {@code Mono} had, or else {@code spawned}
     */
    String name();

    /**
     * Waits for the task's outcome: its value, its being empty, its error, or a {@link TaskCancelledException} if it
     * was aborted.
     *
     * <p>May be subscribed to any number of times, before the end and after it; each subscriber gets the same. To
     * cancel the subscription does not stop the task. Subscribers are told before the task counts as ended.
     *
     * <p>An error that comes while nobody waits goes to {@link Hooks#onErrorDropped}, at once, and is there for those
     * who ask later all the same. An abort is no such error.
     *
     * @return the outcome
     */
    Mono<T> join();

    /**
     * Stops the task: its upstream is cancelled and its outcome is a {@link TaskCancelledException}.
     *
     * <p>As with every cancellation in Reactor, code that is running on another thread may still go on for a while.
     *
     * @return true if and only if this call stopped it, so that its outcome is a {@link TaskCancelledException}; false if it
     *     had its outcome, was about to be told it, or was aborted already
     */
    boolean abort();

    /**
     * Whether the task has its outcome.
     *
     * @return true from then on
     */
    boolean isFinished();
}
