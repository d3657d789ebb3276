// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.shutdown;

import io.reactivetracker.Registration;
import io.reactivetracker.TaskTimer;
import java.time.Duration;

/** A timer that schedules nothing. */
final class RefusingTimer implements TaskTimer {

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public Registration schedule(Duration delay, Runnable action) {
        throw new IllegalStateException("no alarms");
    }
}
