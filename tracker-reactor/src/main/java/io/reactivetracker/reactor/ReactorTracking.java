// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import io.reactivetracker.CancellationToken;
import io.reactivetracker.Registration;
import io.reactivetracker.SubscriptionSelector;
import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskTimer;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.TrackerClosedException;
import io.reactivetracker.adapter.CancelledTask;
import io.reactivetracker.adapter.PublisherContinuation;
import io.reactivetracker.adapter.ScheduledBody;
import io.reactivetracker.adapter.TaskSignals;
import io.reactivetracker.group.Continuation;
import io.reactivetracker.group.GroupSnapshot;
import io.reactivetracker.group.Shutdown;
import io.reactivetracker.group.ShutdownReport;
import io.reactivetracker.group.TaskContext;
import io.reactivetracker.group.TaskGroup;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.FlowAdapters;
import org.reactivestreams.Publisher;
import reactor.core.CorePublisher;
import reactor.core.CoreSubscriber;
import reactor.core.Scannable;
import reactor.core.Scannable.Attr.RunStyle;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.core.publisher.ParallelFlux;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.util.context.Context;

/**
 * Tracks pipelines of Project Reactor.
 *
 * <pre>{@code
 * orders.flatMap(this::ship).transform(trackWith(tracker)).subscribe();
 *
 * tracker.close();
 * whenDrained(tracker).block();
 * }</pre>
 *
 * <p>The operators of this class take any publisher, and give a {@code Mono} for a {@code Mono} and otherwise a {@code
 * Flux}. Apply them by {@code transform}, {@code transformDeferred} or {@code as}: the type of the pipeline stays. One
 * operator serves any number of pipelines. Give it the type {@code UnaryOperator<Publisher<T>>} to use it for both
 * {@code Flux} and {@code Mono}. Apply it to the rails of a {@link ParallelFlux} by {@link
 * ParallelFlux#transformGroups(Function)}, not to the {@code ParallelFlux}: it would give a {@code Flux}.
 *
 * <p>{@code trackWith} counts only what is upstream of it, so make it the last operator. An operator downstream of it
 * that moves signals to another thread, such as {@code publishOn}, may still pass them on when the task has ended. With
 * one that moves the subscription, such as {@code subscribeOn}, the task is counted when that thread subscribes.
 *
 * <p>Under {@link Hooks#enableAutomaticContextPropagation()} each part of a pipeline sees the thread-locals that it
 * sees without these operators. A signal that an operator sends from another thread has the thread-locals that its
 * subscriber had when it subscribed: an attempt of a queued or retried task, the signal of a cancelled token, the
 * recorded end of a task. Nothing is captured where the hook is off.
 */
public final class ReactorTracking {

    private static final String DEFAULT_NAME = "spawned";

    private ReactorTracking() {}

    // ---- trackers ----

    /**
     * Counts each subscription as a task.
     *
     * <p>A subscription is counted from inside {@code subscribe()}, before the upstream is touched, until its terminal
     * signal was delivered downstream or the upstream's {@code cancel()} returned, also if something throws on the way.
     * The count is released once, whatever happens and in whichever threads. Upstream of a {@code retry} or {@code
     * repeat} each attempt is a task; downstream of it all attempts are one task.
     *
     * <p>Signals, demand, {@code Context} and {@link Scannable} stay as they are. Elements are pushed through this
     * operator even where its neighbours could be fused, as with Reactor's {@code doFinally}. The upstream is cancelled
     * at most once.
     *
     * <p>The tasks have the name that the pipeline has from Reactor's {@code name("…")}, if any.
     *
     * <p>Code of a cancelled upstream may run on for a while. To wait for that code too, run it by
     * {@link TaskTracker#wrap} or hold a {@link TaskTracker#token()} in it.
     *
     * @param <P> the type of the pipeline: {@code Mono}, {@code Flux} or {@code Publisher}
     * @param tracker counts the subscriptions, closed or not
     * @return an operator for any number of pipelines
     */
    public static <P extends Publisher<?>> UnaryOperator<P> trackWith(TaskTracker tracker) {
        return trackWith(tracker, TaskOptions.defaults());
    }

    /**
     * Counts each subscription as a task of this name, as {@link #trackWith(TaskTracker)} does.
     *
     * @param <P> the type of the pipeline: {@code Mono}, {@code Flux} or {@code Publisher}
     * @param tracker counts the subscriptions, closed or not
     * @param taskName the name under which {@link TaskTracker#runningTasks()} lists the tasks, instead of the
     *     pipeline's; the pipeline's own name, which meters read, does not change
     * @return an operator for any number of pipelines
     * @throws IllegalArgumentException if the name is blank
     */
    public static <P extends Publisher<?>> UnaryOperator<P> trackWith(TaskTracker tracker, String taskName) {
        return trackWith(tracker, TaskOptions.named(taskName));
    }

    /**
     * Counts each subscription as a task with these options, as {@link #trackWith(TaskTracker)} does.
     *
     * <p>If the options are strict and the tracker is closed, the subscription fails at once with a
     * {@link TrackerClosedException}, and the upstream is not touched.
     *
     * @param <P> the type of the pipeline: {@code Mono}, {@code Flux} or {@code Publisher}
     * @param tracker counts the subscriptions
     * @param options the name of the tasks, if it is not the pipeline's, and whether a closed tracker refuses them
     * @return an operator for any number of pipelines
     * @throws IllegalArgumentException if the options have a time limit, which only a group can keep
     */
    public static <P extends Publisher<?>> UnaryOperator<P> trackWith(TaskTracker tracker, TaskOptions options) {
        Objects.requireNonNull(tracker, "tracker must not be null");
        TaskSignals.requireOptionsFor(tracker, options);
        return PipelineStep.operator(publisher -> PipelineStep.ofTasks(
                publisher,
                "trackWith",
                RunStyle.SYNC,
                options,
                tasks -> (source, actual) -> TrackWithSubscriber.subscribe(source, actual, tracker, tasks)));
    }

    /**
     * Starts a task now and counts it until it has ended.
     *
     * <p>Replaces a {@code subscribe()} whose outcome nobody sees. The tracker counts the task before it is subscribed
     * to, closed or not, and lists it under the name that the {@code Mono} has from {@code name("…")}, or else as
     * {@code spawned}.
     *
     * @param <T> the type of the result
     * @param tracker counts the task
     * @param task is subscribed to once
     * @return a handle to wait for the task or to stop it
     */
    public static <T> TaskHandle<T> spawn(TaskTracker tracker, Mono<T> task) {
        return spawn(tracker, TaskOptions.defaults(), task);
    }

    /**
     * Starts a task of this name now, as {@link #spawn(TaskTracker, Mono)} does.
     *
     * @param <T> the type of the result
     * @param tracker counts the task
     * @param taskName the name under which the tracker lists the task
     * @param task is subscribed to once
     * @return a handle to wait for the task or to stop it
     * @throws IllegalArgumentException if the name is blank
     */
    public static <T> TaskHandle<T> spawn(TaskTracker tracker, String taskName, Mono<T> task) {
        return spawn(tracker, TaskOptions.named(taskName), task);
    }

    /**
     * Starts a task with these options now, as {@link #spawn(TaskTracker, Mono)} does.
     *
     * @param <T> the type of the result
     * @param tracker counts the task
     * @param options the name of the task, if it is not that of the {@code Mono}, and whether a closed tracker refuses
     *     it
     * @param task is subscribed to once
     * @return a handle to wait for the task or to stop it
     * @throws IllegalArgumentException if the options have a time limit, which only a group can keep
     * @throws TrackerClosedException if the options are strict and the tracker is closed; nothing is subscribed to
     */
    public static <T> TaskHandle<T> spawn(TaskTracker tracker, TaskOptions options, Mono<T> task) {
        Objects.requireNonNull(tracker, "tracker must not be null");
        Objects.requireNonNull(options, "options must not be null");
        Objects.requireNonNull(task, "task must not be null");
        return SpawnSubscriber.start(tracker, Pipelines.named(options, task, DEFAULT_NAME), task);
    }

    /**
     * Returns a {@code Mono} that runs blocking code on a thread of its own, and counts it until it has returned.
     *
     * <p>Each subscription is a task. The code runs on a virtual thread, or, before JDK 21, on a thread of a bounded
     * pool. Cancelling the subscription interrupts the code. The tracker counts the task until the code has returned;
     * code that has not begun never runs. No interrupt reaches what the thread runs next. Where automatic context
     * propagation is on, the code sees the thread-locals of the subscriber.
     *
     * <p>The task is not counted any more when the {@code Mono} emits. Downstream operators are not part of it; use
     * {@link #trackWith(TaskTracker)} for them.
     *
     * @param <T> the type of the result
     * @param tracker counts the tasks, closed or not
     * @param taskName the name under which {@link TaskTracker#runningTasks()} lists the tasks
     * @param body the code; the {@code Mono} is empty if it returns null
     * @return a {@code Mono} of the result
     * @throws IllegalArgumentException if the name is blank
     */
    public static <T> Mono<T> blocking(TaskTracker tracker, String taskName, Callable<? extends @Nullable T> body) {
        Objects.requireNonNull(tracker, "tracker must not be null");
        Objects.requireNonNull(body, "body must not be null");
        TaskOptions options = TaskOptions.named(taskName);
        return Mono.fromFuture(() -> tracker.submitBlocking(
                options,
                new ScheduledBody<T>(
                        body, Schedulers::onSchedule, error -> Operators.onErrorDropped(error, Context.empty()))));
    }

    /**
     * Waits for a tracker to be closed and empty.
     *
     * <p>The wait begins with this call, not with the subscription: the {@code Mono} completes if the tracker is
     * drained at any instant from now on, even if it is reopened before anyone subscribes. Each subscription waits for
     * the same drain; {@code Mono.defer(() -> whenDrained(tracker))} begins a new wait for each.
     *
     * <p>Completes in the thread that drains the tracker, or in the subscribing thread if the tracker has drained.
     * Cancelling the subscription removes it.
     *
     * <p>A tracker that nobody closes never drains. The name of the {@code Mono} describes the tracker, its state and
     * its running tasks, so that the message of a {@code timeout} has them.
     *
     * @param tracker the tracker to wait for; it is not closed
     * @return a {@code Mono} that completes when the tracker is drained
     */
    public static Mono<Void> whenDrained(TaskTracker tracker) {
        return new MonoSignal(
                Objects.requireNonNull(tracker, "tracker must not be null").drained());
    }

    /**
     * Waits for a tracker to be closed.
     *
     * <p>The wait begins with the subscription. Completes in the thread that closes the tracker, before its tasks have
     * ended, or in the subscribing thread if the tracker is closed. Cancelling the subscription removes it.
     *
     * @param tracker the tracker to wait for; it is not closed
     * @return a {@code Mono} that completes when the tracker is closed
     */
    public static Mono<Void> whenClosed(TaskTracker tracker) {
        Objects.requireNonNull(tracker, "tracker must not be null");
        return MonoSignal.of(tracker::onClose);
    }

    /**
     * Completes each subscription when a tracker is closed.
     *
     * <p>For a source that never ends by itself, such as the messages of a topic, a WebSocket, server-sent events or an
     * interval: without this operator the drain waits for it in vain.
     *
     * <pre>{@code
     * messages.transform(untilClosed(tracker))   // no new message from the close on
     *         .concatMap(this::handle)           // the message in flight is handled
     *         .transform(trackWith(tracker))     // and the drain waits for it
     *         .subscribe();
     * }</pre>
     *
     * <p>When the tracker is closed, the upstream is cancelled, once, and then the downstream completes. What is
     * downstream of this operator continues and ends as after any completion. So put it next to the source, upstream
     * of the work and of {@code trackWith}: what is upstream of it is cancelled. If the tracker is closed already, the
     * subscription completes at once and the upstream is not subscribed to. The pipeline that this operator is in may
     * be a task of the same tracker.
     *
     * <p>A completion, an error or a cancel of the downstream that comes first wins. The thread that closes delivers
     * the completion, or the thread that is passing an element on at that moment, after that element. After the close
     * an error of the upstream goes to Reactor's {@code onErrorDropped}, and an element to {@code onDiscard}. A {@code
     * Mono} completes empty. A subscription listens to the tracker until it ends. It is not fused.
     *
     * @param <P> the type of the pipeline: {@code Mono}, {@code Flux} or {@code Publisher}
     * @param tracker ends the subscriptions
     * @return an operator for any number of pipelines
     */
    public static <P extends Publisher<?>> UnaryOperator<P> untilClosed(TaskTracker tracker) {
        Objects.requireNonNull(tracker, "tracker must not be null");
        return untilClosed(tracker::onClose);
    }

    private static <P extends Publisher<?>> UnaryOperator<P> untilClosed(Function<Runnable, Registration> close) {
        return PipelineStep.operator(publisher -> PipelineStep.of(
                publisher,
                "untilClosed",
                RunStyle.SYNC,
                (source, actual) -> UntilClosedSubscriber.subscribe(source, actual, close)));
    }

    // ---- groups ----

    /**
     * Makes each subscription a task of a group.
     *
     * <p>The group counts a subscription from inside {@code subscribe()}. The upstream is subscribed to when the
     * group's {@code Admission} admits the task, and again for each further attempt, as the group's {@code ErrorPolicy}
     * decides. Elements that a failed attempt emitted have been passed on, as with Reactor's {@code retry}; a further
     * attempt is requested what the earlier ones have not served. An {@code onErrorContinue} of the downstream applies
     * to the upstream as it does without the group; the policy sees the remaining errors. The task ends after its last
     * signal was delivered downstream or {@code upstream.cancel()} returned, whatever throws.
     *
     * <p>When the task or its group is cancelled, the upstream is cancelled and the downstream gets a
     * {@link TaskCancelledException}. The downstream gets a {@code TaskRejectedException} if the task is rejected, and
     * a {@code GroupClosedException} if the group is closed; the upstream is not touched then.
     *
     * <p>Demand of a queued task is kept. A request that is not positive is reported as Reactor does, and ignored.
     *
     * <p>The {@code Context} of the upstream has a {@link TaskContext} under {@code TaskContext.class}: the id, name,
     * attempt and token of the task. A task that is subscribed to there is its {@linkplain TaskOptions#childOf child}:
     * it shares the parent's permit of a limit that both groups have. The tasks are not fused.
     *
     * @param <P> the type of the pipeline: {@code Mono}, {@code Flux} or {@code Publisher}
     * @param group counts and admits the tasks, and decides about their errors
     * @return an operator for any number of pipelines
     */
    public static <P extends Publisher<?>> UnaryOperator<P> trackWith(TaskGroup group) {
        return trackWith(group, TaskOptions.defaults());
    }

    /**
     * Makes each subscription a task of this name in a group, as {@link #trackWith(TaskGroup)} does.
     *
     * @param <P> the type of the pipeline: {@code Mono}, {@code Flux} or {@code Publisher}
     * @param group counts and admits the tasks, and decides about their errors
     * @param taskName the name of the tasks, instead of the pipeline's
     * @return an operator for any number of pipelines
     * @throws IllegalArgumentException if the name is blank
     */
    public static <P extends Publisher<?>> UnaryOperator<P> trackWith(TaskGroup group, String taskName) {
        return trackWith(group, TaskOptions.named(taskName));
    }

    /**
     * Makes each subscription a task with these options in a group, as {@link #trackWith(TaskGroup)} does.
     *
     * @param <P> the type of the pipeline: {@code Mono}, {@code Flux} or {@code Publisher}
     * @param group counts and admits the tasks, and decides about their errors
     * @param options the name of the tasks, if it is not the pipeline's; a task of a group is always strict
     * @return an operator for any number of pipelines
     */
    public static <P extends Publisher<?>> UnaryOperator<P> trackWith(TaskGroup group, TaskOptions options) {
        Objects.requireNonNull(group, "group must not be null");
        Objects.requireNonNull(options, "options must not be null");
        return PipelineStep.operator(publisher -> {
            Supplier<@Nullable String> origin = () -> Pipelines.originOf(publisher);
            return PipelineStep.ofTasks(
                    publisher,
                    "trackInGroup",
                    RunStyle.ASYNC,
                    options,
                    tasks -> (source, actual) -> GroupTaskSubscriber.subscribe(source, actual, group, tasks, origin));
        });
    }

    /**
     * Returns a {@code Mono} that runs blocking code as a task of a group.
     *
     * <p>As {@link #blocking(TaskTracker, String, Callable)}, with the group's admission and policy. Cancelling the
     * subscription, the group or a parent interrupts the code. The downstream gets a {@link TaskCancelledException} at
     * once, and the task counts as active until the code has returned, so a drain waits for it. The task is a child of
     * the task that the {@code Context} names.
     *
     * @param <T> the type of the result
     * @param group counts and admits the tasks, and decides about their errors
     * @param taskName the name of the tasks
     * @param body the code, called once for each attempt; the {@code Mono} is empty if it returns null
     * @return a {@code Mono} of the result, or of a {@code GroupClosedException} if the group is closed
     * @throws IllegalArgumentException if the name is blank
     */
    public static <T> Mono<T> blocking(TaskGroup group, String taskName, Callable<? extends @Nullable T> body) {
        Objects.requireNonNull(group, "group must not be null");
        Objects.requireNonNull(body, "body must not be null");
        TaskOptions options = TaskOptions.named(taskName);
        return Mono.deferContextual(context -> {
            TaskContext parent = context.getOrDefault(TaskContext.class, null);
            TaskOptions own = parent == null ? options : options.and(TaskOptions.childOf(parent));
            return Mono.fromFuture(() -> group.submitBlocking(
                    own,
                    new ScheduledBody<T>(
                            body, Schedulers::onSchedule, error -> Operators.onErrorDropped(error, Context.empty()))));
        });
    }

    /**
     * Starts a task of a group now.
     *
     * <p>As {@link #spawn(TaskTracker, Mono)}, with the group's admission and policy. The task has the name that the
     * {@code Mono} has from {@code name("…")}, or else that of the group.
     *
     * @param <T> the type of the result
     * @param group counts and admits the task, and decides about its errors
     * @param task is subscribed to once for each attempt
     * @return a handle to wait for the task or to stop it
     * @throws IllegalStateException if the group is closed or cancelled
     */
    public static <T> TaskHandle<T> spawn(TaskGroup group, Mono<T> task) {
        return spawn(group, TaskOptions.defaults(), task);
    }

    /**
     * Starts a task of this name in a group now, as {@link #spawn(TaskGroup, Mono)} does.
     *
     * @param <T> the type of the result
     * @param group counts and admits the task, and decides about its errors
     * @param taskName the name of the task
     * @param task is subscribed to once for each attempt
     * @return a handle to wait for the task or to stop it
     * @throws IllegalArgumentException if the name is blank
     * @throws IllegalStateException if the group is closed or cancelled
     */
    public static <T> TaskHandle<T> spawn(TaskGroup group, String taskName, Mono<T> task) {
        return spawn(group, TaskOptions.named(taskName), task);
    }

    /**
     * Starts a task with these options in a group now, as {@link #spawn(TaskGroup, Mono)} does.
     *
     * @param <T> the type of the result
     * @param group counts and admits the task, and decides about its errors
     * @param options the name of the task, if it is not that of the {@code Mono}
     * @param task is subscribed to once for each attempt
     * @return a handle to wait for the task or to stop it
     * @throws IllegalStateException if the group is closed or cancelled
     */
    public static <T> TaskHandle<T> spawn(TaskGroup group, TaskOptions options, Mono<T> task) {
        Objects.requireNonNull(group, "group must not be null");
        Objects.requireNonNull(options, "options must not be null");
        Objects.requireNonNull(task, "task must not be null");
        return SpawnSubscriber.start(group, Pipelines.named(options, task), token -> task);
    }

    /**
     * Starts a task of a group now, under the group's name. The task is built from its own cancellation token.
     *
     * @param <T> the type of the result
     * @param group counts and admits the task, and decides about its errors
     * @param task builds the {@code Mono} of each attempt
     * @return a handle to wait for the task or to stop it
     * @throws IllegalStateException if the group is closed or cancelled
     */
    public static <T> TaskHandle<T> spawn(
            TaskGroup group, Function<? super CancellationToken, ? extends Mono<T>> task) {
        return spawn(group, TaskOptions.defaults(), task);
    }

    /**
     * Starts a task with these options in a group now. The task is built from its own cancellation token.
     *
     * @param <T> the type of the result
     * @param group counts and admits the task, and decides about its errors
     * @param options the name of the task, if it is not the group's
     * @param task builds the {@code Mono} of each attempt
     * @return a handle to wait for the task or to stop it
     * @throws IllegalStateException if the group is closed or cancelled
     */
    public static <T> TaskHandle<T> spawn(
            TaskGroup group, TaskOptions options, Function<? super CancellationToken, ? extends Mono<T>> task) {
        Objects.requireNonNull(group, "group must not be null");
        Objects.requireNonNull(options, "options must not be null");
        Objects.requireNonNull(task, "task must not be null");
        return SpawnSubscriber.start(group, options, task);
    }

    /**
     * Returns a continuation that subscribes to a publisher, for tasks of Reactor.
     *
     * @param source builds the publisher, whose elements must have the type of the task's; a task that is a {@code
     *     Mono} takes the first one
     * @return a continuation for {@link io.reactivetracker.group.ErrorPolicy#resumeWith}
     */
    public static Continuation resumeWith(Function<? super TaskContext, ? extends Publisher<?>> source) {
        Objects.requireNonNull(source, "source must not be null");
        return (PublisherContinuation) task -> FlowAdapters.toFlowPublisher(source.apply(task));
    }

    /**
     * Waits for a group to be closed and to have no more tasks or children; closes nothing.
     *
     * <p>As {@link #whenDrained(TaskTracker)}, for a group and the groups below it.
     *
     * @param group the group to wait for
     * @return a {@code Mono} that completes when the group is drained
     */
    public static Mono<Void> whenDrained(TaskGroup group) {
        return new MonoSignal(
                Objects.requireNonNull(group, "group must not be null").drained());
    }

    /**
     * Waits for a group to begin to end: to be closed or cancelled, or for a shutdown of it or of a group above it to
     * begin, as {@link TaskGroup#onClose} describes.
     *
     * <p>As {@link #whenClosed(TaskTracker)}, for a group.
     *
     * @param group the group to wait for; it is not closed
     * @return a {@code Mono} that completes when the group begins to end
     */
    public static Mono<Void> whenClosed(TaskGroup group) {
        Objects.requireNonNull(group, "group must not be null");
        return MonoSignal.of(group::onClose);
    }

    /**
     * Completes each subscription when a group begins to end: it is closed or cancelled, or a shutdown of it or of a
     * group above it begins.
     *
     * <p>As {@link #untilClosed(TaskTracker)}, for a group. When the group is cancelled, the source completes and the
     * work downstream is cancelled by its {@code trackWith}.
     *
     * @param <P> the type of the pipeline: {@code Mono}, {@code Flux} or {@code Publisher}
     * @param group ends the subscriptions
     * @return an operator for any number of pipelines
     */
    public static <P extends Publisher<?>> UnaryOperator<P> untilClosed(TaskGroup group) {
        Objects.requireNonNull(group, "group must not be null");
        return untilClosed(group::onClose);
    }

    /**
     * Closes a group and all groups below it when subscribed to, and completes once all of them are drained.
     *
     * <p>Cancelling the subscription removes it; the groups stay closed.
     *
     * @param group the group to close and to wait for
     * @return a {@code Mono} that completes when the whole tree has no more tasks
     */
    public static Mono<Void> closeAndDrain(TaskGroup group) {
        Objects.requireNonNull(group, "group must not be null");
        return Mono.defer(() -> MonoSignal.of(group.closeAndDrain()::onDone));
    }

    /**
     * Shuts a group down when subscribed to, as {@link TaskGroup#shutdown} does, and emits the report.
     *
     * <p>The shutdown runs through all its stages, even if the subscription is cancelled or a {@code timeout} ends it.
     *
     * @param group the group to shut down
     * @param plan how long each stage waits
     * @return a {@code Mono} of the report
     */
    public static Mono<ShutdownReport> shutdown(TaskGroup group, Shutdown plan) {
        Objects.requireNonNull(group, "group must not be null");
        Objects.requireNonNull(plan, "plan must not be null");
        return Mono.fromFuture(() -> group.shutdown(plan), true);
    }

    /**
     * Emits a snapshot of a group now, after each period, and when the group is drained; closes nothing.
     *
     * <p>A snapshot is left out if the subscriber has not requested it.
     *
     * @param group the group to watch
     * @param every the period; positive
     * @return a {@code Flux} of snapshots that completes with the last one
     * @throws IllegalArgumentException if the period is not positive
     */
    public static Flux<GroupSnapshot> watch(TaskGroup group, Duration every) {
        Objects.requireNonNull(group, "group must not be null");
        Objects.requireNonNull(every, "every must not be null");
        if (every.isZero() || every.isNegative()) {
            throw new IllegalArgumentException("every must be positive, but was " + every);
        }
        return Flux.interval(Duration.ZERO, every)
                .onBackpressureDrop()
                .takeUntilOther(whenDrained(group))
                .map(tick -> group.snapshot())
                .concatWith(Mono.fromSupplier(group::snapshot));
    }

    /**
     * Returns a timer for groups that uses the clock of a scheduler, virtual time included.
     *
     * @param scheduler tells the time and runs the scheduled actions
     * @return a timer for {@link io.reactivetracker.group.TaskGroupBuilder#timer}
     */
    public static TaskTimer timer(Scheduler scheduler) {
        return new SchedulerTimer(Objects.requireNonNull(scheduler, "scheduler must not be null"));
    }

    // ---- cancellation ----

    /**
     * Ends each subscription when a token is cancelled.
     *
     * <p>When the token is cancelled, the upstream is cancelled and then the downstream gets a
     * {@link TaskCancelledException} with the token's cause. If the token is already cancelled, the upstream is not
     * subscribed to. A completion, an error or a cancel of the downstream that comes first wins. After the token's
     * cancel an error goes to Reactor's {@code onErrorDropped}, and an element to {@code onDiscard}. The exception is
     * delivered by the thread that cancels, or by the thread that is passing an element on at that moment. The upstream
     * is cancelled at most once.
     *
     * <p>The token keeps a subscription only until that ends. Put this operator upstream of {@code trackWith}, so that
     * the task is counted until the downstream has the exception. It is not fused.
     *
     * @param <P> the type of the pipeline: {@code Mono}, {@code Flux} or {@code Publisher}
     * @param token ends the subscriptions
     * @return an operator for any number of pipelines
     */
    public static <P extends Publisher<?>> UnaryOperator<P> cancelWith(CancellationToken token) {
        Objects.requireNonNull(token, "token must not be null");
        return PipelineStep.operator(publisher -> PipelineStep.of(
                publisher,
                "cancelWith",
                RunStyle.SYNC,
                (source, actual) -> CancelWithSubscriber.subscribe(source, actual, token)));
    }

    /**
     * Counts asynchronous clean-up as part of the task that is cancelled.
     *
     * <p>{@code usingWhen} starts its clean-up when it is cancelled, and does not wait for it. With this operator the
     * task stays counted until the clean-up has ended, also in a group that is closed or cancelled:
     *
     * <pre>{@code
     * Flux.usingWhen(connect(), this::export, connection -> connection.close().transform(trackCleanUp()))
     *         .transform(trackWith(group, "export"));
     * }</pre>
     *
     * <p>It serves tasks of trackers, of groups, and of {@code spawn}. It must be subscribed to in the thread that
     * cancels, as {@code usingWhen} does; it changes nothing elsewhere, in particular after a completion or an error,
     * where {@code usingWhen} itself waits.
     *
     * @param <P> the type of the pipeline: {@code Mono}, {@code Flux} or {@code Publisher}
     * @return an operator for any number of pipelines
     */
    public static <P extends Publisher<?>> UnaryOperator<P> trackCleanUp() {
        return PipelineStep.operator(publisher ->
                PipelineStep.of(publisher, "trackCleanUp", RunStyle.SYNC, ReactorTracking::subscribeCleanUp));
    }

    private static <T> void subscribeCleanUp(CorePublisher<? extends T> source, CoreSubscriber<? super T> actual) {
        Runnable release = CancelledTask.hold();
        if (release == null) {
            source.subscribe(actual);
            return;
        }
        boolean isSubscribed = false;
        try {
            Flux.<T>from(source).doFinally(signal -> release.run()).subscribe(actual);
            isSubscribed = true;
        } finally {
            if (!isSubscribed) {
                release.run();
            }
        }
    }

    /**
     * Waits for a token to be cancelled.
     *
     * <p>Completes in the thread that cancels, or in the subscribing thread if the token is already cancelled.
     * Cancelling the subscription removes it.
     *
     * @param token the token to wait for
     * @return a {@code Mono} that completes when the token is cancelled
     */
    public static Mono<Void> whenCancelled(CancellationToken token) {
        Objects.requireNonNull(token, "token must not be null");
        return MonoSignal.of(token::onCancel);
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
     * <p>A subscription is seen if its last subscriber is the one that Reactor creates for {@code subscribe()}, {@code
     * subscribe(onNext)} and similar methods of {@code Mono} and {@code Flux}, so that no code observes its end, and if
     * the code that has called the method is on the stack of the subscribing thread. The selector decides whether and
     * how it is counted, in the same way as {@link #cancelWith} and {@link #trackWith(TaskTracker, String)} do.
     *
     * <p>Not seen are {@code block()}, {@code toFuture()}, subscriptions within a pipeline, a {@code Subscriber} of the
     * application, {@code ParallelFlux.subscribe()}, pipelines with an operator of this class, as far as each operator
     * reports its source to Reactor's {@code Scannable}, and pipelines with {@code tag("reactive-tracker", "ignore")}.
     *
     * <p>This installs a {@linkplain Hooks#onLastOperator(String, Function) hook} under a key of its own, and closing
     * the registration removes only that. Subscriptions that are counted stay counted. Several selectors may be
     * installed: the one that was installed last is asked first, and no subscription is counted twice.
     *
     * @param selector decides which subscriptions are counted; called by many threads
     * @return removes the hook; idempotent
     */
    public static Registration trackSubscriptions(SubscriptionSelector selector) {
        return CountedSubscriptions.install(Objects.requireNonNull(selector, "selector must not be null"));
    }

    /**
     * Keeps cancelled tasks out of the log of dropped errors, in the whole virtual machine.
     *
     * <p>A {@code subscribe()} without an error callback drops the {@link TaskCancelledException} of a task that a
     * token or a shutdown cancels, and Reactor logs each dropped error at ERROR: several lines per task. This installs
     * a {@link Hooks#onErrorDropped hook} that logs such an exception at DEBUG, and every other error as Reactor does
     * where no hook is installed. The report of a shutdown names the cancelled tasks.
     *
     * <p>Call it once, when the application starts, unless the application has a hook for dropped errors: Reactor would
     * run both. {@link Hooks#resetOnErrorDropped()} removes it.
     */
    public static void quietCancelledTasks() {
        Hooks.onErrorDropped(DropHook::log);
    }
}
