// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import io.reactivetracker.Registration;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Polls one key for all that wait for it in one recorder, as long as there are any.
 *
 * <p>A new wait causes a query at once, and then all waits share one query per interval. A result is passed only to the
 * waits that were there before the query was sent. One query is under way at a time; waits that come meanwhile share
 * the next one. A query that fails counts as one that found nothing, so the next one follows after the interval.
 */
final class KeyPoll<K> {

    private final TaskRecorder<K> recorder;
    private final K key;
    private final Duration interval;

    // Guarded by this. Closed when the last wait leaves, and never used again.
    private final Set<SettledFuture<K>> waits = new LinkedHashSet<>(2);
    private boolean isClosed;
    private boolean isQuerying;
    private boolean isRequestedAgain;
    private @Nullable Registration alarm;

    KeyPoll(TaskRecorder<K> recorder, K key, Duration interval) {
        this.recorder = recorder;
        this.key = key;
        this.interval = interval;
    }

    /** Adds a wait; returns false if this is closed. */
    boolean add(SettledFuture<K> wait) {
        synchronized (this) {
            if (isClosed) {
                return false;
            }
            waits.add(wait);
        }
        query();
        return true;
    }

    void remove(SettledFuture<K> wait) {
        Registration pending;
        synchronized (this) {
            if (!waits.remove(wait) || !waits.isEmpty()) {
                return;
            }
            isClosed = true;
            pending = takeAlarm();
        }
        recorder.remove(key, this);
        pending.close();
    }

    private Registration takeAlarm() {
        Registration pending = alarm;
        alarm = null;
        return pending == null ? Registration.none() : pending;
    }

    private void query() {
        List<SettledFuture<K>> asking;
        Registration pending;
        synchronized (this) {
            if (isClosed) {
                return;
            }
            if (isQuerying) {
                isRequestedAgain = true;
                return;
            }
            isQuerying = true;
            isRequestedAgain = false;
            asking = List.copyOf(waits);
            pending = takeAlarm();
        }
        pending.close();
        StoreStep.<TaskRecord>ask(
                "looking at", key, () -> recorder.store().find(key), (found, failure) -> answered(asking, found));
    }

    private void answered(List<SettledFuture<K>> asking, @Nullable TaskRecord found) {
        if (found != null) {
            asking.forEach(wait -> wait.found(found));
        }
        boolean isRequested;
        synchronized (this) {
            isQuerying = false;
            isRequested = isRequestedAgain && !isClosed;
        }
        if (isRequested) {
            query();
        } else {
            queryLater();
        }
    }

    private void queryLater() {
        List<SettledFuture<K>> failed;
        Throwable reason;
        synchronized (this) {
            if (isClosed || isQuerying || alarm != null) {
                return;
            }
            try {
                alarm = Objects.requireNonNull(
                        recorder.timer().schedule(interval, this::query),
                        "the timer returned null, not a registration");
                if (isClosed) {
                    // A timer may run other code in the call, which may have removed the last wait.
                    takeAlarm().close();
                }
                return;
            } catch (Throwable thrown) {
                reason = thrown;
                failed = List.copyOf(waits);
            }
        }
        failed.forEach(wait -> wait.fail(reason));
    }
}
