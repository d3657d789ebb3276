// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import io.reactivetracker.Registration;
import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;

/** A clock that stands until a test moves it; then it runs what has come due, in the test's thread. */
public final class ManualTimer implements TaskTimer {

    private final PriorityQueue<Alarm> alarms = new PriorityQueue<>(
            Comparator.comparingLong((Alarm alarm) -> alarm.time).thenComparingLong(alarm -> alarm.number));
    private long now = Long.MAX_VALUE - 1_000_000_000L; // soon to overflow, as System.nanoTime() may
    private long scheduled;

    @Override
    public synchronized long nanoTime() {
        return now;
    }

    @Override
    public synchronized Registration schedule(Duration delay, Runnable action) {
        Alarm alarm = new Alarm(now - Long.MIN_VALUE + delay.toNanos(), scheduled++, action);
        alarms.add(alarm);
        return () -> {
            synchronized (this) {
                alarms.remove(alarm);
            }
        };
    }

    /** How many alarms are set. */
    public synchronized int pending() {
        return alarms.size();
    }

    /** Lets time pass. */
    public void advance(Duration by) {
        long end;
        synchronized (this) {
            end = now - Long.MIN_VALUE + by.toNanos();
        }
        while (true) {
            Alarm due;
            synchronized (this) {
                due = alarms.peek();
                if (due == null || due.time > end) {
                    // An action may have let more time pass than this; it never goes back.
                    now = Math.max(end, now - Long.MIN_VALUE) + Long.MIN_VALUE;
                    return;
                }
                alarms.poll();
                now = Math.max(due.time, now - Long.MIN_VALUE) + Long.MIN_VALUE;
            }
            due.action.run();
        }
    }

    private record Alarm(long time, long number, Runnable action) {}
}
