// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A task that has not ended at a stage of a shutdown.
 *
 * @param group the name of its group
 * @param id as in {@link TaskGroup#runningTasks()}
 * @param name the task's name
 * @param age the time since it was issued, by the group's timer
 * @param isQueued whether it has not begun to run, or waits to continue
 * @param origin where it was created, if the reactive library knows; otherwise null
 * @param waitsFor a description of the permit that it waits for, if it is queued while other tasks of the same tree run
 *     behind the same admission, with advice in case one of them waits for it; otherwise null
 */
public record StuckTask(
        String group,
        long id,
        String name,
        Duration age,
        boolean isQueued,
        @Nullable String origin,
        @Nullable String waitsFor) {

    /**
     * Creates a description without {@code waitsFor}.
     *
     * @param group the name of its group
     * @param id as in {@link TaskGroup#runningTasks()}
     * @param name the task's name
     * @param age the time since it was issued
     * @param isQueued whether it has not begun to run
     * @param origin where it was created, or null
     */
    public StuckTask(String group, long id, String name, Duration age, boolean isQueued, @Nullable String origin) {
        this(group, id, name, age, isQueued, origin, null);
    }

    /**
     * Returns the task's name, group, state, age and origin.
     *
     * @return a description for logs, such as {@code ship #12 of group "orders", running, 4.0 s old}; its format may
     *     change
     */
    @Override
    public String toString() {
        return CancelledTask.describe(name, id, group, isQueued, age, origin);
    }
}
