// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import io.reactivetracker.internal.DrainRecording;
import io.reactivetracker.internal.JfrEvents;
import io.reactivetracker.internal.Throwables;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Measures one drain: the time from the close of a tracker to the first instant at which it was drained after that.
 * Writes the events of the drain, if they are recorded.
 *
 * <p>Two threads may race: one closes the tracker and then publishes this object; the other drains the tracker and then
 * reads the published object. Each checks for the drain after its own step, so at least one of them sees it. The first
 * one that does stops the clock.
 */
final class DrainTime {

    private final LongSupplier nanoTime;
    private final long start;
    private final TaskTracker tracker;
    private final @Nullable DrainRecording recording;

    // Set before this object is published. The tracker's epoch equals it until the first drain after the close.
    private int epoch;

    // Guarded by this; final once stopped.
    private long nanos;
    private boolean hasStopped;

    /** Starts the clock. Call it before the close, since nothing may fail after that. */
    DrainTime(LongSupplier nanoTime, TaskTracker tracker) {
        this.nanoTime = nanoTime;
        this.start = nanoTime.getAsLong();
        this.tracker = tracker;
        this.recording = tracker.writesDrains() ? JfrEvents.beginDrain() : null;
    }

    /** Takes the word that the close has made, which distinguishes its drain from an earlier one. */
    void closedBy(long closed) {
        epoch = StateWord.epochBeforeDrain(closed);
        if (recording != null) {
            // Before this object is published, so that the end of the drain cannot be written first.
            try {
                recording.begun(tracker.name(), tracker.pendingAt(closed));
            } catch (Throwable broken) {
                // The tracker is closed, so nothing may fail now.
                Throwables.reportUncaught(broken);
            }
        }
    }

    /** Returns the time so far, or the final time once the tracker was drained. */
    synchronized Duration read() {
        if (!hasStopped) {
            // The epoch is read first, so the final time is one that was read after the drain.
            hasStopped = tracker.epoch() != epoch;
            nanos = nanoTime.getAsLong() - start;
            if (hasStopped && recording != null) {
                recording.ended();
            }
        }
        return Duration.ofNanos(nanos);
    }
}
