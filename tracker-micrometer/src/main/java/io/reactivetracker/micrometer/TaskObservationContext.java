// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.micrometer;

import io.micrometer.observation.Observation;
import org.jspecify.annotations.Nullable;

/**
 * What is known of an observed task.
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
     * The task's name.
     *
     * @return the name that it was given, or else that of its group
     */
    public String taskName() {
        return taskName;
    }

    /**
     * What counts the task.
     *
     * @return the name of its tracker; or the path of its group, such as {@code orders/mails}
     */
    public String trackerName() {
        return trackerName;
    }

    /**
     * How the task ended.
     *
     * @return the outcome, or null while it runs or waits
     */
    public @Nullable ObservedOutcome outcome() {
        return outcome;
    }

    void end(ObservedOutcome newOutcome) {
        outcome = newOutcome;
    }
}
