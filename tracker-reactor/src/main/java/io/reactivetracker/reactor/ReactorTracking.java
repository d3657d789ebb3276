// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import io.reactivetracker.CancellationToken;
import io.reactivetracker.DrainSignal;
import io.reactivetracker.Registration;
import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.TrackerClosedException;
import io.reactivetracker.adapter.PublisherContinuation;
import io.reactivetracker.group.Continuation;
import io.reactivetracker.group.TaskContext;
import io.reactivetracker.group.TaskGroup;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.FlowAdapters;
import org.reactivestreams.Publisher;
import reactor.core.Scannable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;
import reactor.core.publisher.ParallelFlux;

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
 * <p>Put {@code trackWith} last in the pipeline: what stands before it is counted, and what stands after it is not. An
 * operator after it that moves signals to another thread, such as {@code publishOn}, may still be passing them on when
 * the task has ended; one that moves the subscription there, such as {@code subscribeOn}, has it counted only when
 * that thread subscribes.
 *
 * <p>Under {@link Hooks#enableAutomaticContextPropagation()} each part of a pipeline sees the
 * thread-locals that it sees without these operators. What they run in a thread of somebody else has those of its own
 * subscriber, as they were when it subscribed: a task of a group that was queued or is tried again, what a cancelled token
 * tells its subscribers, a recorded end. Where the hook is off, nothing is captured.
 */
public final class ReactorTracking {

    private ReactorTracking() {}

    /**
     * Counts each subscription as a task, for {@link Flux#transform} and {@link Mono#transform}.
     *
     * <p>A subscription counts from inside {@code subscribe()}, before the upstream is touched, until its terminal
     * signal was delivered downstream or the upstream's {@code cancel()} returned, and also if something throws on the
     * way; whatever happens, and in whichever threads, it is counted down once. A {@code retry} or {@code repeat} that
     * stands after this operator makes each attempt a task, and one before makes all of them one.
     *
     * <p>Signals, demand, {@code Context} and {@link Scannable} stay as they are. As with Reactor's {@code doFinally},
     * elements are pushed through this operator also where its neighbours could be fused, and the upstream is cancelled
     * at most once. Rails of a {@link ParallelFlux} are tracked one by one through
     * {@link ParallelFlux#transformGroups(Function)}.
     *
     * <p>If the pipeline has a name from Reactor's {@code name("…")}, the tasks have it too.
     *
     * <p>A cancelled upstream may still run code that was running: to wait for that as well, run it by
     * {@link TaskTracker#wrap} or hold a {@link TaskTracker#token()} in it.
     *
     * @param <T> the type of the elements
     * @param tracker what counts the subscriptions, closed or not
     * @return an operator for any number of pipelines; gives a {@code Mono} for a {@code Mono}, else a {@code Flux}
     */
    public static <T> UnaryOperator<Publisher<T>> trackWith(TaskTracker tracker) {
        return trackWith(tracker, TaskOptions.defaults());
    }

    /**
     * Counts each subscription as a task of this name, as {@link #trackWith(TaskTracker)} does.
     *
     * @param <T> the type of the elements
     * @param tracker what counts the subscriptions, closed or not
     * @param taskName the name under which {@link TaskTracker#runningTasks()} lists the tasks, in place of the one
     *     that the pipeline may have; the pipeline's own name, which meters read, stays as it is
     * @return an operator for any number of pipelines
     * @throws IllegalArgumentException if the name is blank
     */
    public static <T> UnaryOperator<Publisher<T>> trackWith(TaskTracker tracker, String taskName) {
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
     * @param options the name of the tasks, in place of the one that the pipeline may have, and whether a closed
     *     tracker refuses them
     * @return an operator for any number of pipelines
     */
    public static <T> UnaryOperator<Publisher<T>> trackWith(TaskTracker tracker, TaskOptions options) {
        Objects.requireNonNull(tracker, "tracker must not be null");
        Objects.requireNonNull(options, "options must not be null");
        return publisher -> {
            PipelineOptions complete = PipelineOptions.of(requirePublisher(publisher), options);
            return publisher instanceof Mono<T> mono
                    ? new MonoTrackWith<>(mono, tracker, complete)
                    : new FluxTrackWith<>(Flux.from(publisher), tracker, complete);
        };
    }

    /**
     * Makes each subscription a task of a group, for {@link Flux#transform} and {@link Mono#transform}.
     *
     * <p>The group counts a subscription from inside {@code subscribe()}; the upstream is subscribed to when the group's
     * {@code Admission} lets the task run, and again for each further attempt, as the group's {@code ErrorPolicy} says.
     * Elements that an attempt had emitted before it failed have been passed on by then, as with Reactor's {@code retry}.
     * Each further attempt is requested what the ones before have not served. An {@code onErrorContinue} of the downstream
     * applies to the upstream as it does without the group; the policy sees the errors that it leaves.
     * The task ends after its last signal was delivered downstream, or {@code upstream.cancel()} returned, whatever throws.
     *
     * <p>Cancelled, by itself or with its group, the task's upstream is cancelled and its downstream gets a
     * {@link TaskCancelledException}; a task that was rejected, a {@code TaskRejectedException}; one that comes when the
     * group is closed, a {@code GroupClosedException}. In neither of the last two was the upstream touched.
     *
     * <p>What is requested while the task is queued is kept. A request that is not positive is reported as Reactor does and
     * otherwise ignored.
     *
     * <p>What the task can know of itself, its id, name, attempt and token, is in the {@code Context} of its upstream, as
     * {@link TaskContext}{@code .class}. The tasks are not fused. A task that is subscribed to there is this one's {@linkplain
     * TaskOptions#childOf child}: it shares this one's permit of a limit that both groups have.
     *
     * @param <T> the type of the elements
     * @param group what counts, admits and judges the tasks
     * @return an operator for any number of pipelines; gives a {@code Mono} for a {@code Mono}, else a {@code Flux}
     */
    public static <T> UnaryOperator<Publisher<T>> trackWith(TaskGroup group) {
        return trackWith(group, TaskOptions.defaults());
    }

    /**
     * Makes each subscription a task of a group and of this name, as {@link #trackWith(TaskGroup)} does.
     *
     * @param <T> the type of the elements
     * @param group what counts, admits and judges the tasks
     * @param taskName the tasks' name, in place of the one that the pipeline may have
     * @return an operator for any number of pipelines
     * @throws IllegalArgumentException if the name is blank
     */
    public static <T> UnaryOperator<Publisher<T>> trackWith(TaskGroup group, String taskName) {
        return trackWith(group, TaskOptions.named(taskName));
    }

    /**
     * Makes each subscription a task of a group, as {@link #trackWith(TaskGroup)} does and as the options say.
     *
     * @param <T> the type of the elements
     * @param group what counts, admits and judges the tasks
     * @param options the tasks' name, in place of the one that the pipeline may have; a task of a group is always strict
     * @return an operator for any number of pipelines
     */
    public static <T> UnaryOperator<Publisher<T>> trackWith(TaskGroup group, TaskOptions options) {
        Objects.requireNonNull(group, "group must not be null");
        Objects.requireNonNull(options, "options must not be null");
        return publisher -> {
            PipelineOptions complete = PipelineOptions.of(requirePublisher(publisher), options);
            return publisher instanceof Mono<T> mono
                    ? new MonoTrackInGroup<>(mono, group, complete)
                    : new FluxTrackInGroup<>(Flux.from(publisher), group, complete);
        };
    }

    /**
     * Lets a token end each subscription, for {@link Flux#transform} and {@link Mono#transform}.
     *
     * <p>When the token is cancelled, the upstream is cancelled and then the downstream gets a
     * {@link TaskCancelledException} with the token's cause; if the token is cancelled already, the upstream is not
     * subscribed to. A completion, an error or a cancel of the downstream that comes first wins. After the token's cancel an
     * error goes to Reactor's {@code onErrorDropped}, an element to {@code onDiscard}. The exception is delivered by the
     * thread that cancels, or by the one that is just passing an element on. The upstream is cancelled at most once.
     *
     * <p>The token keeps a subscription only until that ends. Put this before {@code trackWith}, so that the task counts
     * until the downstream was told. It is not fused.
     *
     * @param <T> the type of the elements
     * @param token what ends the subscriptions
     * @return an operator for any number of pipelines; gives a {@code Mono} for a {@code Mono}, else a {@code Flux}
     */
    public static <T> UnaryOperator<Publisher<T>> cancelWith(CancellationToken token) {
        Objects.requireNonNull(token, "token must not be null");
        return publisher -> requirePublisher(publisher) instanceof Mono<T> mono
                ? new MonoCancelWith<>(mono, token)
                : new FluxCancelWith<>(Flux.from(publisher), token);
    }

    /**
     * Waits for a tracker to be closed and empty.
     *
     * <p>The wait begins with this call and not with the subscription: the {@code Mono} completes if the tracker was
     * drained at any instant from now on, also if it was reopened before anyone subscribed. Subscribed to again, it
     * completes for the same drain; {@code Mono.defer(() -> whenDrained(tracker))} begins a new wait each time.
     *
     * <p>Completes in the thread that drains the tracker, or in the subscribing one if that has happened. To cancel the
     * subscription unlinks it and leaves nothing behind.
     *
     * <p>A tracker that nobody closes never drains. The name of the {@code Mono} tells what it waits for, so the message of a
     * {@code timeout} names the tracker, its state, and what still runs.
     *
     * @param tracker what to wait for; the wait does not close it
     * @return a {@code Mono} that completes when the tracker is drained
     */
    public static Mono<Void> whenDrained(TaskTracker tracker) {
        DrainSignal signal =
                Objects.requireNonNull(tracker, "tracker must not be null").drained();
        return MonoDrained.of(signal);
    }

    /**
     * Waits for a token to be cancelled.
     *
     * <p>Completes in the thread that cancels, or in the subscribing one if the token is cancelled already. To cancel
     * the subscription unlinks it and leaves nothing behind.
     *
     * @param token what to wait for
     * @return a {@code Mono} that completes when the token is cancelled
     */
    public static Mono<Void> whenCancelled(CancellationToken token) {
        Objects.requireNonNull(token, "token must not be null");
        return completeOn(token::onCancel);
    }

    /**
     * Starts a task now, for its own sake, and counts it until it has ended.
     *
     * <p>In place of a {@code subscribe()} whose outcome nobody sees. The tracker lists the task, under the name that
     * the {@code Mono} has from {@code name("…")}, or else as {@code spawned}; it is counted before it is subscribed
     * to, whether or not the tracker is closed.
     *
     * @param <T> the type of the result
     * @param tracker what counts the task
     * @param task what to subscribe to, once
     * @return the way to wait for the task or to stop it
     */
    public static <T> TaskHandle<T> spawn(TaskTracker tracker, Mono<T> task) {
        Objects.requireNonNull(tracker, "tracker must not be null");
        Objects.requireNonNull(task, "task must not be null");
        String name = Steps.nameOf(task);
        return SpawnedTask.start(tracker, task, name == null ? "spawned" : name);
    }

    /**
     * Starts a task of a group now, for its own sake.
     *
     * <p>As {@link #spawn(TaskTracker, Mono)}, and as the group's admission and policy say. It has the name that the
     * {@code Mono} has from {@code name("…")}, or else that of the group.
     *
     * @param <T> the type of the result
     * @param group what counts, admits and judges the task
     * @param task what to subscribe to, once for each attempt
     * @return the way to wait for the task or to stop it
     * @throws IllegalStateException if the group is closed or cancelled
     */
    public static <T> TaskHandle<T> spawn(TaskGroup group, Mono<T> task) {
        Objects.requireNonNull(group, "group must not be null");
        Objects.requireNonNull(task, "task must not be null");
        return SpawnedTask.start(
                group, PipelineOptions.of(task, TaskOptions.defaults()).tasks(), token -> task);
    }

    /**
     * Starts a task of a group now, for its own sake, that can see for itself whether it is cancelled.
     *
     * @param <T> the type of the result
     * @param group what counts, admits and judges the task
     * @param options the task's name, or else it has the group's
     * @param task makes what to subscribe to, for each attempt, of the task's own token
     * @return the way to wait for the task or to stop it
     * @throws IllegalStateException if the group is closed or cancelled
     */
    public static <T> TaskHandle<T> spawn(
            TaskGroup group, TaskOptions options, Function<? super CancellationToken, ? extends Mono<T>> task) {
        Objects.requireNonNull(group, "group must not be null");
        Objects.requireNonNull(options, "options must not be null");
        Objects.requireNonNull(task, "task must not be null");
        return SpawnedTask.start(group, options, task);
    }

    /**
     * Starts a task of a group now, under the group's name, that can see for itself whether it is cancelled.
     *
     * @param <T> the type of the result
     * @param group what counts, admits and judges the task
     * @param task makes what to subscribe to, for each attempt, of the task's own token
     * @return the way to wait for the task or to stop it
     * @throws IllegalStateException if the group is closed or cancelled
     */
    public static <T> TaskHandle<T> spawn(
            TaskGroup group, Function<? super CancellationToken, ? extends Mono<T>> task) {
        return spawn(group, TaskOptions.defaults(), task);
    }

    /**
     * Returns a continuation for tasks of Reactor that subscribes to a publisher.
     *
     * @param source makes the publisher, whose elements must be of the task's type; a task that is a {@code Mono} takes the first
     * @return what an {@link io.reactivetracker.group.ErrorPolicy} resumes a task with
     */
    public static Continuation resumeWith(Function<? super TaskContext, ? extends Publisher<?>> source) {
        Objects.requireNonNull(source, "source must not be null");
        return (PublisherContinuation) task -> FlowAdapters.toFlowPublisher(source.apply(task));
    }

    /**
     * Keeps cancelled tasks out of the log of dropped errors, in this whole virtual machine.
     *
     * <p>A {@code subscribe()} without an error callback drops the {@link TaskCancelledException} of a task that a token or a
     * shutdown cancels, and Reactor logs each dropped error at ERROR: some lines per task, without a stack trace, since that
     * exception has none. This installs a {@link Hooks#onErrorDropped hook} that logs such an exception at DEBUG, and every
     * other error as Reactor does where no hook is installed. The report of a shutdown names what it has cancelled.
     *
     * <p>Call it once, when the application starts, unless a hook of its own deals with dropped errors: Reactor runs both.
     * {@link Hooks#resetOnErrorDropped()} removes it.
     */
    public static void quietCancelledTasks() {
        Hooks.onErrorDropped(DroppedErrors::log);
    }

    static Mono<Void> completeOn(Function<Runnable, Registration> event) {
        return Mono.create(sink -> sink.onDispose(event.apply(sink::success)::close));
    }

    private static <T> Publisher<T> requirePublisher(@Nullable Publisher<T> publisher) {
        return Objects.requireNonNull(
                publisher, "publisher must not be null: what made the pipeline returned null instead of a publisher");
    }
}
