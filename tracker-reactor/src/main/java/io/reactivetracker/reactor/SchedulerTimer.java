// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import io.reactivetracker.Registration;
import io.reactivetracker.TaskTimer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;

/** The clock of a scheduler, whose time may be virtual. */
record SchedulerTimer(Scheduler scheduler) implements TaskTimer {

    // Half of the range, so that a scheduler can add it to its time.
    private static final long MAX_NANOS = Long.MAX_VALUE / 2;

    @Override
    public long nanoTime() {
        return scheduler.now(TimeUnit.NANOSECONDS);
    }

    @Override
    public Registration schedule(Duration delay, Runnable action) {
        long nanos = Math.min(TimeUnit.NANOSECONDS.convert(delay), MAX_NANOS);
        Disposable alarm = scheduler.schedule(action, nanos, TimeUnit.NANOSECONDS);
        return alarm::dispose;
    }
}
