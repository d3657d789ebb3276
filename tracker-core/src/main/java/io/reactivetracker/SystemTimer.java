// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import io.reactivetracker.internal.Durations;
import io.reactivetracker.internal.LibraryThreads;
import java.time.Duration;
import java.util.Objects;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The system's clock. One thread only waits, runs no action, and hands each that is due to a thread of its own.
 *
 * <pre>
 *   SET ──due──→ HANDED OVER ──its thread begins──→ CLAIMED
 *    │ ↑              │ └──closed──→ CLAIMED
 *    │ └──────────────┘ no thread was to be had: due again a little later
 *    └──closed──→ CLAIMED
 * </pre>
 *
 * <p>The waiting thread ends when no alarm has been set for a while; the next alarm starts another.
 */
final class SystemTimer implements TaskTimer {

    /** When an alarm for which there is no thread is due again. */
    private static final long TRY_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    static final SystemTimer INSTANCE = new SystemTimer(
            action -> LibraryThreads.create("reactive-tracker-timer", action),
            LibraryThreads.cached(),
            TimeUnit.SECONDS.toNanos(LibraryThreads.IDLE_SECONDS));

    private final ThreadFactory threads;
    private final Executor actions;
    private final long idleNanos;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    // Guarded by the lock.
    private final TreeSet<Alarm> alarms = new TreeSet<>(Alarm::comesBefore);
    private @Nullable Thread waiting;
    private long entered;

    /**
     * Creates a timer.
     *
     * @param threads makes the thread that waits
     * @param actions runs what is due; it may throw if it can't now, and is asked again
     * @param idleNanos how long the waiting thread stays without an alarm
     */
    SystemTimer(ThreadFactory threads, Executor actions, long idleNanos) {
        this.threads = threads;
        this.actions = actions;
        this.idleNanos = idleNanos;
    }

    /** How many actions wait for their time. */
    int alarms() {
        lock.lock();
        try {
            return alarms.size();
        } finally {
            lock.unlock();
        }
    }

    /** Whether the thread that waits is there. */
    boolean isWaiting() {
        lock.lock();
        try {
            return waiting != null;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public Registration schedule(Duration delay, Runnable action) {
        Alarm alarm = new Alarm(action);
        add(alarm, Math.max(0, Durations.saturatedNanos(delay)));
        return alarm;
    }

    private void add(Alarm alarm, long delay) {
        lock.lock();
        try {
            alarm.time = System.nanoTime() + delay;
            alarm.number = entered++;
            alarms.add(alarm);
            if (waiting == null) {
                startWaiting(alarm);
            } else if (alarms.first() == alarm) {
                changed.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Throws if there is no thread to be had; the alarm is not set then. */
    private void startWaiting(Alarm alarm) {
        boolean isStarted = false;
        try {
            Thread thread = threads.newThread(this::waitForAlarms);
            thread.start();
            waiting = thread;
            isStarted = true;
        } finally {
            if (!isStarted) {
                alarms.remove(alarm);
            }
        }
    }

    private void waitForAlarms() {
        for (Alarm due = nextDue(); due != null; due = nextDue()) {
            try {
                actions.execute(due);
            } catch (Throwable refused) {
                // No thread is to be had at the moment. The alarm must not be lost, it may be that of a shutdown.
                if (!due.isClaimed()) {
                    add(due, TRY_AGAIN_NANOS);
                }
            }
        }
    }

    /** Waits for the first alarm that is due and takes it out; null if this thread is to end. */
    private @Nullable Alarm nextDue() {
        lock.lock();
        try {
            long idleUntil = System.nanoTime() + idleNanos;
            while (true) {
                boolean isIdle = alarms.isEmpty();
                long left = (isIdle ? idleUntil : alarms.first().time) - System.nanoTime();
                if (left > 0) {
                    try {
                        long unused = changed.awaitNanos(left);
                    } catch (InterruptedException ignored) {
                        // Nobody but a stranger interrupts this thread; it looks at the time again.
                    }
                } else if (isIdle) {
                    waiting = null;
                    return null;
                } else {
                    return alarms.pollFirst();
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** One action and its time. */
    private final class Alarm implements Runnable, Registration {

        // Null once it has begun or was closed, whichever is first.
        private final AtomicReference<@Nullable Runnable> action;

        // Guarded by the lock; changed only while the alarm is not among the others.
        private long time;
        private long number;

        Alarm(Runnable action) {
            this.action = new AtomicReference<>(Objects.requireNonNull(action, "action must not be null"));
        }

        boolean isClaimed() {
            return action.get() == null;
        }

        @Override
        public void run() {
            Runnable claimed = action.getAndSet(null);
            if (claimed != null) {
                claimed.run();
            }
        }

        @Override
        public void close() {
            if (action.getAndSet(null) != null) {
                lock.lock();
                try {
                    alarms.remove(this);
                } finally {
                    lock.unlock();
                }
            }
        }

        int comesBefore(Alarm other) {
            // By their difference, since the system's time may overflow.
            long earlier = time - other.time;
            return earlier == 0 ? Long.compare(number, other.number) : Long.signum(earlier);
        }
    }
}
