// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import io.reactivetracker.Registration;
import io.reactivetracker.TaskTimer;
import io.reactivetracker.internal.Durations;
import io.reactivetracker.internal.Preconditions;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Lets a number of tasks start in each span of time.
 *
 * <p>Tasks that come too early wait in line, and one alarm is set, for the first of them: so its turn is reserved, those
 * behind neither wake up in vain nor overtake it, and when one leaves they all move up. A permit is not given back when
 * its task ends; a task that left the line has not used any.
 *
 * <p>A token bucket, in the form of the generic cell rate algorithm (ITU-T I.371, annex A): instead of counting tokens it
 * keeps the instant at which the bucket will be full again. The clock of a rate is that of the first group that asks it, also
 * for other groups whose timer is another one.
 *
 * <p>A rate is not held by a task that runs, so it is no permit that a task could share with its children: each takes its own
 * turn. That delays a task that waits for its children, but never for ever.
 *
 * <p>Made by {@link Admission#rate(double, Duration)}. Safe for use by several threads.
 */
public final class RateLimit implements Admission {

    private final int burst;

    // Guarded by this; never held while a candidate is answered or an alarm is set.
    private final WaitQueue line = new WaitQueue();
    private long interval;
    private long fullAt;
    private @Nullable TaskTimer timer;

    /** The one that is set, or about to be by whoever put it here. */
    private @Nullable Alarm alarm;

    RateLimit(double permits, Duration per, int burst) {
        this.interval = intervalOf(permits, per);
        this.burst = Preconditions.requirePositive("burst", burst);
    }

    @Override
    public Registration admit(AdmissionRequest candidate) {
        TaskTimer clock = candidate.timer();
        WaitQueue.Place place = null;
        synchronized (this) {
            if (timer == null) {
                fullAt = clock.nanoTime();
                timer = clock;
            }
            if (!line.isEmpty() || !take(timer.nanoTime())) {
                place = line.add(candidate, 0);
            }
        }
        if (place == null) {
            if (!candidate.grant(Permit.NOTHING_TO_RELEASE)) {
                giveBack();
                grantToThoseDue();
            }
            return Registration.none();
        }
        WaitQueue.Place taken = place;
        try {
            arm();
        } catch (Throwable broken) {
            leave(taken);
            throw broken;
        }
        return () -> leave(taken);
    }

    /**
     * Changes the rate, also for those that wait: as many permits are saved up or missing as before.
     *
     * @param permits how many start in one span; need not be whole
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
        grantToThoseDue();
    }

    /**
     * How many tasks wait.
     *
     * @return the length of the line
     */
    public synchronized int queued() {
        return line.size();
    }

    /** Takes a permit if there is one at this instant. */
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

    /** How long before the bucket is full there is a permit already. */
    private long reserve() {
        long others = burst - 1L;
        return others > 0 && interval > Durations.MAX_NANOS / others ? Durations.MAX_NANOS : interval * others;
    }

    /** Gives back what a candidate has refused; the first in line may go sooner then than the alarm is set for. */
    private void giveBack() {
        Registration off;
        synchronized (this) {
            fullAt -= interval;
            off = disarm();
        }
        off.close();
    }

    private void leave(WaitQueue.Place place) {
        Registration off = Registration.none();
        synchronized (this) {
            if (line.remove(place) && line.isEmpty()) {
                off = disarm();
            }
        }
        off.close();
    }

    /** Forgets the alarm; the caller holds the lock, and takes the alarm back from the timer when it does not any more. */
    private Registration disarm() {
        Registration off = alarm == null ? Registration.none() : alarm.registration;
        alarm = null;
        return off;
    }

    /** Sets the alarm for the first in line, if there is one and none is set. */
    private void arm() {
        TaskTimer clock;
        long delay;
        Alarm mine = new Alarm();
        synchronized (this) {
            clock = timer;
            if (alarm != null || clock == null || line.isEmpty()) {
                return;
            }
            alarm = mine;
            delay = Math.max(1, waitFrom(clock.nanoTime()));
        }
        Registration set;
        try {
            set = clock.schedule(Duration.ofNanos(delay), () -> ring(mine));
        } catch (Throwable broken) {
            forget(mine);
            throw broken;
        }
        synchronized (this) {
            if (alarm == mine) {
                mine.registration = set;
                return;
            }
        }
        // It has rung by now, or nobody waits for it any more.
        set.close();
    }

    private void ring(Alarm rung) {
        if (forget(rung)) {
            grantToThoseDue();
        }
    }

    /** False if it was forgotten before. */
    private synchronized boolean forget(Alarm old) {
        if (alarm != old) {
            return false;
        }
        alarm = null;
        return true;
    }

    private void grantToThoseDue() {
        while (true) {
            AdmissionRequest next;
            synchronized (this) {
                if (timer == null || line.isEmpty()) {
                    return;
                }
                if (!take(timer.nanoTime())) {
                    break;
                }
                next = line.takeFirst();
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

    /** One alarm, from before the timer is asked for it. */
    private static final class Alarm {

        // Guarded by the rate limit; known once the timer has returned.
        private Registration registration = Registration.none();
    }

    /**
     * The time between two tasks and how many wait, from one instant.
     *
     * @return for people to read; the form may change
     */
    @Override
    public synchronized String toString() {
        return "RateLimit[one per " + Duration.ofNanos(interval) + ", " + line.size() + " wait]";
    }
}
