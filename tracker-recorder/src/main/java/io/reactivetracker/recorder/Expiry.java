// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import io.reactivetracker.TaskTimer;
import io.reactivetracker.internal.DefaultExecutor;
import io.reactivetracker.internal.Durations;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Drops the records of a {@link MemoryStore} that have reached their maximum age, even if nobody uses the store.
 *
 * <p>One alarm is set while there is a record. It is due a little after the oldest record reaches its age, so that one
 * alarm drops several records. It refers to the store weakly. Dropping a record compares keys, which is user code, so
 * it runs on the library's default executor and not in the timer's thread.
 */
final class Expiry {

    private static final int MAX_PER_RUN = 1024;

    /** Alarms are at least this part of the age apart, but at most a minute. */
    private static final int PARTS_OF_AGE = 64;

    private static final long MAX_SLACK_NANOS = 60_000_000_000L;

    private final WeakReference<MemoryStore<?>> store;
    private final TaskTimer timer;
    private final long slackNanos;
    private final AtomicBoolean isSet = new AtomicBoolean();

    Expiry(MemoryStore<?> store, TaskTimer timer, Duration age) {
        this.store = new WeakReference<>(store);
        this.timer = timer;
        this.slackNanos = Math.min(Durations.saturatedNanos(age) / PARTS_OF_AGE, MAX_SLACK_NANOS);
    }

    /** Sets the alarm, unless it is set. To be called when there is a record. */
    void set() {
        if (!isSet.get() && isSet.compareAndSet(false, true)) {
            schedule();
        }
    }

    private void schedule() {
        MemoryStore<?> target = store.get();
        if (target == null) {
            return;
        }
        long delay = target.nanosToExpiry();
        if (delay < 0) {
            isSet.set(false);
            if (target.nanosToExpiry() >= 0) {
                // A record was added between the look and the mark.
                set();
            }
            return;
        }
        try {
            var unused = timer.schedule(Duration.ofNanos(delay + slackNanos), this::executeEviction);
        } catch (RuntimeException refused) {
            // The timer is shut down. Later calls of the store drop what has expired.
            isSet.set(false);
        }
    }

    private void executeEviction() {
        DefaultExecutor.get().execute(this::evict);
    }

    private void evict() {
        MemoryStore<?> target = store.get();
        if (target != null && !target.evict(MAX_PER_RUN)) {
            executeEviction();
        } else {
            schedule();
        }
    }
}
