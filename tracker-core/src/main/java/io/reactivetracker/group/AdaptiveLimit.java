// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import io.reactivetracker.Registration;
import io.reactivetracker.TaskTimer;
import io.reactivetracker.internal.Durations;
import io.reactivetracker.internal.Preconditions;
import java.time.Duration;

/**
 * Finds out how many tasks can run at a time: the limit grows slowly while they fare well, and falls fast when they fail
 * or take too long.
 *
 * <p>Additive increase, multiplicative decrease (Chiu and Jain 1989; the congestion control of TCP): each task that ends
 * in time, while at least half of the limit is in use, counts towards a round of as many as the limit, and each full
 * round adds one; each that fails or is slow takes a tenth away, as Netflix's concurrency-limits does it, but only once
 * for all tasks that ran at the time of the last decrease: they have seen the old limit. Cancelled tasks say nothing. The
 * time of a task is that for which it held its permit, retries that keep it included.
 *
 * <p>Tasks above the limit wait, first in first out. A child that runs on its parent's permit is measured like any other task. Made by {@link Admission#adaptive}. Safe for use by several threads.
 */
public final class AdaptiveLimit implements Admission {

    private static final double DECREASE = 0.9;

    private final int least;
    private final int most;
    private final long slowNanos;
    private final ConcurrencyLimit gate;

    // Guarded by this; the gate's limit is changed with it.
    private int limit;
    private int inTime;
    private long decreases;

    AdaptiveLimit(int least, int most, Duration slow) {
        Preconditions.requirePositive("least", least);
        if (most < least) {
            throw new IllegalArgumentException(
                    "most must not be less than least, but was " + most + " with least " + least);
        }
        this.least = least;
        this.most = most;
        this.slowNanos = Durations.saturatedNanos(Preconditions.requirePositive("slow", slow));
        this.limit = least;
        this.gate = Admission.concurrency(least);
    }

    @Override
    public Registration admit(AdmissionRequest candidate) {
        return gate.admit(new Measured(candidate));
    }

    /**
     * The limit that was found so far.
     *
     * @return how many may run at a time
     */
    public int limit() {
        return gate.limit();
    }

    /**
     * How many permits are out.
     *
     * @return from 0 to the limit, and more for a while after that fell
     */
    public int active() {
        return gate.active();
    }

    /**
     * How many tasks wait.
     *
     * @return the length of the line
     */
    public int queued() {
        return gate.queued();
    }

    private synchronized long decreases() {
        return decreases;
    }

    private void learn(Outcome outcome, long decreasesAtStart, long nanos) {
        synchronized (this) {
            if (outcome == Outcome.FAILED || (outcome == Outcome.SUCCEEDED && nanos > slowNanos)) {
                if (decreasesAtStart != decreases) {
                    return;
                }
                decreases++;
                inTime = 0;
                limit = Math.max(least, (int) (limit * DECREASE));
            } else if (outcome == Outcome.SUCCEEDED && limit < most && gate.active() >= limit - gate.active()) {
                inTime++;
                if (inTime < limit) {
                    return;
                }
                inTime = 0;
                limit++;
            } else {
                return;
            }
            gate.setLimit(limit);
        }
        gate.grantToThoseInLine();
    }

    /** A candidate whose permit takes the time. */
    private final class Measured implements AdmissionRequest {

        private final AdmissionRequest candidate;

        Measured(AdmissionRequest candidate) {
            this.candidate = candidate;
        }

        @Override
        public boolean grant(Permit permit) {
            long start = timer().nanoTime();
            long decreasesAtStart = decreases();
            return candidate.grant(new LimitPermit() {

                @Override
                public void release(Outcome outcome) {
                    try {
                        learn(outcome, decreasesAtStart, timer().nanoTime() - start);
                    } finally {
                        permit.release(outcome);
                    }
                }

                @Override
                public boolean isOf(Admission limit) {
                    return LimitPermit.isOf(permit, limit);
                }
            });
        }

        @Override
        public void reject(String reason) {
            candidate.reject(reason);
        }

        @Override
        public TaskContext task() {
            return candidate.task();
        }

        @Override
        public TaskTimer timer() {
            return candidate.timer();
        }
    }

    /**
     * The limit and what it holds.
     *
     * @return for people to read; the form may change
     */
    @Override
    public String toString() {
        return "AdaptiveLimit[" + gate + ", " + least + " to " + most + "]";
    }
}
