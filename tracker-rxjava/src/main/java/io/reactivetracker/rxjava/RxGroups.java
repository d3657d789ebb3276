// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import io.reactivetracker.DrainSignal;
import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskTimer;
import io.reactivetracker.group.GroupSnapshot;
import io.reactivetracker.group.Shutdown;
import io.reactivetracker.group.ShutdownReport;
import io.reactivetracker.group.TaskContext;
import io.reactivetracker.group.TaskGroup;
import io.reactivetracker.internal.Durations;
import io.reactivetracker.internal.Preconditions;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Scheduler;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.reactivestreams.Publisher;

/** Makes tasks of groups that know themselves, and waits for groups, watches them and shuts them down, with RxJava 3. */
public final class RxGroups {

    private RxGroups() {}

    /**
     * Makes each subscription a task of a group, whose source is made of what the task can know of itself.
     *
     * <p>As {@link RxTracking#trackWith(TaskGroup)}; the function is called for each attempt, once the task is admitted.
     *
     * @param <T> the type of the elements
     * @param group what counts, admits and judges the tasks
     * @param options the tasks' name, or else they have the group's
     * @param source makes what an attempt subscribes to of the task's id, name, attempt and token
     * @return a {@code Flowable} of what the tasks emit
     */
    public static <T> Flowable<T> defer(
            TaskGroup group,
            TaskOptions options,
            Function<? super TaskContext, ? extends Publisher<? extends T>> source) {
        return RxJavaPlugins.onAssembly(new FlowableTrackInGroup<T>(
                Objects.requireNonNull(source, "source must not be null"),
                Objects.requireNonNull(group, "group must not be null"),
                Objects.requireNonNull(options, "options must not be null"),
                null));
    }

    /**
     * Closes a group and all groups below it when subscribed to, and completes once all of them are drained.
     *
     * <p>To dispose of the subscription unlinks the wait; the groups stay closed.
     *
     * @param group what to close and to wait for
     * @return a {@code Completable} that completes when the whole tree has no more tasks
     */
    public static Completable closeAndDrain(TaskGroup group) {
        Objects.requireNonNull(group, "group must not be null");
        return Completable.defer(() -> RxTracking.completeOn(group.closeAndDrain()::onDone));
    }

    /**
     * Waits for a group to be closed and to have no more tasks or children; closes nothing.
     *
     * @param group what to wait for
     * @return a {@code Completable} that completes when the group is drained
     */
    public static Completable whenDrained(TaskGroup group) {
        DrainSignal drained =
                Objects.requireNonNull(group, "group must not be null").drained();
        return RxTracking.completeOn(drained::onDone);
    }

    /**
     * Shuts a group down when subscribed to, as {@link TaskGroup#shutdown} does, and emits the report.
     *
     * <p>Once begun it goes through all its stages: to dispose of the subscription, or a {@code timeout}, stops none of
     * them.
     *
     * @param group what to shut down
     * @param plan how long to wait
     * @return a {@code Single} of the report
     */
    public static Single<ShutdownReport> shutdown(TaskGroup group, Shutdown plan) {
        Objects.requireNonNull(group, "group must not be null");
        Objects.requireNonNull(plan, "plan must not be null");
        return Single.defer(() -> Single.fromCompletionStage(group.shutdown(plan)));
    }

    /**
     * Looks at a group again and again until it is drained: now, after each span of time, and at the end.
     *
     * <p>A look that the subscriber has not asked for is left out. It closes nothing.
     *
     * @param group what to look at
     * @param every the time between two looks
     * @param scheduler tells when it is time
     * @return a {@code Flowable} of snapshots that completes with the last one
     * @throws IllegalArgumentException if the time is not positive
     */
    public static Flowable<GroupSnapshot> watch(TaskGroup group, Duration every, Scheduler scheduler) {
        Objects.requireNonNull(group, "group must not be null");
        Objects.requireNonNull(scheduler, "scheduler must not be null");
        Preconditions.requirePositive("every", every);
        return Flowable.interval(0, Durations.saturatedNanos(every), TimeUnit.NANOSECONDS, scheduler)
                .onBackpressureDrop()
                .takeUntil(whenDrained(group).toFlowable())
                .map(tick -> group.snapshot())
                .concatWith(Single.fromSupplier(group::snapshot));
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
