// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import io.reactivetracker.Registration;
import io.reactivetracker.RegistrationSlot;
import io.reactivetracker.TaskTimer;
import io.reactivetracker.internal.Durations;
import io.reactivetracker.internal.Preconditions;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Lets a number of tasks start in each span of time.
 *
 * <p>Tasks that come too early wait in FIFO order, and one alarm is set, for the first of them. So the first keeps its
 * turn, those behind neither wake up in vain nor overtake it, and when one leaves they all move up. A permit is not
 * given back when its task ends; a task that leaves the queue uses none.
 *
 * <p>A token bucket, in the form of the generic cell rate algorithm (ITU-T I.371, annex A): instead of counting tokens
 * it keeps the instant at which the bucket will be full again. A rate uses the timer of the first group that asks it,
 * also for groups that have another timer.
 *
 * <p>A running task holds no permit of a rate that it could share with its children: each child waits for its own turn.
 * That delays a task that waits for its children, but not forever.
 *
 * <p>Created by {@link Admission#rate(double, Duration)}. Safe for use by several threads.
 */
public final class RateLimit implements Admission {

    private final int burst;

    // Guarded by this, which is not held while a request is answered or an alarm is set.
    private final WaitQueue queue = new WaitQueue();
    private long interval;
    private long fullAt;
    private @Nullable TaskTimer timer;

    /** The alarm for the first in the queue: set, or about to be set by the thread that put it here. */
    private @Nullable RegistrationSlot alarm;

    RateLimit(double permits, Duration per, int burst) {
        this.interval = intervalOf(permits, per);
        this.burst = Preconditions.requirePositive("burst", burst);
    }

    @Override
    public Registration admit(AdmissionRequest request) {
        TaskTimer clock = request.timer();
        WaitQueue.Entry entry = null;
        synchronized (this) {
            if (timer == null) {
                fullAt = clock.nanoTime();
                timer = clock;
            }
            if (!queue.isEmpty() || !take(timer.nanoTime())) {
                entry = queue.add(request, 0);
            }
        }
        if (entry == null) {
            if (!request.grant(Permit.NOTHING_TO_RELEASE)) {
                giveBack();
                grantDue();
            }
            return Registration.none();
        }
        WaitQueue.Entry added = entry;
        try {
            arm();
        } catch (Throwable broken) {
            leave(added);
            throw broken;
        }
        return () -> leave(added);
    }

    /**
     * Changes the rate, also for tasks that wait. The number of saved or missing permits stays.
     *
     * @param permits the number of tasks that start in one span; need not be whole
     * @param per the span
     * @throws IllegalArgumentException if the rate is not positive and finite, or above one per nanosecond
     */
    public void rate(double permits, Duration per) {
        long newInterval = intervalOf(permits, per);
        Registration off;
        synchronized (this) {
            double perOld = (double) newInterval / interval;
            interval = newInterval;
            if (timer != null) {
                long now = timer.nanoTime();
                long missing = (long) (Math.max(0, fullAt - now) * perOld);
                fullAt = now + Math.min(missing, reserve() + newInterval);
            }
            off = disarm();
        }
        off.close();
        grantDue();
    }

    /**
     * Returns the number of tasks that wait.
     *
     * @return the length of the queue
     */
    public synchronized int queued() {
        return queue.size();
    }

    /** Takes a permit if there is one at this instant. The caller holds the lock. */
    private boolean take(long now) {
        if (fullAt - now < 0) {
            fullAt = now;
        }
        if (waitFrom(now) > 0) {
            return false;
        }
        fullAt += interval;
        return true;
    }

    private long waitFrom(long now) {
        return fullAt - now - reserve();
    }

    /** Returns how long before the bucket is full there is a permit already. */
    private long reserve() {
        long others = burst - 1L;
        return others > 0 && interval > Durations.MAX_NANOS / others ? Durations.MAX_NANOS : interval * others;
    }

    /** Gives back a refused permit. The first in the queue may then go before the alarm is due. */
    private void giveBack() {
        Registration off;
        synchronized (this) {
            fullAt -= interval;
            off = disarm();
        }
        off.close();
    }

    private void leave(WaitQueue.Entry entry) {
        Registration off = Registration.none();
        synchronized (this) {
            if (queue.remove(entry) && queue.isEmpty()) {
                off = disarm();
            }
        }
        off.close();
    }

    /** Forgets the alarm. The caller holds the lock, and closes what this returns without it. */
    private Registration disarm() {
        Registration off = alarm == null ? Registration.none() : alarm;
        alarm = null;
        return off;
    }

    /** Sets the alarm for the first in the queue, unless the queue is empty or an alarm is set. */
    private void arm() {
        TaskTimer clock;
        long delay;
        RegistrationSlot mine = new RegistrationSlot();
        synchronized (this) {
            clock = timer;
            if (alarm != null || clock == null || queue.isEmpty()) {
                return;
            }
            alarm = mine;
            delay = Math.max(1, waitFrom(clock.nanoTime()));
        }
        try {
            mine.set(clock.schedule(Duration.ofNanos(delay), () -> ring(mine)));
        } catch (Throwable broken) {
            boolean unused = forget(mine);
            throw broken;
        }
    }

    private void ring(RegistrationSlot rung) {
        if (forget(rung)) {
            grantDue();
        }
    }

    /** Returns false if the alarm was forgotten before. */
    private synchronized boolean forget(RegistrationSlot old) {
        if (alarm != old) {
            return false;
        }
        alarm = null;
        return true;
    }

    private void grantDue() {
        while (true) {
            AdmissionRequest next;
            synchronized (this) {
                if (timer == null || queue.isEmpty()) {
                    return;
                }
                if (!take(timer.nanoTime())) {
                    break;
                }
                next = queue.takeFirst();
            }
            if (!next.grant(Permit.NOTHING_TO_RELEASE)) {
                giveBack();
            }
        }
        arm();
    }

    private static long intervalOf(double permits, Duration per) {
        if (!(permits > 0) || Double.isInfinite(permits)) {
            throw new IllegalArgumentException("permits must be positive and finite, but was " + permits);
        }
        double nanos = (double) Durations.saturatedNanos(Preconditions.requirePositive("per", per)) / permits;
        if (nanos < 1) {
            throw new IllegalArgumentException("the rate must not be above one per nanosecond, but was " + permits
                    + " per " + per + ": leave the admission out if there is no limit");
        }
        return Math.min((long) nanos, Durations.MAX_NANOS);
    }

    /**
     * Returns the time between two tasks and the number of those that wait, at one instant.
     *
     * @return a description for logs; its format may change
     */
    @Override
    public synchronized String toString() {
        return "RateLimit[one per " + Duration.ofNanos(interval) + ", " + queue.size() + " wait]";
    }
}
