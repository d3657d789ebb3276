// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import io.reactivetracker.Registration;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.TaskTimer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Brings the counted subscriptions to their end, and tells the log, around the end of everything else.
 *
 * <p>Groups refuse tasks as soon as they are closed, and a subscription on its way may be about to give them one. So the
 * subscriptions are waited for first. But one may never end, and must not take the time of tasks that have been accepted. So
 * that first wait takes half of the wait for cancelled tasks at most, and groups have the whole grace after it. All together
 * still takes no longer than grace and wait:
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

    /** First: completes when none is counted any more, or the time in which groups stay open for them is over. */
    CompletableFuture<Void> begin() {
        boolean unusedIsFirst = tracker.close();
        DrainLog.trackerWaits(tracker.name(), tracker.size(), times.grace());
        return DrainWait.atMost(times.cancelWait().dividedBy(2), tracker.drained(), timer)
                .thenRun(() -> DrainLog.trackerWaitsOn(tracker.name(), took(), tracker.size()));
    }

    /** What all others have, when the beginning is over. */
    ShutdownTimes timesOfOthers() {
        return times.lessWait(took());
    }

    /** Then: completes when the others have ended and none is counted any more, or the time is over. */
    CompletableFuture<Void> end(CompletableFuture<Void> others) {
        Registration alarm = timer.schedule(left(times.grace()), this::cancelIfAny);
        return others.thenCompose(ended -> await())
                .whenComplete((nothing, failure) -> alarm.close())
                .thenRun(this::tell);
    }

    private CompletableFuture<Void> await() {
        if (left(times.grace()).isZero()) {
            // The others may have subscribed to something when their grace was over, too.
            cancelIfAny();
        }
        return DrainWait.atMost(left(times.total()), tracker.drained(), timer);
    }

    private void cancelIfAny() {
        if (!tracker.isEmpty() && isCancelled.compareAndSet(false, true)) {
            DrainLog.trackerCancels(tracker.name(), times.grace(), tracker.size(), tracker.runningTasks());
            cancels.execute(this::cancel);
        }
    }

    private void cancel() {
        boolean unusedIsFirst = subscriptions.token().cancel(new GraceOverException(times.grace()));
    }

    private void tell() {
        DrainLog.trackerEnded(tracker.name(), isCancelled.get(), took(), tracker.size(), tracker.runningTasks());
    }

    private Duration took() {
        return Duration.ofNanos(timer.nanoTime() - start);
    }

    private Duration left(Duration all) {
        Duration left = all.minus(took());
        return left.isNegative() ? Duration.ZERO : left;
    }
}
