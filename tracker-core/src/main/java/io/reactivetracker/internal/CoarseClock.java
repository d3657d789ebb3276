// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.internal;

import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A clock that is up to about 10 ms slow and cheaper to read than the system's clock. It dates the start of tasks.
 *
 * <p>A thread of the library reads the system's clock every 10 ms while this clock is in use. If no thread has read
 * this clock since the last tick, it stops ticking. The next read then reads the system's clock and restarts the ticks.
 * After 10 idle seconds the thread ends. If no thread can be created, each read reads the system's clock.
 *
 * <p>This clock is never ahead of {@link System#nanoTime()}, so an age that is measured from it is never negative. If
 * the machine is so busy that the thread does not run, ages are too long by that time.
 */
public final class CoarseClock {

    private static final CoarseClock SYSTEM = new CoarseClock(System::nanoTime);
    private static final long TICK_NANOS = 10_000_000;
    private static final long IDLE_NANOS = LibraryThreads.IDLE_SECONDS * 1_000_000_000L;

    private final LongSupplier nanoTime;

    // Read without a lock. Written by the clock's thread, and under the lock of this by a thread that wakes it.
    private volatile long now;
    private volatile boolean ticks;

    // Whether a thread has read the clock since the last tick. A lost update costs one more tick or a wake-up.
    private boolean isAsked;

    private @Nullable Thread thread;

    CoarseClock(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /**
     * Returns the time of the last tick.
     *
     * @return nanoseconds of {@link System#nanoTime()}
     */
    public static long nanoTime() {
        return SYSTEM.read();
    }

    long read() {
        if (!ticks) {
            return wake();
        }
        if (!isAsked) {
            isAsked = true;
        }
        return now;
    }

    private synchronized long wake() {
        long read = nanoTime.getAsLong();
        isAsked = true;
        now = read;
        try {
            if (thread == null) {
                Thread created = LibraryThreads.create("reactive-tracker-clock", this::run);
                created.start();
                thread = created;
            }
            ticks = true;
            LockSupport.unpark(thread);
        } catch (Throwable none) {
            // Without a thread the clock does not advance, so it must not be read.
            ticks = false;
        }
        return read;
    }

    private void run() {
        try {
            do {
                while (tick()) {
                    LockSupport.parkNanos(this, TICK_NANOS);
                }
                LockSupport.parkNanos(this, IDLE_NANOS);
            } while (!endIfIdle());
        } catch (Throwable broken) {
            // A clock that does not advance must not be read. The next read creates another thread.
            stop();
            throw broken;
        }
    }

    private synchronized void stop() {
        ticks = false;
        thread = null;
    }

    /** Returns false if no thread has read the clock since the last tick; the next read then wakes the thread. */
    synchronized boolean tick() {
        now = nanoTime.getAsLong();
        ticks = isAsked;
        isAsked = false;
        return ticks;
    }

    private synchronized boolean endIfIdle() {
        if (!ticks) {
            thread = null;
        }
        return !ticks;
    }
}
