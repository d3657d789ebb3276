// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import java.time.Duration;
import java.util.List;

/**
 * Result of a group's {@linkplain TaskGroup#shutdown shutdown}. It counts the tasks that ended between its start and
 * its end.
 *
 * @param group the group's name
 * @param isDrained whether all tasks have ended
 * @param took how long the shutdown lasted, by the group's timer
 * @param completed the number of tasks that succeeded
 * @param failed the number of tasks that ended with an error
 * @param cancelled the number of tasks that were cancelled
 * @param timedOut the number of tasks that were cancelled at the end of their time limit
 * @param rejected the number of tasks that an admission rejected
 * @param stuck the tasks that have not ended, oldest first
 */
public record ShutdownReport(
        String group,
        boolean isDrained,
        Duration took,
        long completed,
        long failed,
        long cancelled,
        long timedOut,
        long rejected,
        List<StuckTask> stuck) {

    /**
     * Returns the whole report, with one line per stuck task.
     *
     * @return a description for logs; its format may change
     */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder()
                .append("group \"" + group + (isDrained ? "\" drained in " : "\" not drained after ") + took)
                .append(": " + completed + " completed, " + failed + " failed, " + cancelled + " cancelled, " + timedOut
                        + " timed out, " + rejected + " rejected, " + stuck.size() + " stuck");
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
