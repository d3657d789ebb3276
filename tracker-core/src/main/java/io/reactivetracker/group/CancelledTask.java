// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import io.reactivetracker.internal.Durations;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A task that ended while a shutdown ran, because it was cancelled or its time limit was over.
 *
 * @param group the name of its group
 * @param id as in {@link TaskGroup#runningTasks()}
 * @param name the task's name
 * @param age the time from its issue to its end, by the group's timer
 * @param outcome {@link Outcome#CANCELLED} or {@link Outcome#TIMED_OUT}
 * @param wasQueued whether it had not begun to run, or waited to continue, when it ended
 * @param origin where it was created, if the reactive library knows; otherwise null
 */
public record CancelledTask(
        String group,
        long id,
        String name,
        Duration age,
        Outcome outcome,
        boolean wasQueued,
        @Nullable String origin) {

    /**
     * Returns how the task ended, its name, group, state, age and origin.
     *
     * @return a description for logs, such as {@code timed out: ship #12 of group "orders", running, 4.0 s old}; its
     *     format may change
     */
    @Override
    public String toString() {
        return (outcome == Outcome.TIMED_OUT ? "timed out: " : "cancelled: ")
                + describe(name, id, group, wasQueued, age, origin);
    }

    /** The description of any task in a report. */
    static String describe(
            String name, long id, String group, boolean isQueued, Duration age, @Nullable String origin) {
        return name + " #" + id + " of group \"" + group + "\", " + (isQueued ? "queued" : "running") + ", "
                + Durations.inSeconds(age) + " old" + (origin == null ? "" : ", from " + origin);
    }
}
