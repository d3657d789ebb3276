// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.mutiny;

import io.reactivetracker.CancellationToken;
import io.reactivetracker.DrainSignal;
import io.reactivetracker.Registration;
import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.TrackerClosedException;
import io.reactivetracker.adapter.PublisherContinuation;
import io.reactivetracker.adapter.ScheduledBody;
import io.reactivetracker.adapter.TaskSignals;
import io.reactivetracker.group.Continuation;
import io.reactivetracker.group.Shutdown;
import io.reactivetracker.group.ShutdownReport;
import io.reactivetracker.group.TaskContext;
import io.reactivetracker.group.TaskGroup;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow.Publisher;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Tracks pipelines of SmallRye Mutiny with trackers and groups, cancels them, and waits for them.
 *
 * <p>The operators are for {@code plug}: {@code uni.plug(trackWith(tracker))} and {@code
 * multi.plug(trackWith(tracker))}. The compiler takes their type from the pipeline. Anything but a {@link Uni} or a
 * {@link Multi} is refused with an {@code IllegalArgumentException} when the operator is applied.
 *
 * <p>{@code trackWith} counts only what is upstream of it, so make it the last operator. A downstream operator that
 * moves signals to another thread, such as {@code emitOn}, may still pass them on after the task has ended. One that
 * moves the subscription, such as {@code runSubscriptionOn}, delays the count until that thread subscribes.
 *
 * <p>The context of a subscriber ({@code withContext}) passes all operators. A failure that comes too late goes to
 * {@link Infrastructure#handleDroppedException}. A source that calls {@code onSubscribe} a second time gets that
 * subscription cancelled and hears nothing, as with Mutiny's own operators.
 *
 * <p>Cancellations are always delivered. A pipeline that is subscribed to without a callback for failures, as by {@code
 * with(item -> …)}, gives them to {@link Infrastructure#handleDroppedException}, whose default prints a stack trace.
 * {@link #spawn(TaskGroup, String, Uni)} does not report an abort that nobody waits for.
 *
 * <p>The rules of these operators are those of the package {@link io.reactivetracker.adapter}. Errors of the virtual
 * machine ({@code VirtualMachineError}, {@code LinkageError}) are not delivered but thrown.
 */
public final class MutinyTracking {

    private static final Duration LONGEST_WAIT = Duration.ofDays(365_000);

    private MutinyTracking() {}

    /**
     * Counts each subscription as a task.
     *
     * <p>A subscription is counted from inside {@code subscribe()}, before the upstream is touched, until its terminal
     * signal was delivered downstream or the upstream's {@code cancel()} returned, or until something throws on the
     * way. It is counted down once, whichever threads race, and the upstream is cancelled at most once.
     *
     * <p>Code of a cancelled upstream may still run on another thread. To wait for that too, run it by {@link
     * TaskTracker#wrap} or hold a {@link TaskTracker#token()} in it.
     *
     * @param <P> the type of the pipeline, a {@code Uni} or a {@code Multi}
     * @param tracker the tracker that counts the subscriptions, closed or not
     * @return an operator for {@code plug}
     */
    public static <P> UnaryOperator<P> trackWith(TaskTracker tracker) {
        return trackWith(tracker, TaskOptions.defaults());
    }

    /**
     * Counts each subscription as a task of this name, as {@link #trackWith(TaskTracker)} does.
     *
     * @param <P> the type of the pipeline, a {@code Uni} or a {@code Multi}
     * @param tracker the tracker that counts the subscriptions, closed or not
     * @param taskName the name under which {@link TaskTracker#runningTasks()} lists the tasks
     * @return an operator for {@code plug}
     * @throws IllegalArgumentException if the name is blank
     */
    public static <P> UnaryOperator<P> trackWith(TaskTracker tracker, String taskName) {
        return trackWith(tracker, TaskOptions.named(taskName));
    }

    /**
     * Counts each subscription as a task with these options, as {@link #trackWith(TaskTracker)} does.
     *
     * <p>If the options are strict and the tracker is closed, the subscription fails at once with a {@link
     * TrackerClosedException}, and the upstream is not touched.
     *
     * @param <P> the type of the pipeline, a {@code Uni} or a {@code Multi}
     * @param tracker the tracker that counts the subscriptions
     * @param options the name of the tasks, and whether a closed tracker refuses them
     * @return an operator for {@code plug}
     * @throws IllegalArgumentException if the options have a time limit, which only a group can keep
     */
    public static <P> UnaryOperator<P> trackWith(TaskTracker tracker, TaskOptions options) {
        Objects.requireNonNull(tracker, "tracker must not be null");
        TaskSignals.requireOptionsFor(tracker, Objects.requireNonNull(options, "options must not be null"));
        return PipelineStep.operator(
                (source, downstream) -> TrackWithSubscriber.subscribe(source, downstream, tracker, options));
    }

    /**
     * Makes each subscription a task of a group.
     *
     * <p>The group counts a subscription from inside {@code subscribe()}. The upstream is subscribed to when the
     * group's {@code Admission} admits the task, and again for each further attempt that the group's {@code
     * ErrorPolicy} decides on. The task ends after its last signal was delivered downstream or the upstream was
     * cancelled, whatever throws.
     *
     * <p>When the task is cancelled, by itself or with its group, its upstream is cancelled, once, and its downstream
     * gets a {@link TaskCancelledException} that names the task. A rejected task fails with a {@code
     * TaskRejectedException}, and a task of a closed group with a {@code GroupClosedException}; the upstream is then
     * not touched.
     *
     * @param <P> the type of the pipeline, a {@code Uni} or a {@code Multi}
     * @param group the group that counts, admits and judges the tasks
     * @return an operator for {@code plug}
     */
    public static <P> UnaryOperator<P> trackWith(TaskGroup group) {
        return trackWith(group, TaskOptions.defaults());
    }

    /**
     * Makes each subscription a task of a group and of this name, as {@link #trackWith(TaskGroup)} does.
     *
     * @param <P> the type of the pipeline, a {@code Uni} or a {@code Multi}
     * @param group the group that counts, admits and judges the tasks
     * @param taskName the tasks' name
     * @return an operator for {@code plug}
     * @throws IllegalArgumentException if the name is blank
     */
    public static <P> UnaryOperator<P> trackWith(TaskGroup group, String taskName) {
        return trackWith(group, TaskOptions.named(taskName));
    }

    /**
     * Makes each subscription a task of a group with these options, as {@link #trackWith(TaskGroup)} does.
     *
     * @param <P> the type of the pipeline, a {@code Uni} or a {@code Multi}
     * @param group the group that counts, admits and judges the tasks
     * @param options the tasks' name, by default the group's; a task of a group is always strict
     * @return an operator for {@code plug}
     */
    public static <P> UnaryOperator<P> trackWith(TaskGroup group, TaskOptions options) {
        Objects.requireNonNull(group, "group must not be null");
        Objects.requireNonNull(options, "options must not be null");
        return PipelineStep.operator(
                (source, downstream) -> GroupTaskSubscriber.subscribe(source, downstream, group, options));
    }

    /**
     * Lets a token end each subscription.
     *
     * <p>When the token is cancelled, the upstream is cancelled, once, and then the downstream gets a {@link
     * TaskCancelledException} with the token's cause. If the token is cancelled already, the upstream is not
     * subscribed to. A completion or a failure that comes first wins; a failure after the cancel goes to {@link
     * Infrastructure#handleDroppedException}. The thread that cancels delivers the exception, or the thread that is
     * passing an item on at that moment.
     *
     * <p>Put this before {@code trackWith}, so that the task is counted until the downstream was told.
     *
     * @param <P> the type of the pipeline, a {@code Uni} or a {@code Multi}
     * @param token the token that ends the subscriptions
     * @return an operator for {@code plug}
     */
    public static <P> UnaryOperator<P> cancelWith(CancellationToken token) {
        Objects.requireNonNull(token, "token must not be null");
        return PipelineStep.operator(
                (source, downstream) -> CancellableSubscriber.subscribe(source, downstream, token));
    }

    /**
     * Completes each subscription when a tracker is closed.
     *
     * <p>For a source that never ends by itself, such as the messages of a topic: without this operator the drain
     * waits for it in vain. When the tracker is closed, the upstream is cancelled, once, and then the downstream
     * completes. Put this next to the source, before the work and before {@code trackWith}. If the tracker is closed
     * already, the upstream is not subscribed to. A {@code Uni} completes with a null item.
     *
     * @param <P> the type of the pipeline, a {@code Uni} or a {@code Multi}
     * @param tracker the tracker that ends the subscriptions
     * @return an operator for {@code plug}
     */
    public static <P> UnaryOperator<P> untilClosed(TaskTracker tracker) {
        Objects.requireNonNull(tracker, "tracker must not be null");
        return PipelineStep.operator(
                (source, downstream) -> UntilClosedSubscriber.subscribe(source, downstream, tracker::onClose));
    }

    /**
     * Completes each subscription when a group begins to end: it is closed or cancelled, or a shutdown of it or of a
     * group above it begins. Otherwise as {@link #untilClosed(TaskTracker)}.
     *
     * @param <P> the type of the pipeline, a {@code Uni} or a {@code Multi}
     * @param group the group that ends the subscriptions
     * @return an operator for {@code plug}
     */
    public static <P> UnaryOperator<P> untilClosed(TaskGroup group) {
        Objects.requireNonNull(group, "group must not be null");
        return PipelineStep.operator(
                (source, downstream) -> UntilClosedSubscriber.subscribe(source, downstream, group::onClose));
    }

    /**
     * Starts a task now and counts it until it has ended, whether or not anyone waits for it.
     *
     * @param <T> the type of the result
     * @param tracker the tracker that counts the task, closed or not
     * @param taskName the name under which {@link TaskTracker#runningTasks()} lists the task
     * @param task the source to subscribe to, once
     * @return a handle to wait for the task or to abort it
     * @throws IllegalArgumentException if the name is blank
     */
    public static <T> TaskHandle<T> spawn(TaskTracker tracker, String taskName, Uni<T> task) {
        Objects.requireNonNull(tracker, "tracker must not be null");
        Objects.requireNonNull(task, "task must not be null");
        return SpawnSubscriber.start(tracker, TaskOptions.named(taskName), task);
    }

    /**
     * Starts a task of a group now, whether or not anyone waits for it. The group counts, admits and judges the task
     * as {@link #trackWith(TaskGroup)} describes.
     *
     * @param <T> the type of the result
     * @param group the group of the task
     * @param taskName the task's name
     * @param task the source to subscribe to, once for each attempt
     * @return a handle to wait for the task or to abort it
     * @throws IllegalArgumentException if the name is blank
     * @throws IllegalStateException if the group is closed or cancelled
     */
    public static <T> TaskHandle<T> spawn(TaskGroup group, String taskName, Uni<T> task) {
        Objects.requireNonNull(group, "group must not be null");
        Objects.requireNonNull(task, "task must not be null");
        return SpawnSubscriber.start(group, TaskOptions.named(taskName), task);
    }

    /**
     * Returns a {@code Uni} that runs blocking code on a thread of its own, and counts it until it has returned.
     *
     * <p>Each subscription is a task. The code runs on a virtual thread, or, before JDK 21, on a thread of a bounded
     * pool. Cancelling the subscription interrupts the code. The tracker counts the task until the code has returned;
     * code that has not begun never runs.
     *
     * @param <T> the type of the result
     * @param tracker counts the tasks, closed or not
     * @param taskName the name under which {@link TaskTracker#runningTasks()} lists the tasks
     * @param body the code; may return null
     * @return a {@code Uni} of the result
     * @throws IllegalArgumentException if the name is blank
     */
    public static <T> Uni<T> blocking(TaskTracker tracker, String taskName, Callable<? extends @Nullable T> body) {
        Objects.requireNonNull(tracker, "tracker must not be null");
        Objects.requireNonNull(body, "body must not be null");
        TaskOptions options = TaskOptions.named(taskName);
        return ofFuture(() -> tracker.submitBlocking(options, decorated(body)));
    }

    /**
     * Returns a {@code Uni} that runs blocking code as a task of a group.
     *
     * <p>As {@link #blocking(TaskTracker, String, Callable)}, with the group's admission and policy. Cancelling the
     * subscription, the group or a parent interrupts the code. The downstream gets a {@link TaskCancelledException} at
     * once, and the task counts as active until the code has returned, so a drain waits for it.
     *
     * @param <T> the type of the result
     * @param group counts and admits the tasks, and decides about their errors
     * @param taskName the tasks' name
     * @param body the code, called once for each attempt; may return null
     * @return a {@code Uni} of the result
     * @throws IllegalArgumentException if the name is blank
     */
    public static <T> Uni<T> blocking(TaskGroup group, String taskName, Callable<? extends @Nullable T> body) {
        Objects.requireNonNull(group, "group must not be null");
        Objects.requireNonNull(body, "body must not be null");
        TaskOptions options = TaskOptions.named(taskName);
        return ofFuture(() -> group.submitBlocking(options, decorated(body)));
    }

    /** Runs a body as Mutiny runs callbacks, with the thread-locals that its decorators propagate. */
    private static <T> ScheduledBody<T> decorated(Callable<? extends @Nullable T> body) {
        return new ScheduledBody<>(body, Infrastructure::decorate, Infrastructure::handleDroppedException);
    }

    /** Starts a future for each subscriber, and cancels it when the subscriber cancels. */
    @SuppressWarnings("NullAway") // the item of a Uni may be null
    private static <T> Uni<T> ofFuture(Supplier<CompletableFuture<@Nullable T>> start) {
        return Uni.createFrom().emitter(emitter -> {
            CompletableFuture<@Nullable T> future = start.get();
            emitter.onTermination(() -> future.cancel(true));
            CompletableFuture<?> unused = future.whenComplete((value, failure) -> {
                if (failure == null) {
                    emitter.complete(value);
                } else {
                    // Ignored if the subscriber has cancelled. Then the body drops a late failure.
                    emitter.fail(failure);
                }
            });
        });
    }

    /**
     * Waits for a tracker to be closed and empty.
     *
     * <p>The wait begins with this call and not with the subscription: the {@code Uni} completes if the tracker was
     * drained at any instant from now on, even if it was reopened before anyone subscribed. Completes in the thread
     * that drains the tracker, or in the subscribing one if it was drained before. Cancelling the subscription unlinks
     * it.
     *
     * @param tracker the tracker to wait for; the wait does not close it
     * @return a {@code Uni} that completes with null when the tracker is drained
     */
    public static Uni<Void> whenDrained(TaskTracker tracker) {
        return completeOn(drained(tracker)::onDone);
    }

    /**
     * Waits for a tracker to be closed and empty, for a limited time.
     *
     * <p>As {@link #whenDrained(TaskTracker)}, but fails with a {@link TimeoutException} when the time is up. The
     * message names the tracker, its state, and what still runs. The time begins with the subscription.
     *
     * @param tracker the tracker to wait for; the wait does not close it
     * @param timeout how long to wait; positive
     * @return a {@code Uni} that completes with null when the tracker is drained
     * @throws IllegalArgumentException if the time is not positive
     */
    public static Uni<Void> whenDrained(TaskTracker tracker, Duration timeout) {
        return whenDrained(drained(tracker), timeout);
    }

    /**
     * Waits for a group to be closed and to have no more tasks or children; closes nothing.
     *
     * @param group the group to wait for
     * @return a {@code Uni} that completes with null when the group is drained
     */
    public static Uni<Void> whenDrained(TaskGroup group) {
        return completeOn(drained(group)::onDone);
    }

    /**
     * Waits for a group to be closed and to have no more tasks or children, for a limited time, as {@link
     * #whenDrained(TaskTracker, Duration)} does.
     *
     * @param group the group to wait for
     * @param timeout how long to wait; positive
     * @return a {@code Uni} that completes with null when the group is drained
     * @throws IllegalArgumentException if the time is not positive
     */
    public static Uni<Void> whenDrained(TaskGroup group, Duration timeout) {
        return whenDrained(drained(group), timeout);
    }

    private static DrainSignal drained(TaskTracker tracker) {
        return Objects.requireNonNull(tracker, "tracker must not be null").drained();
    }

    private static DrainSignal drained(TaskGroup group) {
        return Objects.requireNonNull(group, "group must not be null").drained();
    }

    private static Uni<Void> whenDrained(DrainSignal signal, Duration timeout) {
        Objects.requireNonNull(timeout, "timeout must not be null");
        if (timeout.isZero() || timeout.isNegative()) {
            throw new IllegalArgumentException("timeout must be positive, but was " + timeout);
        }
        // Mutiny counts the milliseconds in a long.
        Duration limit = timeout.compareTo(LONGEST_WAIT) < 0 ? timeout : LONGEST_WAIT;
        return completeOn(signal::onDone)
                .ifNoItem()
                .after(limit)
                .failWith(() -> new TimeoutException("not drained within " + timeout + ": " + signal));
    }

    /**
     * Waits for a tracker to be closed.
     *
     * <p>The wait begins with the subscription. Completes in the thread that closes the tracker, before its tasks have
     * ended, or in the subscribing one if the tracker is closed. Cancelling the subscription unlinks it.
     *
     * @param tracker the tracker to wait for; the wait does not close it
     * @return a {@code Uni} that completes with null when the tracker is closed
     */
    public static Uni<Void> whenClosed(TaskTracker tracker) {
        Objects.requireNonNull(tracker, "tracker must not be null");
        return completeOn(tracker::onClose);
    }

    /**
     * Waits for a group to begin to end, as {@link TaskGroup#onClose} describes.
     *
     * @param group the group to wait for; the wait does not close it
     * @return a {@code Uni} that completes with null when the group begins to end
     */
    public static Uni<Void> whenClosed(TaskGroup group) {
        Objects.requireNonNull(group, "group must not be null");
        return completeOn(group::onClose);
    }

    /**
     * Waits for a token to be cancelled.
     *
     * @param token the token to wait for
     * @return a {@code Uni} that completes with null when the token is cancelled
     */
    public static Uni<Void> whenCancelled(CancellationToken token) {
        Objects.requireNonNull(token, "token must not be null");
        return completeOn(token::onCancel);
    }

    /**
     * Closes a group and all groups below it when subscribed to, and completes once all of them are drained.
     *
     * <p>Cancelling the subscription unlinks the wait; the groups stay closed.
     *
     * @param group the group to close and to wait for
     * @return a {@code Uni} that completes with null when the whole tree has no more tasks
     */
    public static Uni<Void> closeAndDrain(TaskGroup group) {
        Objects.requireNonNull(group, "group must not be null");
        return completeOn(done -> group.closeAndDrain().onDone(done));
    }

    /**
     * Shuts a group down when subscribed to, as {@link TaskGroup#shutdown} does, and emits the report.
     *
     * <p>Once begun, the shutdown goes through all its stages; a cancel of the subscription stops none of them.
     *
     * @param group the group to shut down
     * @param plan the stages and their times
     * @return a {@code Uni} of the report
     */
    public static Uni<ShutdownReport> shutdown(TaskGroup group, Shutdown plan) {
        Objects.requireNonNull(group, "group must not be null");
        Objects.requireNonNull(plan, "plan must not be null");
        return Uni.createFrom().emitter(emitter -> {
            CompletableFuture<?> unused = group.shutdown(plan).whenComplete((report, failure) -> {
                if (failure == null) {
                    emitter.complete(report);
                } else {
                    emitter.fail(failure);
                }
            });
        });
    }

    /**
     * Returns a continuation for tasks of Mutiny that subscribes to a publisher.
     *
     * @param source makes the publisher, such as a {@code Multi} or the {@code toMulti()} of a {@code Uni}; its
     *     elements must be of the task's type
     * @return what an {@link io.reactivetracker.group.ErrorPolicy} resumes a task with
     */
    public static Continuation resumeWith(Function<? super TaskContext, ? extends Publisher<?>> source) {
        Objects.requireNonNull(source, "source must not be null");
        return (PublisherContinuation) source::apply;
    }

    @SuppressWarnings("NullAway") // the only value of Void
    private static Uni<Void> completeOn(Function<Runnable, Registration> event) {
        return Uni.createFrom().emitter(emitter -> {
            Registration registration = event.apply(() -> emitter.complete(null));
            emitter.onTermination(registration::close);
        });
    }
}
