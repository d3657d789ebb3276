// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.internal;

import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The system's clock as it was at its last tick, at most about 10 ms ago: for the start of a task, which costs less than a
 * reading of the system's clock.
 *
 * <p>A thread of the library reads that clock every 10 ms, as long as somebody asks. When nobody has asked since the last tick
 * it ticks no more, and whoever asks next reads the system's clock and wakes it; after 10 idle seconds it ends. Where no thread
 * can be created, each reading is one of the system's clock.
 *
 * <p>It never runs ahead of {@link System#nanoTime()}, so an age that is measured from here is never negative. On a machine
 * that does not let the thread run, ages are too long by that time.
 */
public final class CoarseClock {

    private static final CoarseClock SYSTEM = new CoarseClock(System::nanoTime);
    private static final long TICK_NANOS = 10_000_000;
    private static final long IDLE_NANOS = LibraryThreads.IDLE_SECONDS * 1_000_000_000L;

    private final LongSupplier nanoTime;

    // Read without a lock. Written by the thread, and under the lock of this by who wakes it.
    private volatile long now;
    private volatile boolean ticks;

    // Whether somebody has asked since the last tick. A lost update costs one tick more or a wake-up.
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
            // Without a thread the clock stands still, so it is not to be read.
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
            // A clock that stands still must not be read: who asks next creates another thread.
            stop();
            throw broken;
        }
    }

    private synchronized void stop() {
        ticks = false;
        thread = null;
    }

    /** Returns false if nobody has asked since the last tick: from then on who asks reads the system's clock. */
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
