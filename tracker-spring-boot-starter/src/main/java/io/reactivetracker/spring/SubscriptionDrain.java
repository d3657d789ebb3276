// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import io.reactivetracker.Registration;
import io.reactivetracker.TaskTimer;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.internal.Durations;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Drains the counted subscriptions, before and while all groups and other trackers drain, and logs it.
 *
 * <p>A closed group refuses tasks, and a running subscription may be about to give it one. So the subscriptions are
 * awaited first, while the groups are open. But a subscription may never end, and must not use up the grace of accepted
 * tasks. So the first wait takes at most half of the cancel wait, and the groups have their full grace after it. The
 * whole takes no longer than grace and cancel wait together:
 *
 * <pre>
 *  0          wait/2                                 grace      wait/2 + grace        grace + wait
 *  ├── first ───┼── groups: the whole grace ───────────┼───────────────┼── wait, the rest ──┤
 *  ├── subscriptions: the whole grace ─────────────────┼── cancelled, their wait ───────────┤
 * </pre>
 */
final class SubscriptionDrain {

    private final TaskTracker tracker;
    private final CountedSubscriptions subscriptions;
    private final ShutdownTimes times;
    private final TaskTimer timer;
    private final Executor cancels;
    private final long start;
    private final AtomicBoolean isCancelled = new AtomicBoolean();

    SubscriptionDrain(CountedSubscriptions subscriptions, ShutdownTimes times, TaskTimer timer, Executor cancels) {
        this.tracker = subscriptions.tracker();
        this.subscriptions = subscriptions;
        this.times = times;
        this.timer = timer;
        this.cancels = cancels;
        this.start = timer.nanoTime();
    }

    /** Returns a future that completes when no subscription is counted any more, or the first wait is over. */
    CompletableFuture<Void> begin() {
        boolean unusedIsFirst = tracker.close();
        DrainLog.closed(DrainLog.tracker(tracker), tracker.size(), times.grace());
        return DrainWait.atMost(times.cancelWait().dividedBy(2), tracker.drained(), timer)
                .thenRun(() -> DrainLog.groupsFollow(DrainLog.tracker(tracker), tracker.size(), took()));
    }

    /** Returns a future that completes when the others are over and no subscription is counted, or the time is over. */
    CompletableFuture<Void> end(CompletableFuture<Void> others) {
        Registration alarm = timer.schedule(left(times.grace()), this::cancelIfAny);
        return others.thenCompose(over -> await())
                .whenComplete((nothing, failure) -> alarm.close())
                .thenRun(() -> DrainLog.trackerOver(tracker, isCancelled.get(), took()));
    }

    private CompletableFuture<Void> await() {
        if (left(times.grace()).isZero()) {
            // Tasks of the others may have subscribed after the alarm, too.
            cancelIfAny();
        }
        return DrainWait.atMost(left(times.total()), tracker.drained(), timer);
    }

    private void cancelIfAny() {
        if (!tracker.isEmpty() && isCancelled.compareAndSet(false, true)) {
            DrainLog.trackerCancels(tracker, times.grace());
            cancels.execute(this::cancel);
        }
    }

    private void cancel() {
        TimeoutException graceOver = new TimeoutException(
                "the application stops and gave its subscriptions " + Durations.inSeconds(times.grace()) + " to end");
        graceOver.setStackTrace(new StackTraceElement[0]);
        boolean unusedIsFirst = subscriptions.token().cancel(graceOver);
    }

    private Duration took() {
        return Duration.ofNanos(timer.nanoTime() - start);
    }

    private Duration left(Duration all) {
        return ShutdownTimes.difference(all, took());
    }
}
