// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.micrometer;

import io.micrometer.observation.Observation;
import org.jspecify.annotations.Nullable;

/**
 * The context of the observation of a task.
 *
 * <p>Safe for use by several threads.
 */
public final class TaskObservationContext extends Observation.Context {

    private final String taskName;
    private final String trackerName;
    private volatile @Nullable ObservedOutcome outcome;

    TaskObservationContext(String taskName, String trackerName) {
        this.taskName = taskName;
        this.trackerName = trackerName;
    }

    /**
     * Returns the task's name.
     *
     * @return the task's own name, or else that of its group
     */
    public String taskName() {
        return taskName;
    }

    /**
     * Returns what counts the task.
     *
     * @return the name of its tracker, or the path of its group, such as {@code orders/mails}
     */
    public String trackerName() {
        return trackerName;
    }

    /**
     * Returns how the task ended.
     *
     * @return the outcome, or null if it has not ended
     */
    public @Nullable ObservedOutcome outcome() {
        return outcome;
    }

    void end(ObservedOutcome newOutcome) {
        outcome = newOutcome;
    }
}
