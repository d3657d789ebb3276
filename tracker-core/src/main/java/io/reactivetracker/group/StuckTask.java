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
 */
public record StuckTask(
        String group,
        long id,
        String name,
        Duration age,
        boolean isQueued,
        @Nullable String origin) {}
