// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import io.reactivetracker.Registration;
import io.reactivetracker.TaskTimer;
import io.reactivetracker.internal.Durations;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;

/** The time of a scheduler, which may be virtual. */
record SchedulerTimer(Scheduler scheduler) implements TaskTimer {

    @Override
    public long nanoTime() {
        return scheduler.now(TimeUnit.NANOSECONDS);
    }

    @Override
    public Registration schedule(Duration delay, Runnable action) {
        Disposable alarm = scheduler.schedule(action, Durations.saturatedNanos(delay), TimeUnit.NANOSECONDS);
        return alarm::dispose;
    }
}
