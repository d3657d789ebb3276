// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import io.reactivetracker.TaskTracker;
import io.reactivetracker.TaskTimer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * Brings one tracker to its end, and tells the log: closes it and waits.
 *
 * <p>A tracker can't cancel what it counts. So its tasks have all of the time, grace and wait.
 */
final class TrackerDrain {

    private final TaskTracker tracker;
    private final ShutdownTimes times;
    private final TaskTimer timer;
    private final long start;

    TrackerDrain(TaskTracker tracker, ShutdownTimes times, TaskTimer timer) {
        this.tracker = tracker;
        this.times = times;
        this.timer = timer;
        this.start = timer.nanoTime();
    }

    /** Completes, normally or not, when the tracker is drained or the time is over. */
    CompletableFuture<Void> run() {
        boolean unusedIsFirst = tracker.close();
        DrainLog.trackerWaits(tracker.name(), tracker.size(), times.total());
        return DrainWait.atMost(times.total(), tracker.drained(), timer)
                .thenRun(() -> DrainLog.trackerEnded(
                        tracker.name(),
                        false,
                        Duration.ofNanos(timer.nanoTime() - start),
                        tracker.size(),
                        tracker.runningTasks()));
    }
}
