// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.shutdown;

import io.reactivetracker.group.ShutdownReport;
import io.reactivetracker.internal.LogText;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Result of one task of a phase.
 *
 * @param name the task's name
 * @param state how the task ended
 * @param took the time from the start of the phase to the end of the task, or to the end of the phase
 * @param failure what the task threw, or null if it threw nothing
 * @param pending what still ran when the task was abandoned, for logs, or null if nothing is known
 * @param shutdown the report of the shutdown of a group, which names each task that was cancelled, timed out or is
 *     stuck; null for other tasks, and if the time of the phase was over first
 */
public record PhaseTaskReport(
        String name,
        State state,
        Duration took,
        @Nullable Throwable failure,
        @Nullable String pending,
        @Nullable ShutdownReport shutdown) {

    /** How a task of a phase ended. */
    public enum State {
        /** It ended in time. */
        COMPLETED,
        /** It threw an exception, or its stage failed. */
        FAILED,
        /** It had not ended when the time of its phase was over, or tasks of its group had not. */
        ABANDONED
    }

    /** Returns for example {@code "redis failed: java.io.IOException: reset"}. */
    String describe() {
        return LogText.escape(
                switch (state) {
                    case COMPLETED -> name + " completed";
                    case FAILED -> name + " failed: " + failure;
                    case ABANDONED -> name + " abandoned" + (pending == null ? "" : " (" + pending + ")");
                });
    }

    /** Returns whether the shutdown of a group names tasks. */
    boolean namesTasks() {
        return shutdown != null
                && !(shutdown.cancelledTasks().isEmpty() && shutdown.stuck().isEmpty());
    }
}
