// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import io.reactivetracker.Registration;
import io.reactivetracker.TaskTimer;
import io.reactivetracker.internal.Throwables;
import java.time.Duration;
import java.util.Objects;

/** Sets alarms on timers that others wrote: one that returns no registration refuses, and none throws when closed. */
final class Alarms {

    private Alarms() {}

    static Registration set(TaskTimer timer, Duration delay, Runnable action) {
        Registration alarm =
                Objects.requireNonNull(timer.schedule(delay, action), "the timer returned null, not a registration");
        return () -> {
            try {
                alarm.close();
            } catch (Throwable broken) {
                Throwables.reportUncaught(broken);
            }
        };
    }
}
