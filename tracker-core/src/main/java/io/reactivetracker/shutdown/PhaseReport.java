// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.shutdown;

import io.reactivetracker.internal.Durations;
import io.reactivetracker.internal.LogText;
import io.reactivetracker.shutdown.PhaseTaskReport.State;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Result of one phase of a {@link ShutdownPlan}.
 *
 * @param name the phase's name
 * @param took the time from its start to its end
 * @param limit the time that it had when it started
 * @param tasks the results of its tasks, in the order in which they were added
 */
public record PhaseReport(String name, Duration took, Duration limit, List<PhaseTaskReport> tasks) {

    /**
     * Returns whether all tasks of the phase ended in time and none threw.
     *
     * @return true if nothing was abandoned
     */
    public boolean isComplete() {
        return tasks.stream().allMatch(task -> task.state() == State.COMPLETED);
    }

    /** Returns for example {@code "drain 10.0 s of 10.0 s: orders abandoned (2 tasks: ship for 9.2 s)"}. */
    String describe() {
        return LogText.escape(name) + " " + Durations.inSeconds(took) + " of " + Durations.inSeconds(limit) + ": "
                + (isComplete()
                        ? "complete"
                        : tasks.stream()
                                .filter(task -> task.state() != State.COMPLETED)
                                .map(PhaseTaskReport::describe)
                                .collect(Collectors.joining("; ")));
    }
}
