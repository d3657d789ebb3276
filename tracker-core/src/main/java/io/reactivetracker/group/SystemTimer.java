// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import io.reactivetracker.Registration;
import java.time.Duration;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The system's clock. The one thread only waits, so that no action can be late because of another. */
final class SystemTimer implements TaskTimer {

    static final SystemTimer INSTANCE = new SystemTimer();

    private final ScheduledThreadPoolExecutor waiting = new ScheduledThreadPoolExecutor(1, action -> {
        Thread thread = new Thread(action, "reactive-tracker-timer");
        thread.setDaemon(true);
        return thread;
    });

    private SystemTimer() {
        // What was taken back must not be kept until its time has come.
        waiting.setRemoveOnCancelPolicy(true);
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public Registration schedule(Duration delay, Runnable action) {
        Future<?> future = waiting.schedule(
                () -> ForkJoinPool.commonPool().execute(action), Durations.nanos(delay), TimeUnit.NANOSECONDS);
        return () -> future.cancel(false);
    }
}
