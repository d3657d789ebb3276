// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import io.reactivetracker.DrainSignal;
import io.reactivetracker.TaskTimer;
import io.reactivetracker.group.GroupSnapshot;
import io.reactivetracker.group.Shutdown;
import io.reactivetracker.group.ShutdownReport;
import io.reactivetracker.group.TaskGroup;
import io.reactivetracker.internal.Durations;
import io.reactivetracker.internal.Preconditions;
import java.time.Duration;
import java.util.Objects;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** Waits for groups of tasks, watches them and shuts them down, with Project Reactor. */
public final class ReactorGroups {

    private ReactorGroups() {}

    /**
     * Closes a group and all groups below it when subscribed to, and completes once all of them are drained.
     *
     * <p>To cancel the subscription unlinks the wait; the groups stay closed.
     *
     * @param group what to close and to wait for
     * @return a {@code Mono} that completes when the whole tree has no more tasks
     */
    public static Mono<Void> closeAndDrain(TaskGroup group) {
        Objects.requireNonNull(group, "group must not be null");
        return Mono.defer(() -> ReactorTracking.completeOn(group.closeAndDrain()::onDone));
    }

    /**
     * Waits for a group to be closed and to have no more tasks or children; closes nothing.
     *
     * @param group what to wait for
     * @return a {@code Mono} that completes when the group is drained
     */
    public static Mono<Void> whenDrained(TaskGroup group) {
        DrainSignal drained =
                Objects.requireNonNull(group, "group must not be null").drained();
        return MonoDrained.of(drained);
    }

    /**
     * Shuts a group down when subscribed to, as {@link TaskGroup#shutdown} does, and emits the report.
     *
     * <p>Once begun it goes through all its stages: to cancel the subscription, or a {@code timeout}, stops none of them.
     *
     * @param group what to shut down
     * @param plan how long to wait
     * @return a {@code Mono} of the report
     */
    public static Mono<ShutdownReport> shutdown(TaskGroup group, Shutdown plan) {
        Objects.requireNonNull(group, "group must not be null");
        Objects.requireNonNull(plan, "plan must not be null");
        return Mono.fromFuture(() -> group.shutdown(plan), true);
    }

    /**
     * Looks at a group again and again until it is drained: now, after each span of time, and at the end.
     *
     * <p>A look that the subscriber has not asked for is left out. It closes nothing.
     *
     * @param group what to look at
     * @param every the time between two looks
     * @return a {@code Flux} of snapshots that completes with the last one
     * @throws IllegalArgumentException if the time is not positive
     */
    public static Flux<GroupSnapshot> watch(TaskGroup group, Duration every) {
        Objects.requireNonNull(group, "group must not be null");
        Preconditions.requirePositive("every", every);
        return Flux.interval(Duration.ZERO, every)
                .onBackpressureDrop()
                .takeUntilOther(whenDrained(group))
                .map(tick -> group.snapshot())
                .concatWith(Mono.fromSupplier(group::snapshot));
    }

    /**
     * The clock of a scheduler, virtual time included, for groups.
     *
     * @param scheduler tells the time and runs what was scheduled
     * @return a timer for {@link io.reactivetracker.group.TaskGroupBuilder#timer}
     */
    public static TaskTimer timer(Scheduler scheduler) {
        return new SchedulerTimer(Objects.requireNonNull(scheduler, "scheduler must not be null"));
    }
}
