// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import io.reactivetracker.Registration;
import io.reactivetracker.internal.Durations;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The system's clock. One thread only waits, and others run the actions, so that none is late because of another.
 *
 * <p>The JDK's common pool would not do: where there are two processors, as in many a container, it has one thread.
 */
final class SystemTimer implements TaskTimer {

    private static final int MOST_ACTIONS = Math.max(8, 2 * Runtime.getRuntime().availableProcessors());
    private static final long IDLE_SECONDS = 10;

    static final SystemTimer INSTANCE = new SystemTimer();

    private final ScheduledThreadPoolExecutor waiting =
            new ScheduledThreadPoolExecutor(1, action -> daemon("reactive-tracker-timer", action));

    private final ThreadPoolExecutor running = new ThreadPoolExecutor(
            MOST_ACTIONS,
            MOST_ACTIONS,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            action -> daemon("reactive-tracker-action", action));

    private SystemTimer() {
        // What was taken back must not be kept until its time has come.
        waiting.setRemoveOnCancelPolicy(true);
        running.allowCoreThreadTimeOut(true);
    }

    private static Thread daemon(String name, Runnable action) {
        Thread thread = new Thread(action, name);
        thread.setDaemon(true);
        return thread;
    }

    /** How many actions wait for their time. */
    int alarms() {
        return waiting.getQueue().size();
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public Registration schedule(Duration delay, Runnable action) {
        Future<?> future =
                waiting.schedule(() -> running.execute(action), Durations.nanos(delay), TimeUnit.NANOSECONDS);
        return () -> future.cancel(false);
    }
}
