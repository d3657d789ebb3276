// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import io.reactivetracker.Registration;
import io.reactivetracker.group.TaskTimer;
import io.reactivetracker.internal.Durations;
import io.reactivetracker.internal.Failures;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Renews the lease of one claim while its task runs, and finds out when it is lost.
 *
 * <pre>
 *   HELD ──closed by the task's end──→ CLOSED
 *     └──the store says no, or nothing that the store said yes to is younger than the lease──→ LOST
 * </pre>
 *
 * <p>It asks after each third of a lease, that is twice before the lease would end, so that one question may go wrong. A
 * lease is counted from before the question that the store said yes to, and so ends here no later than it does there.
 */
final class LeaseRenewal {

    private static final int PARTS_OF_LEASE = 3;

    private final RecordedTask<?> task;
    private final RecordStore.Claim claim;
    private final TaskTimer timer;
    private final long leaseNanos;
    private final Duration interval;

    // Guarded by this.
    private boolean isOver;
    private boolean isLost;
    private long heldSince;
    private @Nullable Throwable lastFailure;
    private Registration alarm = () -> {};

    LeaseRenewal(RecordedTask<?> task, RecordStore.Claim claim, Duration lease, TaskTimer timer, long askedAt) {
        this.task = task;
        this.claim = claim;
        this.timer = timer;
        this.leaseNanos = Durations.nanos(Durations.requirePositive("the lease that the store gave", lease));
        this.interval = Duration.ofNanos(Math.max(1, leaseNanos / PARTS_OF_LEASE));
        this.heldSince = askedAt;
    }

    void start() {
        setAlarm();
    }

    /** Renews no more; gives false if the lease was lost before. */
    boolean close() {
        Registration left;
        synchronized (this) {
            if (isLost) {
                return false;
            }
            isOver = true;
            left = alarm;
        }
        left.close();
        return true;
    }

    private void setAlarm() {
        Registration next = Objects.requireNonNull(
                timer.schedule(interval, this::wake), "the timer returned null, not a registration");
        synchronized (this) {
            if (!isOver) {
                alarm = next;
                return;
            }
        }
        next.close();
    }

    private void wake() {
        long now = timer.nanoTime();
        boolean isHeld;
        synchronized (this) {
            if (isOver) {
                return;
            }
            isHeld = now - heldSince < leaseNanos;
        }
        if (!isHeld) {
            lose(null);
            return;
        }
        try {
            setAlarm();
        } catch (Throwable refused) {
            lose(refused);
            return;
        }
        StoreStep.<Boolean>ask("renewing the lease of", task.key(), claim::renew, (isRenewed, failure) -> {
            if (failure != null) {
                missed(failure);
            } else if (Boolean.TRUE.equals(isRenewed)) {
                renewed(now);
            } else {
                lose(null);
            }
        });
    }

    private synchronized void renewed(long askedAt) {
        if (askedAt - heldSince > 0) {
            heldSince = askedAt;
            lastFailure = null;
        }
    }

    private synchronized void missed(Throwable failure) {
        lastFailure = failure;
    }

    private void lose(@Nullable Throwable reason) {
        Throwable cause;
        Registration left;
        synchronized (this) {
            if (isOver) {
                return;
            }
            isOver = true;
            isLost = true;
            cause = reason == null ? lastFailure : reason;
            if (reason != null && lastFailure != null) {
                Failures.suppress(reason, lastFailure);
            }
            left = alarm;
        }
        left.close();
        task.cancellationToken().cancel(new LeaseLostException(task.key(), task.fence(), cause));
    }
}
