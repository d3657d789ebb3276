// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * How long one drain takes: from the close of a tracker to the first instant after it at which the tracker was drained.
 *
 * <p>Two threads may meet here: the one that closed, which leaves this where the other can find it, and the one that drains.
 * Each looks at the tracker after its own step, so at least one of them sees the drain, and the first that does stops the
 * clock.
 */
final class DrainTime {

    private final LongSupplier nanoTime;
    private final long start;
    private final TaskTracker tracker;

    // Known when this is left for others to find: before the first drain after the close the tracker's is this one.
    private int epoch;

    // Guarded by this: not changed any more once stopped.
    private long nanos;
    private boolean hasStopped;

    /** Begins now; to be called before the close, after which nothing may fail. */
    DrainTime(LongSupplier nanoTime, TaskTracker tracker) {
        this.nanoTime = nanoTime;
        this.start = nanoTime.getAsLong();
        this.tracker = tracker;
    }

    /** Takes the word that the close has made. Nothing else tells its drain from one that came just before it. */
    void closedBy(long closed) {
        epoch = StateWord.isDrained(closed) ? StateWord.epoch(closed) - 1 : StateWord.epoch(closed);
    }

    /** The time so far, or for good once the tracker was drained. */
    synchronized Duration read() {
        if (!hasStopped) {
            // The epoch first: who finds another one reads the clock after the drain, and nobody does so again.
            hasStopped = tracker.epoch() != epoch;
            nanos = nanoTime.getAsLong() - start;
        }
        return Duration.ofNanos(nanos);
    }
}
