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
 * Looks at one key again and again for all who wait for it in one recorder, until nobody does.
 *
 * <p>Whoever comes has the key looked at once, and then with all others after each interval. What a look finds is told to
 * those only who came before it was asked. One look is under way at a time; those who come meanwhile share the next. A look
 * that fails is as one that found nothing: the next one comes after the interval.
 */
final class KeyPoll<K> {

    private final TaskRecorder<K> recorder;
    private final K key;
    private final Duration interval;

    // Guarded by this. Closed when the last one leaves, and then not used again.
    private final Set<SettledWait<K>> waits = new LinkedHashSet<>(2);
    private boolean isClosed;
    private boolean isLooking;
    private boolean isWantedAgain;
    private @Nullable Registration alarm;

    KeyPoll(TaskRecorder<K> recorder, K key, Duration interval) {
        this.recorder = recorder;
        this.key = key;
        this.interval = interval;
    }

    /** Takes one more; gives false if this is closed. */
    boolean add(SettledWait<K> wait) {
        synchronized (this) {
            if (isClosed) {
                return false;
            }
            waits.add(wait);
        }
        look();
        return true;
    }

    void remove(SettledWait<K> wait) {
        Registration left;
        synchronized (this) {
            if (!waits.remove(wait) || !waits.isEmpty()) {
                return;
            }
            isClosed = true;
            left = alarm;
            alarm = null;
        }
        recorder.drop(key, this);
        if (left != null) {
            left.close();
        }
    }

    private void look() {
        List<SettledWait<K>> told;
        Registration left;
        synchronized (this) {
            if (isClosed) {
                return;
            }
            if (isLooking) {
                isWantedAgain = true;
                return;
            }
            isLooking = true;
            isWantedAgain = false;
            told = List.copyOf(waits);
            left = alarm;
            alarm = null;
        }
        if (left != null) {
            left.close();
        }
        StoreStep.<TaskRecord>ask(
                "looking at", key, () -> recorder.store().find(key), (found, failure) -> looked(told, found));
    }

    private void looked(List<SettledWait<K>> told, @Nullable TaskRecord found) {
        if (found != null) {
            told.forEach(wait -> wait.told(found));
        }
        boolean isWanted;
        synchronized (this) {
            isLooking = false;
            isWanted = isWantedAgain && !isClosed;
        }
        if (isWanted) {
            look();
        } else {
            lookAgainLater();
        }
    }

    private void lookAgainLater() {
        List<SettledWait<K>> refused;
        Throwable reason;
        synchronized (this) {
            if (isClosed || isLooking || alarm != null) {
                return;
            }
            try {
                alarm = Objects.requireNonNull(
                        recorder.timer().schedule(interval, this::look), "the timer returned null, not a registration");
                if (isClosed) {
                    // A timer may run whatever it likes in the call.
                    alarm.close();
                    alarm = null;
                }
                return;
            } catch (Throwable thrown) {
                reason = thrown;
                refused = List.copyOf(waits);
            }
        }
        refused.forEach(wait -> wait.fail(reason));
    }
}
