// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import io.reactivetracker.Registration;
import io.reactivetracker.TaskTimer;
import io.reactivex.rxjava3.core.Scheduler;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** A timer that runs on a scheduler's clock, which may be virtual. */
record SchedulerTimer(Scheduler scheduler) implements TaskTimer {

    @Override
    public long nanoTime() {
        return scheduler.now(TimeUnit.NANOSECONDS);
    }

    @Override
    public Registration schedule(Duration delay, Runnable action) {
        return scheduler.scheduleDirect(action, RxTracking.nanos(delay), TimeUnit.NANOSECONDS)::dispose;
    }
}
