// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import java.time.Duration;
import java.util.List;

/**
 * What became of a group's tasks during its {@linkplain TaskGroup#shutdown shutdown}.
 *
 * @param group the group's name
 * @param isDrained whether all of them have ended
 * @param took how long the shutdown lasted, by the group's timer
 * @param completed how many succeeded meanwhile
 * @param failed how many ended with an error meanwhile
 * @param cancelled how many were cancelled meanwhile
 * @param rejected how many were rejected by an admission meanwhile
 * @param stuck those that have not ended, oldest first
 */
public record ShutdownReport(
        String group,
        boolean isDrained,
        Duration took,
        long completed,
        long failed,
        long cancelled,
        long rejected,
        List<StuckTask> stuck) {

    /**
     * All of it, a stuck task a line.
     *
     * @return for people to read; the form may change
     */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder()
                .append("group \"" + group + (isDrained ? "\" drained in " : "\" not drained after ") + took)
                .append(": " + completed + " completed, " + failed + " failed, " + cancelled + " cancelled, " + rejected
                        + " rejected, " + stuck.size() + " stuck");
        for (StuckTask task : stuck) {
            text.append("\n  " + (task.isQueued() ? "queued " : "running ") + task.name() + " #" + task.id() + " of "
                    + task.group() + ", " + task.age());
            if (task.origin() != null) {
                text.append(", from " + task.origin());
            }
        }
        return text.toString();
    }
}
