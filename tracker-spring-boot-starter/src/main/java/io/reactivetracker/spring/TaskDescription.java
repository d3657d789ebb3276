// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import io.reactivetracker.RunningTask;
import java.util.List;

/**
 * A running task in the response of the endpoint.
 *
 * @param id the task's unique id
 * @param name the task's name, not escaped
 * @param start when the task was counted, as an ISO instant
 * @param ageMillis the time since then, in milliseconds
 */
record TaskDescription(long id, String name, String start, long ageMillis) {

    /** The maximum number of tasks that are listed for one bean. */
    static final int MAX_LISTED = 100;

    static List<TaskDescription> oldest(List<RunningTask> tasks) {
        return tasks.stream().limit(MAX_LISTED).map(TaskDescription::of).toList();
    }

    static long unlisted(List<RunningTask> tasks) {
        return Math.max(0, tasks.size() - MAX_LISTED);
    }

    private static TaskDescription of(RunningTask task) {
        return new TaskDescription(
                task.id(), task.name(), task.start().toString(), task.age().toMillis());
    }
}
