// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.redis;

import io.reactivetracker.Registration;
import io.reactivetracker.TaskTimer;
import java.time.Duration;

/** A timer whose clock stands still. */
final class StoppedTimer implements TaskTimer {

    @Override
    public long nanoTime() {
        return 0;
    }

    @Override
    public Registration schedule(Duration delay, Runnable action) {
        return () -> {};
    }
}
