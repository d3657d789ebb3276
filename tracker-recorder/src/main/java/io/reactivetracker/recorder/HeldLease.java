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
 *      └──────────────────────────┴──the store says no, or nothing that it said yes to is younger than the lease──→ LOST
 * </pre>
 *
 * <p>A lease is counted from before the question that the store said yes to, so it ends here no later than there. It is
 * renewed while it is RUNNING or ENDING. Losing it cancels a running task's token; a task that is ending has its outcome,
 * and is told that the store did not take it.
 */
final class HeldLease {

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

    HeldLease(RecordedTask<?> task, RecordStore.Claim claim, LeaseRenewal renewal, long askedAt) {
        this.task = task;
        this.claim = claim;
        this.renewal = renewal;
        this.heldSince = askedAt;
    }

    /** Begins to renew it. */
    void start() {
        renewal.add(this);
    }

    /** The task has ended; gives false if the lease was lost before. */
    synchronized boolean ending() {
        if (state == State.LOST) {
            return false;
        }
        state = State.ENDING;
        return true;
    }

    /** The end of the task is recorded, or will not be; gives false if the lease was lost before. */
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

    /** When it runs out unless it is renewed. */
    synchronized long endsAt() {
        return heldSince + renewal.leaseNanos();
    }

    synchronized void renewed(long askedAt) {
        if (askedAt - heldSince > 0) {
            heldSince = askedAt;
            lastFailure = null;
        }
    }

    synchronized void missed(Throwable failure) {
        lastFailure = failure;
    }

    /** The store has said that the claim is no longer held. */
    void refused() {
        synchronized (this) {
            if (state == State.ENDING) {
                // The end may have been recorded just now: the answer to that tells.
                return;
            }
        }
        lose(null);
    }

    /**
     * The key is no longer held.
     *
     * @param reason why, if it is known; else it is what the last renewal failed with
     */
    void lose(@Nullable Throwable reason) {
        LeaseLostException lost;
        boolean isEnding;
        synchronized (this) {
            if (state == State.OVER || state == State.LOST) {
                return;
            }
            isEnding = state == State.ENDING;
            state = State.LOST;
            if (reason != null && lastFailure != null) {
                Throwables.suppress(reason, lastFailure);
            }
            lost = new LeaseLostException(task.key(), task.fencingToken(), reason == null ? lastFailure : reason);
            loss = lost;
        }
        renewal.remove(this);
        if (isEnding) {
            task.lostWhileEnding();
        } else {
            task.lost(lost);
        }
    }
}
