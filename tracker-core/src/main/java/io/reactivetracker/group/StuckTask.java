// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A task that a shutdown did not see the end of.
 *
 * @param group the name of its group
 * @param id as in {@link TaskGroup#runningTasks()}
 * @param name the task's name
 * @param age how long ago it was issued, by the group's timer
 * @param isQueued whether it had not begun to run, or waited to go on
 * @param origin where it was made, as far as the reactive library knows; null if it does not
 * @param waitsFor the permit that it waits for, if it is queued while others of the same tree run behind the same admission, and
 *     what to do if one of them waits for it; for people to read. Otherwise null
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
     * Makes the description of a task that waits for no permit which others of its tree hold.
     *
     * @param group the name of its group
     * @param id as in {@link TaskGroup#runningTasks()}
     * @param name the task's name
     * @param age how long ago it was issued
     * @param isQueued whether it had not begun to run
     * @param origin where it was made, or null
     */
    public StuckTask(String group, long id, String name, Duration age, boolean isQueued, @Nullable String origin) {
        this(group, id, name, age, isQueued, origin, null);
    }
}
