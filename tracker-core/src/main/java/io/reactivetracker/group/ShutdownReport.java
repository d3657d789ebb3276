// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import io.reactivetracker.internal.Durations;
import io.reactivetracker.internal.LogText;
import java.time.Duration;
import java.util.List;

/**
 * Result of a group's {@linkplain TaskGroup#shutdown shutdown}. It counts the tasks that ended between its start and
 * its end, and names those that were cancelled, timed out or did not end.
 *
 * <p>The counts are exact. Each list has at most {@value #MAX_LISTED} tasks. A task that is cancelled at the instant at
 * which the time is over may be counted and not be listed.
 *
 * @param group the group's name
 * @param isDrained whether all tasks have ended
 * @param took how long the shutdown lasted, by the group's timer
 * @param completed the number of tasks that succeeded
 * @param failed the number of tasks that ended with an error
 * @param cancelled the number of tasks that were cancelled
 * @param timedOut the number of tasks that were cancelled at the end of their time limit
 * @param rejected the number of tasks that an admission rejected
 * @param pending the number of tasks that have not ended
 * @param cancelledTasks the tasks that were cancelled or timed out, in the order in which they ended
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
        long pending,
        List<CancelledTask> cancelledTasks,
        List<StuckTask> stuck) {

    /** The maximum number of tasks in each list of a report. */
    public static final int MAX_LISTED = 1000;

    /** The maximum number of tasks of each list in the description of a report. */
    private static final int MAX_LINES = 100;

    /**
     * Returns the result and the numbers, without the tasks.
     *
     * @return the first line of the report; its format may change
     */
    public String summary() {
        return "group \"" + LogText.escape(group) + (isDrained ? "\" drained in " : "\" not drained after ")
                + Durations.inSeconds(took) + ": " + completed + " completed, " + failed + " failed, " + cancelled
                + " cancelled, " + timedOut + " timed out, " + rejected + " rejected, " + pending + " stuck";
    }

    /**
     * Returns the whole report, with a line for each task that was cancelled, timed out or is stuck, and at most 100
     * lines for each of the two lists. Control characters of a name are escaped, so a name cannot forge a line.
     *
     * @return a description for logs; its format may change
     */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(summary());
        append(text, "", cancelledTasks, cancelled + timedOut);
        append(text, "stuck: ", stuck, pending);
        return text.toString();
    }

    private static void append(StringBuilder text, String prefix, List<?> tasks, long number) {
        List<?> shown = tasks.subList(0, Math.min(tasks.size(), MAX_LINES));
        shown.forEach(task -> text.append("\n  ").append(prefix).append(LogText.escape(task.toString())));
        if (number > shown.size()) {
            text.append("\n  and ").append(number - shown.size()).append(" more");
        }
    }
}
