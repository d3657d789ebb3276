// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.shutdown;

import static io.reactivetracker.reactor.ReactorTracking.whenDrained;

import io.reactivetracker.TaskTracker;
import org.springframework.context.SmartLifecycle;

/** When the application stops: closes the tracker, and holds the shutdown up until it is drained. */
final class DrainOnShutdown implements SmartLifecycle {

    private final TaskTracker tracker;
    private volatile boolean started;

    DrainOnShutdown(TaskTracker tracker) {
        this.tracker = tracker;
    }

    @Override
    public void stop(Runnable stopped) {
        tracker.close();
        whenDrained(tracker).subscribe(null, null, stopped);
    }

    @Override
    public int getPhase() {
        return DEFAULT_PHASE - 3 * 1024;
    }

    @Override
    public void start() {
        started = true;
    }

    @Override
    public void stop() {
        stop(() -> {});
    }

    @Override
    public boolean isRunning() {
        return started && !tracker.isDrained();
    }
}
