// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import io.reactivetracker.internal.Throwables;
import org.jspecify.annotations.Nullable;

/**
 * The lease of one claim, from the grant until the end of its task is recorded.
 *
 * <pre>
 *   RUNNING ──the task ends──→ ENDING ──its end is recorded, or refused──→ OVER
 *      │                          │
 *      └──────────────────────────┴──the store refuses, or has confirmed nothing for the duration of the lease──→ LOST
 * </pre>
 *
 * <p>The lease counts from before the request that the store has confirmed, so it ends here no later than there. It is
 * renewed while it is RUNNING or ENDING. Its loss cancels the token of a running task. A task that is ending has its
 * outcome already, and is told that the store has not recorded it.
 */
final class Lease {

    private enum State {
        RUNNING,
        ENDING,
        OVER,
        LOST
    }

    final RecordedTask<?> task;
    final RecordStore.Claim claim;
    private final LeaseRenewal renewal;

    // Guarded by this.
    private State state = State.RUNNING;
    private long heldSince;
    private @Nullable Throwable lastFailure;
    private @Nullable LeaseLostException loss;

    Lease(RecordedTask<?> task, RecordStore.Claim claim, LeaseRenewal renewal, long askedAt) {
        this.task = task;
        this.claim = claim;
        this.renewal = renewal;
        this.heldSince = askedAt;
    }

    /** Begins to renew the lease. */
    void start() {
        renewal.add(this);
    }

    /** Marks the task as ended. Returns false if the lease was lost before. */
    synchronized boolean ending() {
        if (state == State.LOST) {
            return false;
        }
        state = State.ENDING;
        return true;
    }

    /**
     * Stops renewing, because the end of the task is recorded or never will be. Returns false if it was lost before.
     */
    boolean over() {
        synchronized (this) {
            if (state == State.LOST) {
                return false;
            }
            state = State.OVER;
        }
        renewal.remove(this);
        return true;
    }

    synchronized boolean isHeld() {
        return state == State.RUNNING || state == State.ENDING;
    }

    long nanos() {
        return renewal.leaseNanos();
    }

    synchronized @Nullable LeaseLostException loss() {
        return loss;
    }

    /** Returns when the lease runs out unless it is renewed. */
    synchronized long endsAt() {
        return heldSince + renewal.leaseNanos();
    }

    synchronized void renewed(long askedAt) {
        if (askedAt - heldSince > 0) {
            heldSince = askedAt;
            lastFailure = null;
        }
    }

    void missed(Throwable failure) {
        task.recorder.tally().add(RecorderEvent.STORE_FAILED);
        synchronized (this) {
            lastFailure = failure;
        }
    }

    /** The store has answered that the claim is no longer held. */
    void refused() {
        synchronized (this) {
            if (state == State.ENDING) {
                // The end may have been recorded just now; the answer to that request decides.
                return;
            }
        }
        lose(null);
    }

    /**
     * Loses the lease, unless it is over.
     *
     * @param reason why; null for the failure of the last renewal
     */
    void lose(@Nullable Throwable reason) {
        LeaseLostException lost;
        boolean isEnding;
        synchronized (this) {
            if (!isHeld()) {
                return;
            }
            isEnding = state == State.ENDING;
            state = State.LOST;
            if (reason != null && lastFailure != null) {
                Throwables.suppress(reason, lastFailure);
            }
            lost = LeaseLostException.noticedBy(task, isEnding, reason == null ? lastFailure : reason);
            loss = lost;
        }
        task.recorder.tally().add(RecorderEvent.LEASE_LOST);
        renewal.remove(this);
        if (isEnding) {
            task.lostWhileEnding();
        } else {
            task.lost(lost);
        }
    }
}
