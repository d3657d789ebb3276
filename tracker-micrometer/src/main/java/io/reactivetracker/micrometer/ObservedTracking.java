// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.micrometer;

import io.micrometer.observation.ObservationRegistry;
import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.group.TaskGroup;
import io.reactivetracker.reactor.ReactorTracking;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.Scannable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Tracks pipelines of Project Reactor as {@link ReactorTracking} does, and makes each named task an observation.
 *
 * <pre>{@code
 * ObservedTracking observed = ObservedTracking.of(observationRegistry);
 *
 * orders.flatMap(this::ship).transform(observed.trackWith(tracker, "ship")).subscribe();
 * }</pre>
 *
 * <p>An observation starts inside {@code subscribe()} and stops once, when the task completes, fails, or is cancelled,
 * rejected or refused: before the downstream gets the terminal signal or the upstream is cancelled, and so before the
 * tracker counts the task down. When a tracker is drained, its observations have stopped, except for one that is being
 * told of an attempt at that moment. The error of a failed task is the error of its observation. A cancel has no error;
 * the outcome shows it. If a subscriber below throws, the task has failed.
 *
 * <p>A task of a group may wait in a queue and may be retried. When an attempt begins, the observation gets the event
 * {@code started} with the contextual name {@code attempt 1}, {@code attempt 2} and so on.
 *
 * <p>The parent is the observation in the {@code Context} of the downstream, under the key of Micrometer and Reactor,
 * or else the current one of the subscribing thread. The upstream finds this observation in its {@code Context}, so
 * that observations in it become children. With automatic context propagation it is the current observation there.
 *
 * <p>Exceptions of handlers and conventions go to Reactor's {@code onErrorDropped} and do not affect the task. A task
 * is tracked but not observed while the registry has no handler, or if a predicate of the registry rejects it. Tasks
 * started by {@code spawn} are not observed. Observed pipelines are not fused.
 *
 * <p>{@link TaskObservationConvention} defines names and keys. Immutable; a value may serve any number of pipelines and
 * threads. Requires Reactor and {@code tracker-reactor}, unlike the rest of this module.
 */
public final class ObservedTracking {

    private final ObservationRegistry registry;
    private final @Nullable TaskObservationConvention convention;

    private ObservedTracking(ObservationRegistry registry, @Nullable TaskObservationConvention convention) {
        this.registry = Objects.requireNonNull(registry, "registry must not be null");
        this.convention = convention;
    }

    /**
     * Returns a tracking that uses the default convention, or the global one of the registry.
     *
     * @param registry the registry of the observations
     * @return a tracking
     */
    public static ObservedTracking of(ObservationRegistry registry) {
        return new ObservedTracking(registry, null);
    }

    /**
     * Returns a tracking that uses a convention.
     *
     * @param registry the registry of the observations
     * @param convention defines names and keys
     * @return a tracking
     */
    public static ObservedTracking of(ObservationRegistry registry, TaskObservationConvention convention) {
        return new ObservedTracking(
                registry,
                Objects.requireNonNull(convention, "convention must not be null; use of(registry) for the default"));
    }

    /**
     * Counts each subscription as a task, and observes it if the pipeline has a name, set with {@code name("…")}.
     *
     * @param <P> the type of the pipeline: {@code Mono}, {@code Flux} or {@code Publisher}
     * @param tracker counts the subscriptions
     * @return an operator as {@link ReactorTracking#trackWith(TaskTracker)}
     */
    public <P extends Publisher<?>> UnaryOperator<P> trackWith(TaskTracker tracker) {
        return trackWith(tracker, TaskOptions.defaults());
    }

    /**
     * Counts each subscription as a task of this name, and observes it.
     *
     * @param <P> the type of the pipeline: {@code Mono}, {@code Flux} or {@code Publisher}
     * @param tracker counts the subscriptions
     * @param taskName the tasks' name
     * @return an operator as {@link ReactorTracking#trackWith(TaskTracker, String)}
     * @throws IllegalArgumentException if the name is blank
     */
    public <P extends Publisher<?>> UnaryOperator<P> trackWith(TaskTracker tracker, String taskName) {
        return trackWith(tracker, TaskOptions.named(taskName));
    }

    /**
     * Counts each subscription as a task, and observes it if the options or the pipeline give it a name.
     *
     * @param <P> the type of the pipeline: {@code Mono}, {@code Flux} or {@code Publisher}
     * @param tracker counts the subscriptions
     * @param options the tasks' name, and whether a closed tracker refuses them
     * @return an operator as {@link ReactorTracking#trackWith(TaskTracker, TaskOptions)}
     */
    public <P extends Publisher<?>> UnaryOperator<P> trackWith(TaskTracker tracker, TaskOptions options) {
        return operator(ReactorTracking.trackWith(tracker, options), tracked -> {
            String name = nameOf(options, tracked);
            return name == null ? null : new ObservedTasks(registry, convention, name, tracker.name(), false);
        });
    }

    /**
     * Makes each subscription a task of a group, and observes it.
     *
     * @param <P> the type of the pipeline: {@code Mono}, {@code Flux} or {@code Publisher}
     * @param group counts, admits and supervises the tasks
     * @return an operator as {@link ReactorTracking#trackWith(TaskGroup)}
     */
    public <P extends Publisher<?>> UnaryOperator<P> trackWith(TaskGroup group) {
        return trackWith(group, TaskOptions.defaults());
    }

    /**
     * Makes each subscription a task of a group and of this name, and observes it.
     *
     * @param <P> the type of the pipeline: {@code Mono}, {@code Flux} or {@code Publisher}
     * @param group counts, admits and supervises the tasks
     * @param taskName the tasks' name
     * @return an operator as {@link ReactorTracking#trackWith(TaskGroup, String)}
     * @throws IllegalArgumentException if the name is blank
     */
    public <P extends Publisher<?>> UnaryOperator<P> trackWith(TaskGroup group, String taskName) {
        return trackWith(group, TaskOptions.named(taskName));
    }

    /**
     * Makes each subscription a task of a group, and observes it.
     *
     * @param <P> the type of the pipeline: {@code Mono}, {@code Flux} or {@code Publisher}
     * @param group counts, admits and supervises the tasks
     * @param options the tasks' name; by default that of the pipeline or the group
     * @return an operator as {@link ReactorTracking#trackWith(TaskGroup, TaskOptions)}
     */
    public <P extends Publisher<?>> UnaryOperator<P> trackWith(TaskGroup group, TaskOptions options) {
        UnaryOperator<Publisher<Object>> tracking = ReactorTracking.trackWith(group, options);
        String path = GroupPaths.of(group);
        return operator(tracking, tracked -> {
            String given = nameOf(options, tracked);
            return new ObservedTasks(registry, convention, given == null ? group.name() : given, path, true);
        });
    }

    /**
     * Returns an operator that tracks a pipeline and observes it, and keeps its type.
     *
     * @param tracking tracks it
     * @param tasks returns what observes the tasks of the tracked pipeline; null if nothing does
     */
    @SuppressWarnings("unchecked") // a Mono, a Flux, or just a Publisher
    private static <P extends Publisher<?>> UnaryOperator<P> operator(
            UnaryOperator<Publisher<Object>> tracking, Function<Publisher<Object>, @Nullable ObservedTasks> tasks) {
        return publisher -> {
            Publisher<Object> source = (Publisher<Object>) publisher;
            Publisher<Object> tracked = tracking.apply(source);
            ObservedTasks observer = tasks.apply(tracked);
            return (P) (observer == null ? tracked : observe(source, tracking, tracked, observer));
        };
    }

    /**
     * Tracks the pipeline twice: as it is, for tasks that are not observed, and with a {@code tap} at its source that
     * reports the beginning of each attempt. The tap is added at subscription, so that it does not appear in the origin
     * of a task.
     */
    private static <T> Publisher<T> observe(
            Publisher<T> publisher, UnaryOperator<Publisher<T>> tracking, Publisher<T> tracked, ObservedTasks tasks) {
        if (publisher instanceof Mono<T> mono) {
            Mono<T> tapped = new MonoObserved<>(
                    mono, (source, actual) -> source.tap(AttemptListener::new).subscribe(actual));
            Mono<T> observed = (Mono<T>) tracking.apply(tapped);
            return new MonoObserved<>((Mono<T>) tracked, (source, actual) -> tasks.subscribe(source, observed, actual));
        }
        Flux<T> tapped = new FluxObserved<>(
                Flux.from(publisher),
                (source, actual) -> source.tap(AttemptListener::new).subscribe(actual));
        Flux<T> observed = (Flux<T>) tracking.apply(tapped);
        return new FluxObserved<>((Flux<T>) tracked, (source, actual) -> tasks.subscribe(source, observed, actual));
    }

    /** Returns the name of the tasks in their tracker: that of the options, or else the pipeline's, or null. */
    private static @Nullable String nameOf(TaskOptions options, Publisher<?> tracked) {
        return options.name() != null ? options.name() : Scannable.from(tracked).scan(Scannable.Attr.NAME);
    }
}
