// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import io.reactivetracker.TaskTimer;
import io.reactivetracker.internal.DefaultExecutor;
import io.reactivetracker.internal.Durations;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Drops the records of a {@link MemoryStore} that have reached their age, also if nobody uses the store.
 *
 * <p>One alarm is set while there is a record. It rings a moment after the oldest has reached its age, so that those that
 * follow closely are dropped by the same one. It does not keep a store that nobody else refers to. Keys are compared then,
 * which is user code, so it is done in a thread of the library's default executor and not in the timer's.
 */
final class Expiry {

    private static final int PORTION = 1024;

    /** The alarms are this part of the age apart, at least, but never more than a minute. */
    private static final int PARTS_OF_AGE = 64;

    private static final long MOST_SLACK_NANOS = 60_000_000_000L;

    private final WeakReference<MemoryStore<?>> store;
    private final TaskTimer timer;
    private final long slackNanos;
    private final AtomicBoolean isSet = new AtomicBoolean();

    Expiry(MemoryStore<?> store, TaskTimer timer, Duration age) {
        this.store = new WeakReference<>(store);
        this.timer = timer;
        this.slackNanos = Math.min(Durations.saturatedNanos(age) / PARTS_OF_AGE, MOST_SLACK_NANOS);
    }

    /** There is a record, maybe the first one. */
    void isNeeded() {
        if (!isSet.get() && isSet.compareAndSet(false, true)) {
            set();
        }
    }

    private void set() {
        MemoryStore<?> watched = store.get();
        long until = watched == null ? -1 : watched.untilNext();
        if (watched == null || until < 0) {
            isSet.set(false);
            if (watched != null && watched.untilNext() >= 0) {
                // It came between the look and the mark.
                isNeeded();
            }
            return;
        }
        try {
            var unused = timer.schedule(Duration.ofNanos(until + slackNanos), this::ring);
        } catch (RuntimeException refused) {
            // A timer that is shut down: what is too old is dropped by whoever uses the store next.
            isSet.set(false);
        }
    }

    private void ring() {
        DefaultExecutor.get().execute(this::expire);
    }

    private void expire() {
        MemoryStore<?> watched = store.get();
        if (watched != null && !watched.evict(PORTION)) {
            ring();
        } else {
            set();
        }
    }
}
