// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import io.reactivetracker.CancellationToken;
import io.reactivetracker.DrainSignal;
import io.reactivetracker.Registration;
import io.reactivetracker.SubscriptionSelector;
import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskTimer;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.TrackerClosedException;
import io.reactivetracker.adapter.PublisherContinuation;
import io.reactivetracker.adapter.ScheduledBody;
import io.reactivetracker.adapter.TaskSignals;
import io.reactivetracker.group.Continuation;
import io.reactivetracker.group.GroupSnapshot;
import io.reactivetracker.group.Shutdown;
import io.reactivetracker.group.ShutdownReport;
import io.reactivetracker.group.TaskContext;
import io.reactivetracker.group.TaskGroup;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.Scheduler;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.FlowAdapters;
import org.reactivestreams.Publisher;

/**
 * Tracks pipelines of RxJava 3 with trackers and groups, cancels them, and waits for them.
 *
 * <pre>{@code
 * orders.concatMapSingle(this::bill).compose(trackWith(tracker)).subscribe();
 *
 * tracker.close();
 * whenDrained(tracker).blockingAwait();
 * }</pre>
 *
 * <p>{@code trackWith} counts only what is upstream of it, so make it the last operator. A downstream operator that
 * moves signals to another thread, such as {@code observeOn}, may still pass them on after the task has ended. One
 * that moves the subscription, such as {@code subscribeOn}, delays the count until that thread subscribes.
 *
 * <p>A cancelled task is a normal event. A subscription without a callback for errors, such as {@code subscribe()} or
 * {@code subscribe(onNext)}, gets no {@link TaskCancelledException}: it is left disposed, and nothing is reported,
 * where RxJava would report an {@code OnErrorNotImplementedException} with a stack trace. This requires that an
 * operator of this class is the last one of the pipeline. After another operator, and with {@code forEachWhile} and
 * {@code blockingSubscribe(onNext)}, which do not tell whether they have such a callback, the exception is delivered
 * and RxJava reports it. All other errors are always delivered, including that of a task which a closed or cancelled
 * group refuses.
 */
public final class RxTracking {

    private RxTracking() {}

    /**
     * Counts each subscription as a task.
     *
     * <p>A subscription is counted from inside {@code subscribe()}, before the upstream is touched, until its
     * terminal signal was delivered downstream or the upstream's {@code cancel()} or {@code dispose()} returned, or
     * until something throws on the way. It is counted down once, whichever threads race. A {@code retry} or {@code
     * repeat} downstream of this operator makes each attempt a task; upstream of it, all attempts are one task.
     *
     * <p>Signals and demand pass unchanged, and the upstream is cancelled at most once. The operator is neither fused
     * nor conditional: a consumer that polls a fused upstream runs it after its completion and may drop it without a
     * cancel, so the end of the work would be unknown.
     *
     * <p>Code of a cancelled upstream may still run on another thread. To wait for that too, run it by
     * {@link TaskTracker#wrap} or hold a {@link TaskTracker#token()} in it.
     *
     * @param <T> the type of the elements
     * @param tracker the tracker that counts the subscriptions, closed or not
     * @return an operator for {@code compose}, on any of the five types
     */
    public static <T> TrackTransformer<T> trackWith(TaskTracker tracker) {
        return trackWith(tracker, TaskOptions.defaults());
    }

    /**
     * Counts each subscription as a task of this name, as {@link #trackWith(TaskTracker)} does.
     *
     * @param <T> the type of the elements
     * @param tracker the tracker that counts the subscriptions, closed or not
     * @param taskName the name under which {@link TaskTracker#runningTasks()} lists the tasks
     * @return an operator for {@code compose}, on any of the five types
     * @throws IllegalArgumentException if the name is blank
     */
    public static <T> TrackTransformer<T> trackWith(TaskTracker tracker, String taskName) {
        return trackWith(tracker, TaskOptions.named(taskName));
    }

    /**
     * Counts each subscription as a task with these options, as {@link #trackWith(TaskTracker)} does.
     *
     * <p>If the options are strict and the tracker is closed, the subscription fails at once with a
     * {@link TrackerClosedException}, and the upstream is not touched.
     *
     * @param <T> the type of the elements
     * @param tracker the tracker that counts the subscriptions
     * @param options the name of the tasks, and whether a closed tracker refuses them
     * @return an operator for {@code compose}, on any of the five types
     * @throws IllegalArgumentException if the options have a time limit, which only a group can keep
     */
    public static <T> TrackTransformer<T> trackWith(TaskTracker tracker, TaskOptions options) {
        return new TrackWithOperator<>(
                Objects.requireNonNull(tracker, "tracker must not be null"),
                TaskSignals.requireOptionsFor(tracker, options));
    }

    /**
     * Makes each subscription a task of a group.
     *
     * <p>The group counts a subscription from inside {@code subscribe()}. The upstream is subscribed to when the
     * group's {@code Admission} admits the task, and again for each further attempt that the group's {@code
     * ErrorPolicy} decides on. Elements that an attempt emitted before it failed were passed on by then, as with
     * RxJava's {@code retry}. The task ends after its last signal was delivered downstream or the upstream was
     * cancelled, whatever throws.
     *
     * <p>When the task is cancelled, by itself or with its group, its upstream is cancelled, once, and its downstream
     * gets a {@link TaskCancelledException} that names the task, unless it has no callback for errors. A rejected
     * task fails with a {@code TaskRejectedException}, and a task of a closed group with a {@code
     * GroupClosedException}; the upstream is then not touched. The tasks are not fused. See {@link #defer} for a task
     * that needs its own id, attempt or token.
     *
     * @param <T> the type of the elements
     * @param group the group that counts, admits and judges the tasks
     * @return an operator for {@code compose}, on any of the five types
     */
    public static <T> TrackTransformer<T> trackWith(TaskGroup group) {
        return trackWith(group, TaskOptions.defaults());
    }

    /**
     * Makes each subscription a task of a group and of this name, as {@link #trackWith(TaskGroup)} does.
     *
     * @param <T> the type of the elements
     * @param group the group that counts, admits and judges the tasks
     * @param taskName the tasks' name
     * @return an operator for {@code compose}, on any of the five types
     * @throws IllegalArgumentException if the name is blank
     */
    public static <T> TrackTransformer<T> trackWith(TaskGroup group, String taskName) {
        return trackWith(group, TaskOptions.named(taskName));
    }

    /**
     * Makes each subscription a task of a group with these options, as {@link #trackWith(TaskGroup)} does.
     *
     * @param <T> the type of the elements
     * @param group the group that counts, admits and judges the tasks
     * @param options the tasks' name, by default the group's; a task of a group is always strict
     * @return an operator for {@code compose}, on any of the five types
     */
    public static <T> TrackTransformer<T> trackWith(TaskGroup group, TaskOptions options) {
        Objects.requireNonNull(group, "group must not be null");
        Objects.requireNonNull(options, "options must not be null");
        return new FlowableOperator<>(source -> GroupTaskSubscriber.flowable(task -> source, group, options));
    }

    /**
     * Makes each subscription a task of a group, whose source a function makes from the task's context.
     *
     * <p>The function is called for each attempt, once the task is admitted. Otherwise as {@link
     * #trackWith(TaskGroup)}.
     *
     * @param <T> the type of the elements
     * @param group the group that counts, admits and judges the tasks
     * @param options the tasks' name, by default the group's
     * @param source makes what an attempt subscribes to from the task's id, name, attempt and token
     * @return a {@code Flowable} of what the tasks emit
     */
    public static <T> Flowable<T> defer(
            TaskGroup group,
            TaskOptions options,
            Function<? super TaskContext, ? extends Publisher<? extends T>> source) {
        Objects.requireNonNull(source, "source must not be null");
        Objects.requireNonNull(group, "group must not be null");
        Objects.requireNonNull(options, "options must not be null");
        return GroupTaskSubscriber.flowable(source, group, options);
    }

    /**
     * Lets a token end each subscription.
     *
     * <p>When the token is cancelled, the upstream is cancelled, once, and then the downstream gets a {@link
     * TaskCancelledException} with the token's cause, unless it has no callback for errors. If the token is cancelled
     * already, the upstream is not subscribed to. A completion or an error that comes first wins; an error after the
     * cancel goes to {@link RxJavaPlugins#onError}. The thread that cancels delivers the exception, or the thread
     * that is passing an element on at that moment.
     *
     * <p>The token keeps a subscription only until the subscription ends. Put this before {@code trackWith}, so that
     * the task is counted until the downstream was told. The operator is not fused.
     *
     * @param <T> the type of the elements
     * @param token the token that ends the subscriptions
     * @return an operator for {@code compose}, on any of the five types
     */
    public static <T> TrackTransformer<T> cancelWith(CancellationToken token) {
        Objects.requireNonNull(token, "token must not be null");
        return new FlowableOperator<>(source -> CancellableSubscriber.flowable(source, token));
    }

    /**
     * Starts a task now and counts it until it has ended, whether or not anyone waits for it.
     *
     * <p>Use it in place of a {@code subscribe()} whose outcome nobody sees. The task is counted before it is
     * subscribed to, whether or not the tracker is closed.
     *
     * @param <T> the type of the result
     * @param tracker the tracker that counts the task
     * @param taskName the name under which {@link TaskTracker#runningTasks()} lists the task
     * @param task the source to subscribe to, once
     * @return a handle to wait for the task or to abort it
     * @throws IllegalArgumentException if the name is blank
     */
    public static <T> TaskHandle<T> spawn(TaskTracker tracker, String taskName, Maybe<T> task) {
        Objects.requireNonNull(tracker, "tracker must not be null");
        return SpawnSubscriber.start(
                tracker, TaskOptions.named(taskName), requireTask(task).toFlowable());
    }

    /**
     * Starts a task now and counts it until it has ended, as {@link #spawn(TaskTracker, String, Maybe)} does.
     *
     * @param <T> the type of the result
     * @param tracker the tracker that counts the task
     * @param taskName the name under which {@link TaskTracker#runningTasks()} lists the task
     * @param task the source to subscribe to, once
     * @return a handle to wait for the task or to abort it
     * @throws IllegalArgumentException if the name is blank
     */
    public static <T> TaskHandle<T> spawn(TaskTracker tracker, String taskName, Single<T> task) {
        return spawn(tracker, taskName, requireTask(task).toMaybe());
    }

    /**
     * Starts a task now and counts it until it has ended, as {@link #spawn(TaskTracker, String, Maybe)} does.
     *
     * @param tracker the tracker that counts the task
     * @param taskName the name under which {@link TaskTracker#runningTasks()} lists the task
     * @param task the source to subscribe to, once
     * @return a handle to wait for the task or to abort it
     * @throws IllegalArgumentException if the name is blank
     */
    public static TaskHandle<Void> spawn(TaskTracker tracker, String taskName, Completable task) {
        return spawn(tracker, taskName, requireTask(task).<Void>toMaybe());
    }

    /**
     * Returns a {@code Maybe} that runs blocking code on a thread of its own, and counts it until it has returned.
     *
     * <p>Each subscription is a task. The code runs on a virtual thread, or, before JDK 21, on a thread of a bounded
     * pool. Disposing of the subscription interrupts the code. The tracker counts the task until the code has returned;
     * code that has not begun never runs. No interrupt reaches what the thread runs next.
     *
     * <p>The task is not counted any more when the {@code Maybe} emits. Downstream operators are not part of it; use
     * {@link #trackWith(TaskTracker)} for them.
     *
     * @param <T> the type of the result
     * @param tracker counts the tasks, closed or not
     * @param taskName the name under which {@link TaskTracker#runningTasks()} lists the tasks
     * @param body the code; the {@code Maybe} is empty if it returns null
     * @return a {@code Maybe} of the result
     * @throws IllegalArgumentException if the name is blank
     */
    public static <T> Maybe<T> blocking(TaskTracker tracker, String taskName, Callable<? extends @Nullable T> body) {
        Objects.requireNonNull(tracker, "tracker must not be null");
        Objects.requireNonNull(body, "body must not be null");
        TaskOptions options = TaskOptions.named(taskName);
        return Maybe.create(new MaybeOfFuture<T>(() -> tracker.submitBlocking(
                options, new ScheduledBody<T>(body, RxJavaPlugins::onSchedule, RxJavaPlugins::onError))));
    }

    /**
     * Returns a {@code Maybe} that runs blocking code as a task of a group.
     *
     * <p>As {@link #blocking(TaskTracker, String, Callable)}, with the group's admission and policy. Disposing of the
     * subscription, or cancelling the group or a parent, interrupts the code. The downstream gets a
     * {@link TaskCancelledException} at once, and the task counts as active until the code has returned, so a drain
     * waits for it.
     *
     * @param <T> the type of the result
     * @param group counts and admits the tasks, and decides about their errors
     * @param taskName the name of the tasks
     * @param body the code, called once for each attempt; the {@code Maybe} is empty if it returns null
     * @return a {@code Maybe} of the result, or of a {@code GroupClosedException} if the group is closed
     * @throws IllegalArgumentException if the name is blank
     */
    public static <T> Maybe<T> blocking(TaskGroup group, String taskName, Callable<? extends @Nullable T> body) {
        Objects.requireNonNull(group, "group must not be null");
        Objects.requireNonNull(body, "body must not be null");
        TaskOptions options = TaskOptions.named(taskName);
        return Maybe.create(new MaybeOfFuture<T>(() -> group.submitBlocking(
                options, new ScheduledBody<T>(body, RxJavaPlugins::onSchedule, RxJavaPlugins::onError))));
    }

    /**
     * Starts a task of a group now, whether or not anyone waits for it.
     *
     * <p>The group counts, admits and judges the task as {@link #trackWith(TaskGroup)} describes.
     *
     * @param <T> the type of the result
     * @param group the group of the task
     * @param taskName the task's name
     * @param task the source to subscribe to, once for each attempt
     * @return a handle to wait for the task or to abort it
     * @throws IllegalArgumentException if the name is blank
     * @throws IllegalStateException if the group is closed or cancelled
     */
    public static <T> TaskHandle<T> spawn(TaskGroup group, String taskName, Maybe<T> task) {
        Objects.requireNonNull(group, "group must not be null");
        return SpawnSubscriber.start(
                group, TaskOptions.named(taskName), requireTask(task).toFlowable());
    }

    /**
     * Starts a task of a group now, as {@link #spawn(TaskGroup, String, Maybe)} does.
     *
     * @param <T> the type of the result
     * @param group the group of the task
     * @param taskName the task's name
     * @param task the source to subscribe to, once for each attempt
     * @return a handle to wait for the task or to abort it
     * @throws IllegalArgumentException if the name is blank
     * @throws IllegalStateException if the group is closed or cancelled
     */
    public static <T> TaskHandle<T> spawn(TaskGroup group, String taskName, Single<T> task) {
        return spawn(group, taskName, requireTask(task).toMaybe());
    }

    /**
     * Starts a task of a group now, as {@link #spawn(TaskGroup, String, Maybe)} does.
     *
     * @param group the group of the task
     * @param taskName the task's name
     * @param task the source to subscribe to, once for each attempt
     * @return a handle to wait for the task or to abort it
     * @throws IllegalArgumentException if the name is blank
     * @throws IllegalStateException if the group is closed or cancelled
     */
    public static TaskHandle<Void> spawn(TaskGroup group, String taskName, Completable task) {
        return spawn(group, taskName, requireTask(task).<Void>toMaybe());
    }

    private static <P> P requireTask(P task) {
        return Objects.requireNonNull(task, "task must not be null");
    }

    /**
     * Waits for a tracker to be closed and empty.
     *
     * <p>The wait begins with this call and not with the subscription: the {@code Completable} completes if the
     * tracker was drained at any instant from now on, even if it was reopened before anyone subscribed. Each further
     * subscription completes for the same drain; {@code Completable.defer(() -> whenDrained(tracker))} begins a new
     * wait each time.
     *
     * <p>Completes in the thread that drains the tracker, or in the subscribing one if the tracker was drained before.
     * Disposing of the subscription unlinks it and leaves nothing behind.
     *
     * <p>The message of RxJava's {@code timeout} does not tell why a wait did not end; {@link
     * #whenDrained(TaskTracker, Duration)} does.
     *
     * @param tracker the tracker to wait for; the wait does not close it
     * @return a {@code Completable} that completes when the tracker is drained
     */
    public static Completable whenDrained(TaskTracker tracker) {
        return completeOn(drained(tracker)::onDone);
    }

    /**
     * Waits for a tracker to be closed and empty, for a limited time.
     *
     * <p>As {@link #whenDrained(TaskTracker)}, but fails with a {@link TimeoutException} when the time is up, in a
     * thread of {@code Schedulers.computation()}. The message names the tracker, its state, and what still runs: for
     * example, that it was never closed. The time begins with the subscription.
     *
     * @param tracker the tracker to wait for; the wait does not close it
     * @param timeout how long to wait
     * @return a {@code Completable} that completes when the tracker is drained
     */
    public static Completable whenDrained(TaskTracker tracker, Duration timeout) {
        return whenDrained(drained(tracker), timeout);
    }

    /**
     * Waits for a group to be closed and to have no more tasks or children; closes nothing.
     *
     * @param group the group to wait for
     * @return a {@code Completable} that completes when the group is drained
     */
    public static Completable whenDrained(TaskGroup group) {
        return completeOn(drained(group)::onDone);
    }

    /**
     * Waits for a group to be closed and to have no more tasks or children, for a limited time.
     *
     * <p>As {@link #whenDrained(TaskGroup)}, but fails when the time is up, as {@link #whenDrained(TaskTracker,
     * Duration)} does.
     *
     * @param group the group to wait for
     * @param timeout how long to wait
     * @return a {@code Completable} that completes when the group is drained
     */
    public static Completable whenDrained(TaskGroup group, Duration timeout) {
        return whenDrained(drained(group), timeout);
    }

    private static DrainSignal drained(TaskTracker tracker) {
        return Objects.requireNonNull(tracker, "tracker must not be null").drained();
    }

    private static DrainSignal drained(TaskGroup group) {
        return Objects.requireNonNull(group, "group must not be null").drained();
    }

    private static Completable whenDrained(DrainSignal signal, Duration timeout) {
        Completable failure =
                Completable.error(() -> new TimeoutException("not drained within " + timeout + ": " + signal));
        return completeOn(signal::onDone).timeout(nanos(timeout), TimeUnit.NANOSECONDS, failure);
    }

    /**
     * Waits for a tracker to be closed.
     *
     * <p>The wait begins with the subscription. Completes in the thread that closes the tracker, before its tasks have
     * ended, or in the subscribing one if the tracker is closed. Disposing of the subscription unlinks it and leaves
     * nothing behind.
     *
     * @param tracker the tracker to wait for; the wait does not close it
     * @return a {@code Completable} that completes when the tracker is closed
     */
    public static Completable whenClosed(TaskTracker tracker) {
        Objects.requireNonNull(tracker, "tracker must not be null");
        return completeOn(tracker::onClose);
    }

    /**
     * Waits for a group to begin to end: to be closed or cancelled, or for a shutdown of it or of a group above it to
     * begin, as {@link TaskGroup#onClose} describes.
     *
     * <p>As {@link #whenClosed(TaskTracker)}, for a group.
     *
     * @param group the group to wait for; the wait does not close it
     * @return a {@code Completable} that completes when the group begins to end
     */
    public static Completable whenClosed(TaskGroup group) {
        Objects.requireNonNull(group, "group must not be null");
        return completeOn(group::onClose);
    }

    /**
     * Completes each subscription when a tracker is closed.
     *
     * <p>For a source that never ends by itself, such as the messages of a topic or an interval: without this operator
     * the drain waits for it in vain.
     *
     * <pre>{@code
     * messages.compose(untilClosed(tracker))        // no new message from the close on
     *         .concatMapCompletable(this::handle)   // the message in flight is handled
     *         .compose(trackWith(tracker))          // and the drain waits for it
     *         .subscribe();
     * }</pre>
     *
     * <p>When the tracker is closed, the upstream is cancelled, once, and then the downstream completes. What is
     * downstream of this operator continues and ends as after any completion. So put it next to the source, before the
     * work and before {@code trackWith}: what is upstream of it is cancelled. If the tracker is closed already, the
     * subscription completes at once and the upstream is not subscribed to. The pipeline that this operator is in may
     * be a task of the same tracker.
     *
     * <p>A completion, an error or a cancel of the downstream that comes first wins. The thread that closes delivers
     * the completion, or the thread that is passing an element on at that moment, after that element. After the close
     * an error of the upstream goes to {@link RxJavaPlugins#onError}, and an element is dropped. A {@code Maybe}
     * completes empty. A {@code Single} cannot complete without a value: it fails with a
     * {@link TaskCancelledException}, as RxJava's own {@code Single.takeUntil} fails with a {@code
     * CancellationException}. The operator is not fused.
     *
     * @param <T> the type of the elements
     * @param tracker the tracker that ends the subscriptions
     * @return an operator for {@code compose}, on any of the five types
     */
    public static <T> TrackTransformer<T> untilClosed(TaskTracker tracker) {
        Objects.requireNonNull(tracker, "tracker must not be null");
        return new UntilClosedOperator<>(tracker::onClose, "tracker \"" + tracker.name() + "\"");
    }

    /**
     * Completes each subscription when a group begins to end: it is closed or cancelled, or a shutdown of it or of a
     * group above it begins.
     *
     * <p>As {@link #untilClosed(TaskTracker)}, for a group. When the group is cancelled, the source completes and the
     * work downstream is cancelled by its {@code trackWith}.
     *
     * @param <T> the type of the elements
     * @param group the group that ends the subscriptions
     * @return an operator for {@code compose}, on any of the five types
     */
    public static <T> TrackTransformer<T> untilClosed(TaskGroup group) {
        Objects.requireNonNull(group, "group must not be null");
        return new UntilClosedOperator<>(group::onClose, "group \"" + group.name() + "\"");
    }

    /**
     * Waits for a token to be cancelled.
     *
     * <p>Completes in the thread that cancels, or in the subscribing one if the token is cancelled already. Disposing
     * of the subscription unlinks it and leaves nothing behind.
     *
     * @param token the token to wait for
     * @return a {@code Completable} that completes when the token is cancelled
     */
    public static Completable whenCancelled(CancellationToken token) {
        Objects.requireNonNull(token, "token must not be null");
        return completeOn(token::onCancel);
    }

    /**
     * Closes a group and all groups below it when subscribed to, and completes once all of them are drained.
     *
     * <p>Disposing of the subscription unlinks the wait; the groups stay closed.
     *
     * @param group the group to close and to wait for
     * @return a {@code Completable} that completes when the whole tree has no more tasks
     */
    public static Completable closeAndDrain(TaskGroup group) {
        Objects.requireNonNull(group, "group must not be null");
        return Completable.defer(() -> completeOn(group.closeAndDrain()::onDone));
    }

    /**
     * Shuts a group down when subscribed to, as {@link TaskGroup#shutdown} does, and emits the report.
     *
     * <p>Once begun, the shutdown goes through all its stages; disposing of the subscription or a {@code timeout} stops
     * none of them.
     *
     * @param group the group to shut down
     * @param plan the stages and their times
     * @return a {@code Single} of the report
     */
    public static Single<ShutdownReport> shutdown(TaskGroup group, Shutdown plan) {
        Objects.requireNonNull(group, "group must not be null");
        Objects.requireNonNull(plan, "plan must not be null");
        return Single.defer(() -> Single.fromCompletionStage(group.shutdown(plan)));
    }

    /**
     * Emits snapshots of a group until it is drained: one at once, one after each period, and one at the end.
     *
     * <p>A snapshot that the subscriber has not requested is left out. Closes nothing.
     *
     * @param group the group to watch
     * @param every the time between two snapshots
     * @param scheduler the scheduler that times the snapshots
     * @return a {@code Flowable} of snapshots that completes with the last one
     * @throws IllegalArgumentException if the time is not positive
     */
    public static Flowable<GroupSnapshot> watch(TaskGroup group, Duration every, Scheduler scheduler) {
        Objects.requireNonNull(group, "group must not be null");
        Objects.requireNonNull(scheduler, "scheduler must not be null");
        Objects.requireNonNull(every, "every must not be null");
        if (every.isZero() || every.isNegative()) {
            throw new IllegalArgumentException("every must be positive, but was " + every);
        }
        return Flowable.interval(0, nanos(every), TimeUnit.NANOSECONDS, scheduler)
                .onBackpressureDrop()
                .takeUntil(whenDrained(group).toFlowable())
                .map(tick -> group.snapshot())
                .concatWith(Single.fromSupplier(group::snapshot));
    }

    /**
     * Returns a timer that runs on a scheduler's clock, which may be virtual.
     *
     * @param scheduler tells the time and runs what was scheduled
     * @return a timer for {@link io.reactivetracker.group.TaskGroupBuilder#timer}
     */
    public static TaskTimer timer(Scheduler scheduler) {
        return new SchedulerTimer(Objects.requireNonNull(scheduler, "scheduler must not be null"));
    }

    /**
     * Returns a continuation for tasks of RxJava that subscribes to a publisher.
     *
     * @param source makes the publisher, such as a {@code Flowable} or the {@code toFlowable()} of any other type;
     *     its elements must be of the task's type
     * @return what an {@link io.reactivetracker.group.ErrorPolicy} resumes a task with
     */
    public static Continuation resumeWith(Function<? super TaskContext, ? extends Publisher<?>> source) {
        Objects.requireNonNull(source, "source must not be null");
        return (PublisherContinuation) task -> FlowAdapters.toFlowPublisher(source.apply(task));
    }

    /**
     * Counts fire-and-forget subscriptions in the whole virtual machine, until the registration is closed.
     *
     * <pre>{@code
     * Registration counting = trackSubscriptions((caller, pipeline) ->
     *         caller.type().getPackageName().startsWith("com.acme.")
     *                 ? new SubscriptionTask(tracker, token, caller.toString())
     *                 : null);
     * }</pre>
     *
     * <p>A subscription is seen if its last observer is the one that RxJava creates for {@code subscribe()}, {@code
     * subscribe(onNext)}, {@code forEach} and similar methods of the five types, so that no code observes its end, and
     * if the code that has called the method is on the stack of the subscribing thread. The selector decides whether
     * and how it is counted, in the same way as {@link #cancelWith} and {@link #trackWith(TaskTracker, String)} do. A
     * source that breaks the rules of RxJava, in that its {@code subscribe} throws, stays counted, since its observer
     * is never told of an end.
     *
     * <p>Not seen are {@code blockingSubscribe()} and the like, {@code toFuture()}, subscriptions within a pipeline, an
     * {@code Observer} of the application, and pipelines whose last operator is one of this class. RxJava's pipelines
     * have no name, so the selector is given null.
     *
     * <p>This installs a hook for each type in {@link RxJavaPlugins}, which also calls the hook that was there. When
     * the last registration is closed, that hook is put back, unless another one has replaced ours: ours then stays
     * below it and does nothing. Subscriptions that are counted stay counted. Several selectors may be installed: the
     * one that was installed last is asked first, and no subscription is counted twice.
     *
     * @param selector decides which subscriptions are counted; called by many threads
     * @return removes the selector; idempotent
     * @throws IllegalStateException if {@link RxJavaPlugins#lockdown()} was called
     */
    public static Registration trackSubscriptions(SubscriptionSelector selector) {
        return SubscribeHooks.install(
                new CountedSubscriptions(Objects.requireNonNull(selector, "selector must not be null")));
    }

    private static Completable completeOn(Function<Runnable, Registration> event) {
        return Completable.create(emitter -> emitter.setCancellable(event.apply(emitter::onComplete)::close));
    }

    /** At most half of the range, so that a scheduler can add it to a time. */
    static long nanos(Duration duration) {
        return Math.min(TimeUnit.NANOSECONDS.convert(duration), Long.MAX_VALUE / 2);
    }
}
