// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import io.reactivetracker.DrainSignal;
import io.reactivetracker.Registration;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.group.TaskTimer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;

/**
 * Brings the counted subscriptions to their end, and tells the log, around the end of everything else.
 *
 * <p>Groups refuse tasks as soon as they are closed, and a subscription on its way may be about to give them one. So the
 * subscriptions are waited for first; then all others are, within the time that is left; and then what those have subscribed
 * to meanwhile.
 */
final class SubscriptionDrain {

    private final TaskTracker tracker;
    private final CountedSubscriptions subscriptions;
    private final ShutdownTimes times;
    private final TaskTimer timer;
    private final long start;

    SubscriptionDrain(CountedSubscriptions subscriptions, ShutdownTimes times, TaskTimer timer) {
        this.tracker = subscriptions.tracker();
        this.subscriptions = subscriptions;
        this.times = times;
        this.timer = timer;
        this.start = timer.nanoTime();
    }

    /** First: completes when none is counted any more, or the grace is over and those that are left get cancelled. */
    CompletableFuture<Void> begin() {
        boolean unusedIsFirst = tracker.close();
        DrainLog.trackerWaits(tracker.name(), tracker.size(), times.grace());
        return awaitOrCancel(times.grace());
    }

    /** What is left for all others, when the beginning is over. */
    ShutdownTimes timesOfOthers() {
        return times.lessGrace(took());
    }

    /** Last: completes when none is counted any more, or the time is over. */
    CompletableFuture<Void> end() {
        return awaitOrCancel(timesOfOthers().grace())
                .thenCompose(done -> TrackerDrain.await(tracker.drained(), timeLeft(), timer))
                .thenRun(this::tell);
    }

    private CompletableFuture<Void> awaitOrCancel(Duration grace) {
        DrainSignal drained = tracker.drained();
        return TrackerDrain.await(drained, grace, timer).thenRun(() -> {
            if (!drained.isDone() && !subscriptions.token().isCancelled()) {
                DrainLog.trackerCancels(tracker.name(), times.grace(), tracker.size(), tracker.runningTasks());
                Registration unused = timer.schedule(Duration.ZERO, this::cancel);
            }
        });
    }

    private void cancel() {
        boolean unusedIsFirst = subscriptions
                .token()
                .cancel(new TimeoutException("the application stops, and gave its subscriptions "
                        + LogText.seconds(times.grace()) + " to end"));
    }

    private void tell() {
        DrainLog.trackerEnded(
                tracker.name(), subscriptions.token().isCancelled(), took(), tracker.size(), tracker.runningTasks());
    }

    private Duration took() {
        return Duration.ofNanos(timer.nanoTime() - start);
    }

    private Duration timeLeft() {
        Duration left = times.total().minus(took());
        return left.isNegative() ? Duration.ZERO : left;
    }
}
