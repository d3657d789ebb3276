// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.shutdown;

import io.reactivetracker.internal.Durations;
import io.reactivetracker.internal.LogText;
import java.time.Duration;
import java.util.List;

/**
 * Result of a {@link ShutdownPlan}: for each phase how long it took, what was abandoned and what threw.
 *
 * @param reason the reason that {@link ShutdownPlan#run} was given
 * @param took how long the plan took, at most about its budget
 * @param budget the time that the plan had
 * @param phases the results of the phases, in an order in which each phase comes after those that it names
 */
public record ShutdownPlanReport(String reason, Duration took, Duration budget, List<PhaseReport> phases) {

    /**
     * Returns whether all tasks of all phases ended in time and none threw.
     *
     * @return true if nothing was abandoned
     */
    public boolean isComplete() {
        return phases.stream().allMatch(PhaseReport::isComplete);
    }

    /**
     * Returns the whole report, with one line per phase and, below it, the report of each group that has cancelled
     * tasks or left some.
     *
     * @return a description for logs; its format may change
     */
    @Override
    public String toString() {
        StringBuilder text =
                new StringBuilder("shutdown (" + LogText.escape(reason) + ") took " + Durations.inSeconds(took) + " of "
                        + Durations.inSeconds(budget) + (isComplete() ? ": complete" : ": not complete"));
        for (PhaseReport phase : phases) {
            text.append("\n  ").append(phase.describe());
            phase.tasks().stream()
                    .filter(PhaseTaskReport::namesTasks)
                    .forEach(task -> text.append(("\n" + task.shutdown()).replace("\n", "\n    ")));
        }
        return text.toString();
    }
}
