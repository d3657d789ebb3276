// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import io.reactivetracker.Registration;
import io.reactivetracker.TaskTimer;
import io.reactivetracker.internal.Throwables;
import java.time.Duration;
import java.util.Objects;

/** Schedules actions on timers of applications, which may break their contract. */
final class Timers {

    private Timers() {}

    /**
     * Schedules an action by a timer or, if that refuses, by the system's. Throws if both refuse. The registration
     * throws nothing when it is closed.
     */
    static Registration scheduleOrBySystem(TaskTimer timer, Duration delay, Runnable action) {
        try {
            return schedule(timer, delay, action);
        } catch (Throwable refused) {
            Throwables.reportUncaught(refused);
            return schedule(TaskTimer.system(), delay, action);
        }
    }

    /**
     * Schedules an action. Throws if the timer does, or returns null. The registration throws nothing when it is
     * closed.
     */
    static Registration schedule(TaskTimer timer, Duration delay, Runnable action) {
        Registration scheduled =
                Objects.requireNonNull(timer.schedule(delay, action), "the timer returned null, not a registration");
        return () -> {
            try {
                scheduled.close();
            } catch (Throwable broken) {
                Throwables.reportUncaught(broken);
            }
        };
    }
}
