// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import io.reactivetracker.RunningTask;
import java.util.List;

/**
 * A running task as the endpoint shows it.
 *
 * @param id tells it from every other one
 * @param name the task's name, as it was given: whoever shows it has to escape it
 * @param start when it was counted, as an ISO instant
 * @param ageMillis for how long it has been running
 */
record TaskDescription(long id, String name, String start, long ageMillis) {

    /** So many are listed of one bean: an answer is no place for a million. */
    static final int MOST = 100;

    static List<TaskDescription> oldest(List<RunningTask> tasks) {
        return tasks.stream().limit(MOST).map(TaskDescription::of).toList();
    }

    static long unlisted(List<RunningTask> tasks) {
        return Math.max(0, tasks.size() - MOST);
    }

    private static TaskDescription of(RunningTask task) {
        return new TaskDescription(
                task.id(), task.name(), task.start().toString(), task.age().toMillis());
    }
}
