// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import io.reactivetracker.Registration;
import io.reactivetracker.TaskTimer;
import io.reactivetracker.internal.Durations;
import io.reactivetracker.internal.Preconditions;
import java.time.Duration;

/**
 * Adapts a concurrency limit to the results of its tasks: the limit rises slowly while they succeed in time, and falls
 * fast when they fail or are slow.
 *
 * <p>Additive increase, multiplicative decrease (Chiu and Jain 1989; the congestion control of TCP). A task that
 * succeeds in time, while at least half of the limit is in use, counts towards a round of {@code limit} tasks, and each
 * full round adds one to the limit. A task that fails, times out or is slow takes a tenth away, as in
 * Netflix's concurrency-limits; but of all tasks that ran at the last decrease none does so again, since they ran under
 * the old limit. Cancelled tasks have no effect. The time of a task is the time for which it held its permit, including
 * retries that keep it.
 *
 * <p>Tasks above the limit wait in FIFO order. A child that runs on its parent's permit is measured like any other
 * task. Created by {@link Admission#adaptive}. Safe for use by several threads.
 */
public final class AdaptiveLimit implements Admission {

    private static final double DECREASE = 0.9;

    private final int min;
    private final int max;
    private final long slowNanos;
    private final ConcurrencyLimit gate;

    // Guarded by this. The limit of the gate changes with it.
    private int limit;
    private int inTime;
    private long decreases;

    AdaptiveLimit(int min, int max, Duration slow) {
        Preconditions.requirePositive("min", min);
        if (max < min) {
            throw new IllegalArgumentException("max must not be less than min, but was " + max + " with min " + min);
        }
        this.min = min;
        this.max = max;
        this.slowNanos = Durations.saturatedNanos(Preconditions.requirePositive("slow", slow));
        this.limit = min;
        this.gate = Admission.concurrency(min);
    }

    @Override
    public Registration admit(AdmissionRequest request) {
        return gate.admit(new TimedRequest(request));
    }

    /**
     * Returns the current limit.
     *
     * @return the number of tasks that may run at a time
     */
    public int limit() {
        return gate.limit();
    }

    /**
     * Returns the number of granted permits.
     *
     * @return from 0 to the limit, and more for a while after the limit fell
     */
    public int active() {
        return gate.active();
    }

    /**
     * Returns the number of tasks that wait.
     *
     * @return the length of the queue
     */
    public int queued() {
        return gate.queued();
    }

    private synchronized long decreases() {
        return decreases;
    }

    private void adapt(Outcome outcome, long decreasesBefore, long nanos) {
        synchronized (this) {
            if (outcome == Outcome.FAILED
                    || outcome == Outcome.TIMED_OUT
                    || (outcome == Outcome.SUCCEEDED && nanos > slowNanos)) {
                if (decreasesBefore != decreases) {
                    return;
                }
                decreases++;
                inTime = 0;
                limit = Math.max(min, (int) (limit * DECREASE));
            } else if (outcome == Outcome.SUCCEEDED && limit < max && gate.active() >= limit - gate.active()) {
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
        gate.grantWaiting();
    }

    /** A request whose permit measures the time for which it is held. */
    private final class TimedRequest implements AdmissionRequest {

        private final AdmissionRequest request;

        TimedRequest(AdmissionRequest request) {
            this.request = request;
        }

        @Override
        public boolean grant(Permit permit) {
            long start = timer().nanoTime();
            long decreasesBefore = decreases();
            return request.grant(new LimitPermit() {

                @Override
                public void release(Outcome outcome) {
                    try {
                        adapt(outcome, decreasesBefore, timer().nanoTime() - start);
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
            request.reject(reason);
        }

        @Override
        public TaskContext task() {
            return request.task();
        }

        @Override
        public TaskTimer timer() {
            return request.timer();
        }
    }

    /**
     * Returns the limit, its range, and the numbers of tasks that hold permits and that wait.
     *
     * @return a description for logs; its format may change
     */
    @Override
    public String toString() {
        return "AdaptiveLimit[" + gate + ", " + min + " to " + max + "]";
    }
}
