// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import io.reactivetracker.CancellationToken;
import io.reactivetracker.DrainSignal;
import io.reactivetracker.Registration;
import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.TrackerClosedException;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.Scannable;
import reactor.core.publisher.Flux;
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
     * <p>Nothing else changes: fusion, conditional subscribers, back-pressure, {@code Context} and {@link Scannable}
     * stay as they are. Fused with an upstream that ends without a terminal signal, a task ends when that upstream's
     * last element was taken. Rails of a {@link ParallelFlux} are tracked one by one through
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
     *     that the pipeline may have
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
            TaskOptions complete = withNameOf(requirePublisher(publisher), options);
            return publisher instanceof Mono<T> mono
                    ? new MonoTrackWith<>(mono, tracker, complete)
                    : new FluxTrackWith<>(Flux.from(publisher), tracker, complete);
        };
    }

    /**
     * Lets a token end each subscription, for {@link Flux#transform} and {@link Mono#transform}.
     *
     * <p>When the token is cancelled, the upstream is cancelled and then the downstream gets a
     * {@link TaskCancelledException} with the token's cause; if the token is cancelled already, the upstream is not
     * subscribed to. A completion or an error that comes first wins. An error that comes too late goes to Reactor's
     * {@code onErrorDropped}, an element to {@code onDiscard}. The exception is delivered by the thread that cancels,
     * or by the one that is just passing an element on.
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
     * @param tracker what to wait for; the wait does not close it
     * @return a {@code Mono} that completes when the tracker is drained
     */
    public static Mono<Void> whenDrained(TaskTracker tracker) {
        DrainSignal signal =
                Objects.requireNonNull(tracker, "tracker must not be null").drained();
        return completeOn(signal::onDone);
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
        String name = nameOf(task);
        return SpawnedTask.start(tracker, task, name == null ? "spawned" : name);
    }

    private static Mono<Void> completeOn(Function<Runnable, Registration> event) {
        return Mono.create(sink -> sink.onDispose(event.apply(sink::success)::close));
    }

    private static TaskOptions withNameOf(Publisher<?> source, TaskOptions options) {
        String name = options.name() == null ? nameOf(source) : null;
        if (name == null) {
            return options;
        }
        return options.isStrict() ? TaskOptions.named(name).strict() : TaskOptions.named(name);
    }

    /** The name that was given nearest upstream, as Reactor's own listeners take it. */
    private static @Nullable String nameOf(Publisher<?> source) {
        Scannable step = Scannable.from(source);
        while (step.isScanAvailable()) {
            String name = step.scan(Scannable.Attr.NAME);
            if (name != null && !name.isBlank()) {
                return name;
            }
            step = Scannable.from(step.scan(Scannable.Attr.PARENT));
        }
        return null;
    }

    private static <T> Publisher<T> requirePublisher(@Nullable Publisher<T> publisher) {
        return Objects.requireNonNull(
                publisher, "publisher must not be null: what made the pipeline returned null instead of a publisher");
    }
}
