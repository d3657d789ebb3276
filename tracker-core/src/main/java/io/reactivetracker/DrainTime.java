// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * How long one drain takes: from the close of a tracker to the first instant after it at which the tracker was drained.
 *
 * <p>Two threads may meet here: the one that closed, which leaves this where the other can find it, and the one that drains.
 * Each looks at the signal after its own step, so at least one of them sees the drain, and the first that does stops the
 * clock.
 */
final class DrainTime {

    private final LongSupplier nanoTime;
    private final long start;
    private final DrainSignal drained;

    // Guarded by this: not changed any more once stopped.
    private long nanos;
    private boolean hasStopped;

    /** Begins now, with a signal that was made before the close, so that no drain after it is missed. */
    DrainTime(LongSupplier nanoTime, DrainSignal drained) {
        this.nanoTime = nanoTime;
        this.start = nanoTime.getAsLong();
        this.drained = drained;
    }

    /** The time so far, or for good once the tracker was drained. */
    synchronized Duration read() {
        if (!hasStopped) {
            // The signal first: who finds it done reads the clock after the drain, and nobody does so again.
            hasStopped = drained.isDone();
            nanos = nanoTime.getAsLong() - start;
        }
        return Duration.ofNanos(nanos);
    }
}
