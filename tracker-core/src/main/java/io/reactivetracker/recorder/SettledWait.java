// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import io.reactivetracker.Registration;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

/** A wait for a key to be settled: by what the store tells, and if that may miss something, by asking again and again. */
final class SettledWait<K> extends CompletableFuture<TaskRecord> {

    private final TaskRecorder<K> recorder;
    private final K key;

    // Guarded by this.
    private boolean isOver;
    private Registration alarm = () -> {};

    SettledWait(TaskRecorder<K> recorder, K key) {
        this.recorder = recorder;
        this.key = key;
    }

    SettledWait<K> start() {
        try {
            Registration told = Objects.requireNonNull(
                    recorder.store().onSettled(key, this::told), "the store returned null, not a registration");
            CompletableFuture<TaskRecord> unused = whenComplete((settled, failure) -> {
                told.close();
                closeAlarm();
            });

        } catch (Throwable failure) {
            completeExceptionally(StoreStep.failure("waiting for the end of", key, failure));
            return this;
        }
        Duration interval = recorder.pollInterval();
        if (interval != null && !isDone()) {
            look(interval);
        }
        return this;
    }

    private void told(TaskRecord settled) {
        if (settled.status().isSettled()) {
            complete(settled);
        }
    }

    private void look(Duration interval) {
        StoreStep.<TaskRecord>ask("looking at", key, () -> recorder.store().find(key), (found, failure) -> {
            if (found != null) {
                told(found);
                if (!isDone()) {
                    lookAgainAfter(interval);
                }
            } else if (failure != null) {
                completeExceptionally(failure);
            }
        });
    }

    private void lookAgainAfter(Duration interval) {
        Registration next;
        try {
            next = Objects.requireNonNull(
                    recorder.timer().schedule(interval, () -> look(interval)),
                    "the timer returned null, not a registration");
        } catch (Throwable refused) {
            completeExceptionally(refused);
            return;
        }
        synchronized (this) {
            if (!isOver) {
                alarm = next;
                return;
            }
        }
        next.close();
    }

    private void closeAlarm() {
        Registration left;
        synchronized (this) {
            isOver = true;
            left = alarm;
        }
        left.close();
    }
}
