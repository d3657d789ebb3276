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
 * The system timer. One thread waits for alarms and runs no action: it passes each due action to another thread.
 *
 * <pre>
 *   SET ──due──→ PASSED ──its thread starts──→ CLAIMED
 *    │ ↑          │ └──close──→ CLAIMED
 *    │ └──────────┘ no thread available: due again a little later
 *    └──close──→ CLAIMED
 * </pre>
 *
 * <p>The waiting thread ends when it has been idle for a while; the next alarm starts another one.
 */
final class SystemTimer implements TaskTimer {

    /** After this time an action for which no thread was available is due again. */
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

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
    private long added;

    /**
     * Creates a timer.
     *
     * @param threads creates the waiting thread
     * @param actions runs due actions; may throw, and is then called again later
     * @param idleNanos how long the waiting thread lives without an alarm
     */
    SystemTimer(ThreadFactory threads, Executor actions, long idleNanos) {
        this.threads = threads;
        this.actions = actions;
        this.idleNanos = idleNanos;
    }

    /** Returns the number of alarms that are set. */
    int alarms() {
        lock.lock();
        try {
            return alarms.size();
        } finally {
            lock.unlock();
        }
    }

    /** Returns whether the waiting thread exists. */
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
            alarm.number = added++;
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

    /** Throws if no thread can be created; the alarm is not set then. */
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
                // No thread is available now. The action must not be lost: it may be that of a shutdown.
                if (!due.isClaimed()) {
                    add(due, RETRY_NANOS);
                }
            }
        }
    }

    /** Waits for the next due alarm and removes it. Returns null if this thread should end. */
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
                        // Only foreign code interrupts this thread. It checks the time again.
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

    /** An action and its time. */
    private final class Alarm implements Runnable, Registration {

        // Null once the action has started or was closed.
        private final AtomicReference<@Nullable Runnable> action;

        // Guarded by the lock; changed only while the alarm is not in the set.
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
            // Compares the difference, since the system's time may overflow.
            long earlier = time - other.time;
            return earlier == 0 ? Long.compare(number, other.number) : Long.signum(earlier);
        }
    }
}
