// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import io.reactivetracker.Registration;
import io.reactivetracker.TaskTimer;
import io.reactivetracker.internal.Durations;
import io.reactivex.rxjava3.core.Scheduler;
import io.reactivex.rxjava3.disposables.Disposable;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** The time of a scheduler, which may be virtual. */
record SchedulerTimer(Scheduler scheduler) implements TaskTimer {

    @Override
    public long nanoTime() {
        return scheduler.now(TimeUnit.NANOSECONDS);
    }

    @Override
    public Registration schedule(Duration delay, Runnable action) {
        Disposable alarm = scheduler.scheduleDirect(action, Durations.saturatedNanos(delay), TimeUnit.NANOSECONDS);
        return alarm::dispose;
    }
}
