// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import io.reactivetracker.CancellationToken;
import io.reactivetracker.DrainSignal;
import io.reactivetracker.Registration;
import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.TrackerClosedException;
import io.reactivetracker.group.TaskGroup;
import io.reactivetracker.internal.Durations;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/**
 * Tracks pipelines of RxJava 3.
 *
 * <pre>{@code
 * orders.concatMapSingle(this::bill).compose(trackWith(tracker)).subscribe();
 *
 * tracker.close();
 * whenDrained(tracker).blockingAwait();
 * }</pre>
 *
 * <p>Put {@code trackWith} last in the pipeline: what stands before it is counted, and what stands after it is not. An
 * operator after it that moves signals to another thread, such as {@code observeOn}, may still be passing them on when
 * the task has ended; one that moves the subscription there, such as {@code subscribeOn}, has it counted only when
 * that thread subscribes.
 *
 * <p>A cancelled task is a normal event. A subscription without a callback for errors, such as {@code subscribe()} or {@code
 * subscribe(onNext)}, gets no {@link TaskCancelledException}: it is left disposed, and nothing is reported. RxJava would
 * report an {@code OnErrorNotImplementedException} with a stack trace. This holds where one of the operators of this class is
 * the last one of the pipeline. With another operator after it, and with {@code forEachWhile} and {@code
 * blockingSubscribe(onNext)}, which do not tell whether they have such a callback, the exception is delivered and RxJava
 * reports it. All other errors are delivered in any case, also that of a task which a closed or cancelled group refuses.
 */
public final class RxTracking {

    private RxTracking() {}

    /**
     * Counts each subscription as a task.
     *
     * <p>A subscription counts from inside {@code subscribe()}, before the upstream is touched, until its terminal
     * signal was delivered downstream or the upstream's {@code cancel()} or {@code dispose()} returned, and also if
     * something throws on the way; whatever happens, and in whichever threads, it is counted down once. A {@code retry}
     * or {@code repeat} that stands after this operator makes each attempt a task, and one before makes all of them
     * one.
     *
     * <p>Signals and demand pass unchanged, and the upstream is cancelled at most once. The operator is neither fused nor
     * conditional: a consumer that polls a fused upstream runs it after its completion, and may drop it without a cancel,
     * so nothing in between could tell when the work is over.
     *
     * <p>A cancelled upstream may still run code that was running: to wait for that as well, run it by
     * {@link TaskTracker#wrap} or hold a {@link TaskTracker#token()} in it.
     *
     * @param <T> the type of the elements
     * @param tracker what counts the subscriptions, closed or not
     * @return an operator for {@code compose}, on any of the five types
     */
    public static <T> TrackTransformer<T> trackWith(TaskTracker tracker) {
        return trackWith(tracker, TaskOptions.defaults());
    }

    /**
     * Counts each subscription as a task of this name, as {@link #trackWith(TaskTracker)} does.
     *
     * @param <T> the type of the elements
     * @param tracker what counts the subscriptions, closed or not
     * @param taskName the name under which {@link TaskTracker#runningTasks()} lists the tasks
     * @return an operator for {@code compose}, on any of the five types
     * @throws IllegalArgumentException if the name is blank
     */
    public static <T> TrackTransformer<T> trackWith(TaskTracker tracker, String taskName) {
        return trackWith(tracker, TaskOptions.named(taskName));
    }

    /**
     * Counts each subscription as a task, as {@link #trackWith(TaskTracker)} does and as the options say.
     *
     * <p>A subscription that is refused, because the options are strict and the tracker is closed, ends at once with a
     * {@link TrackerClosedException}, and the upstream is not touched.
     *
     * @param <T> the type of the elements
     * @param tracker what counts the subscriptions
     * @param options the name of the tasks, and whether a closed tracker refuses them
     * @return an operator for {@code compose}, on any of the five types
     */
    public static <T> TrackTransformer<T> trackWith(TaskTracker tracker, TaskOptions options) {
        return new TrackWithTransformer<>(
                Objects.requireNonNull(tracker, "tracker must not be null"),
                Objects.requireNonNull(options, "options must not be null"));
    }

    /**
     * Makes each subscription a task of a group.
     *
     * <p>The group counts a subscription from inside {@code subscribe()}; the upstream is subscribed to when the group's
     * {@code Admission} lets the task run, and again for each further attempt, as the group's {@code ErrorPolicy} says.
     * Elements that an attempt had emitted before it failed have been passed on by then, as with RxJava's {@code retry}.
     * The task ends after its last signal was delivered downstream, or the upstream was cancelled, whatever throws.
     *
     * <p>Cancelled, by itself or with its group, the task's upstream is cancelled, once, and its downstream gets a
     * {@link TaskCancelledException} that names the task, unless it has no callback for errors; a task that was rejected, a {@code TaskRejectedException}; one that comes when the
     * group is closed, a {@code GroupClosedException}. In neither of the last two was the upstream touched. The tasks are
     * not fused. See {@link RxGroups#defer} for a task that needs to know itself.
     *
     * @param <T> the type of the elements
     * @param group what counts, admits and judges the tasks
     * @return an operator for {@code compose}, on any of the five types
     */
    public static <T> TrackTransformer<T> trackWith(TaskGroup group) {
        return trackWith(group, TaskOptions.defaults());
    }

    /**
     * Makes each subscription a task of a group and of this name, as {@link #trackWith(TaskGroup)} does.
     *
     * @param <T> the type of the elements
     * @param group what counts, admits and judges the tasks
     * @param taskName the tasks' name
     * @return an operator for {@code compose}, on any of the five types
     * @throws IllegalArgumentException if the name is blank
     */
    public static <T> TrackTransformer<T> trackWith(TaskGroup group, String taskName) {
        return trackWith(group, TaskOptions.named(taskName));
    }

    /**
     * Makes each subscription a task of a group, as {@link #trackWith(TaskGroup)} does and as the options say.
     *
     * @param <T> the type of the elements
     * @param group what counts, admits and judges the tasks
     * @param options the tasks' name, or else they have the group's; a task of a group is always strict
     * @return an operator for {@code compose}, on any of the five types
     */
    public static <T> TrackTransformer<T> trackWith(TaskGroup group, TaskOptions options) {
        return new GroupTransformer<>(
                Objects.requireNonNull(group, "group must not be null"),
                Objects.requireNonNull(options, "options must not be null"));
    }

    /**
     * Lets a token end each subscription.
     *
     * <p>When the token is cancelled, the upstream is cancelled, once, and then the downstream gets a
     * {@link TaskCancelledException} with the token's cause, unless it has no callback for errors; if the token is cancelled
     * already, the upstream is not subscribed to. A completion or an error that comes first wins. An error that comes too late goes to
     * {@link RxJavaPlugins#onError}. The exception is delivered by the thread that cancels, or by the one that is just
     * passing an element on.
     *
     * <p>The token keeps a subscription only until that ends. Put this before {@code trackWith}, so that the task
     * counts until the downstream was told. It is not fused.
     *
     * @param <T> the type of the elements
     * @param token what ends the subscriptions
     * @return an operator for {@code compose}, on any of the five types
     */
    public static <T> TrackTransformer<T> cancelWith(CancellationToken token) {
        return new CancelWithTransformer<>(Objects.requireNonNull(token, "token must not be null"));
    }

    /**
     * Waits for a tracker to be closed and empty.
     *
     * <p>The wait begins with this call and not with the subscription: the {@code Completable} completes if the tracker
     * was drained at any instant from now on, also if it was reopened before anyone subscribed. Subscribed to again, it
     * completes for the same drain; {@code Completable.defer(() -> whenDrained(tracker))} begins a new wait each time.
     *
     * <p>Completes in the thread that drains the tracker, or in the subscribing one if that has happened. To dispose of
     * the subscription unlinks it and leaves nothing behind.
     *
     * <p>RxJava's {@code timeout} has a message of its own, which cannot tell why a wait did not end; {@link
     * #whenDrained(TaskTracker, Duration)} does.
     *
     * @param tracker what to wait for; the wait does not close it
     * @return a {@code Completable} that completes when the tracker is drained
     */
    public static Completable whenDrained(TaskTracker tracker) {
        DrainSignal signal =
                Objects.requireNonNull(tracker, "tracker must not be null").drained();
        return completeOn(signal::onDone);
    }

    /**
     * Waits for a tracker to be closed and empty, for a limited time.
     *
     * <p>As {@link #whenDrained(TaskTracker)}, but fails with a {@link TimeoutException} when the time is up, in a thread of
     * {@code Schedulers.computation()}. The message names the tracker, its state, and what still runs: that it was never closed, for
     * example. The time begins with the subscription.
     *
     * @param tracker what to wait for; the wait does not close it
     * @param timeout how long to wait
     * @return a {@code Completable} that completes when the tracker is drained
     */
    public static Completable whenDrained(TaskTracker tracker, Duration timeout) {
        DrainSignal signal =
                Objects.requireNonNull(tracker, "tracker must not be null").drained();
        Completable failure =
                Completable.error(() -> new TimeoutException("not drained within " + timeout + ": " + signal));
        return completeOn(signal::onDone).timeout(Durations.saturatedNanos(timeout), TimeUnit.NANOSECONDS, failure);
    }

    /**
     * Waits for a token to be cancelled.
     *
     * <p>Completes in the thread that cancels, or in the subscribing one if the token is cancelled already. To dispose
     * of the subscription unlinks it and leaves nothing behind.
     *
     * @param token what to wait for
     * @return a {@code Completable} that completes when the token is cancelled
     */
    public static Completable whenCancelled(CancellationToken token) {
        Objects.requireNonNull(token, "token must not be null");
        return completeOn(token::onCancel);
    }

    static Completable completeOn(Function<Runnable, Registration> event) {
        return Completable.create(emitter -> emitter.setCancellable(event.apply(emitter::onComplete)::close));
    }
}
