// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.micrometer;

import io.micrometer.observation.ObservationRegistry;
import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.group.TaskGroup;
import io.reactivetracker.reactor.ReactorTracking;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.Scannable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Tracks pipelines of Project Reactor as {@link ReactorTracking} does, and makes each task that has a name an observation.
 *
 * <pre>{@code
 * ObservedTracking observed = ObservedTracking.of(observationRegistry);
 *
 * orders.flatMap(this::ship).transform(observed.trackWith(tracker, "ship")).subscribe();
 * }</pre>
 *
 * <p>An observation is started inside {@code subscribe()}, and stopped once, when the task has completed, failed, was cancelled,
 * rejected or refused: before its downstream gets the last signal, or before its upstream is cancelled, and so before the tracker counts it
 * down. When a tracker is drained, its observations have been stopped, unless one of them is just being told that an attempt
 * began. What the task failed with is recorded as its error; a cancel is none, and is told apart by the outcome. If a subscriber
 * below throws, the task has failed.
 *
 * <p>A task of a group may wait in a queue, and may be tried again: each time that an attempt begins, its observation gets the
 * event {@code started}, whose contextual name is {@code attempt 1} and so on.
 *
 * <p>The observation's parent is the one in the {@code Context} of the downstream, where Micrometer and Reactor have it, or
 * else the one that is current in the subscribing thread. Its upstream finds it there itself, so that what is observed in there
 * has it for a parent; with Reactor's automatic context propagation it is the current one in there.
 *
 * <p>What a handler or a convention throws goes to Reactor's {@code onErrorDropped} and disturbs no task. While the registry
 * has no handler, or where a predicate of it says no, a task is tracked and not observed. What {@code spawn} starts is not
 * observed either. Observed pipelines are not fused.
 *
 * <p>Names, tags and keys are those of {@link TaskObservationConvention}. Immutable, so one value serves any number of
 * pipelines and threads. Needs Reactor and {@code tracker-reactor}, which the rest of this module does not.
 */
public final class ObservedTracking {

    private final ObservationRegistry registry;
    private final @Nullable TaskObservationConvention convention;

    private ObservedTracking(ObservationRegistry registry, @Nullable TaskObservationConvention convention) {
        this.registry = Objects.requireNonNull(registry, "registry must not be null");
        this.convention = convention;
    }

    /**
     * Observes with the default convention, or the one that the registry has for tasks.
     *
     * @param registry what the observations are reported to
     * @return the verbs
     */
    public static ObservedTracking of(ObservationRegistry registry) {
        return new ObservedTracking(registry, null);
    }

    /**
     * Observes with a convention of one's own.
     *
     * @param registry what the observations are reported to
     * @param convention gives them their names and keys
     * @return the verbs
     */
    public static ObservedTracking of(ObservationRegistry registry, TaskObservationConvention convention) {
        return new ObservedTracking(
                registry,
                Objects.requireNonNull(convention, "convention must not be null: leave it out to have the default"));
    }

    /**
     * Counts each subscription as a task, and observes it if the pipeline has a name from Reactor's {@code name("…")}.
     *
     * @param <T> the type of the elements
     * @param tracker what counts the subscriptions
     * @return an operator as of {@link ReactorTracking#trackWith(TaskTracker)}
     */
    public <T> UnaryOperator<Publisher<T>> trackWith(TaskTracker tracker) {
        return trackWith(tracker, TaskOptions.defaults());
    }

    /**
     * Counts each subscription as a task of this name, and observes it.
     *
     * @param <T> the type of the elements
     * @param tracker what counts the subscriptions
     * @param taskName the tasks' name
     * @return an operator as of {@link ReactorTracking#trackWith(TaskTracker, String)}
     * @throws IllegalArgumentException if the name is blank
     */
    public <T> UnaryOperator<Publisher<T>> trackWith(TaskTracker tracker, String taskName) {
        return trackWith(tracker, TaskOptions.named(taskName));
    }

    /**
     * Counts each subscription as a task, and observes it if the options or the pipeline give it a name.
     *
     * @param <T> the type of the elements
     * @param tracker what counts the subscriptions
     * @param options the tasks' name, and whether a closed tracker refuses them
     * @return an operator as of {@link ReactorTracking#trackWith(TaskTracker, TaskOptions)}
     */
    public <T> UnaryOperator<Publisher<T>> trackWith(TaskTracker tracker, TaskOptions options) {
        UnaryOperator<Publisher<T>> tracking = ReactorTracking.trackWith(tracker, options);
        return publisher -> {
            Publisher<T> tracked = tracking.apply(publisher);
            String name = nameOf(options, tracked);
            return name == null
                    ? tracked
                    : observe(
                            publisher,
                            tracking,
                            tracked,
                            new ObservedTasks(registry, convention, name, tracker.name(), false));
        };
    }

    /**
     * Makes each subscription a task of a group, and observes it.
     *
     * @param <T> the type of the elements
     * @param group what counts, admits and judges the tasks
     * @return an operator as of {@link ReactorTracking#trackWith(TaskGroup)}
     */
    public <T> UnaryOperator<Publisher<T>> trackWith(TaskGroup group) {
        return trackWith(group, TaskOptions.defaults());
    }

    /**
     * Makes each subscription a task of a group and of this name, and observes it.
     *
     * @param <T> the type of the elements
     * @param group what counts, admits and judges the tasks
     * @param taskName the tasks' name
     * @return an operator as of {@link ReactorTracking#trackWith(TaskGroup, String)}
     * @throws IllegalArgumentException if the name is blank
     */
    public <T> UnaryOperator<Publisher<T>> trackWith(TaskGroup group, String taskName) {
        return trackWith(group, TaskOptions.named(taskName));
    }

    /**
     * Makes each subscription a task of a group, and observes it.
     *
     * @param <T> the type of the elements
     * @param group what counts, admits and judges the tasks
     * @param options the tasks' name, or else they have the pipeline's or the group's
     * @return an operator as of {@link ReactorTracking#trackWith(TaskGroup, TaskOptions)}
     */
    public <T> UnaryOperator<Publisher<T>> trackWith(TaskGroup group, TaskOptions options) {
        UnaryOperator<Publisher<T>> tracking = ReactorTracking.trackWith(group, options);
        String path = GroupPaths.of(group);
        return publisher -> {
            Publisher<T> tracked = tracking.apply(publisher);
            String given = nameOf(options, tracked);
            String name = given == null ? group.name() : given;
            return observe(publisher, tracking, tracked, new ObservedTasks(registry, convention, name, path, true));
        };
    }

    private static <T> Publisher<T> observe(
            Publisher<T> publisher, UnaryOperator<Publisher<T>> tracking, Publisher<T> tracked, ObservedTasks tasks) {
        if (publisher instanceof Mono<T> mono) {
            return new MonoObserved<>((Mono<T>) tracked, (Mono<T>) tracking.apply(new MonoAttempt<>(mono)), tasks);
        }
        Flux<T> flux = Flux.from(publisher);
        return new FluxObserved<>((Flux<T>) tracked, (Flux<T>) tracking.apply(new FluxAttempt<>(flux)), tasks);
    }

    /** The name that the tasks have in their tracker: that of the options, or else the pipeline's, which its last step tells. */
    private static @Nullable String nameOf(TaskOptions options, Publisher<?> tracked) {
        return options.name() != null ? options.name() : Scannable.from(tracked).scan(Scannable.Attr.NAME);
    }
}
