// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import io.reactivetracker.DrainSignal;
import io.reactivetracker.Registration;
import io.reactivetracker.TaskTimer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Futures that complete within a time and leave neither an alarm nor a registration behind. */
final class DrainWait {

    private DrainWait() {}

    /** Returns a future that completes when the signal is done or the time is over. */
    static CompletableFuture<Void> atMost(Duration time, DrainSignal signal, TaskTimer timer) {
        CompletableFuture<Void> over = new CompletableFuture<>();
        Registration wait = signal.onDone(() -> over.complete(null));
        return atMost(time, over, timer).whenComplete((nothing, failure) -> wait.close());
    }

    /** Completes {@code over} when the time is over, unless it completes earlier, and returns it. */
    static CompletableFuture<Void> atMost(Duration time, CompletableFuture<Void> over, TaskTimer timer) {
        Registration alarm = timer.schedule(time, () -> over.complete(null));
        return over.whenComplete((nothing, failure) -> alarm.close());
    }
}
