// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import io.reactivetracker.RunningTask;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.group.TaskGroup;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A running task in the response of the endpoint.
 *
 * @param id the task's unique id
 * @param name the task's name, not escaped
 * @param group the name of the task's group or tracker
 * @param start when the task was counted, as an ISO instant
 * @param ageMillis the time since then, in milliseconds
 */
record TaskDescription(long id, String name, String group, String start, long ageMillis) {

    /** The maximum number of tasks that are listed for one bean. */
    static final int MAX_LISTED = 100;

    static List<TaskDescription> oldest(List<RunningTask> tasks, TaskTracker tracker) {
        return tasks.stream()
                .limit(MAX_LISTED)
                .map(task -> of(task, tracker.name()))
                .toList();
    }

    static List<TaskDescription> oldest(List<RunningTask> tasks, TaskGroup top) {
        Map<Long, String> groups = new HashMap<>();
        tasks.stream().limit(MAX_LISTED).forEach(task -> groups.put(task.id(), top.name()));
        List<TaskGroup> level = List.of(top);
        for (int depth = 0; depth < GroupDescription.MAX_LEVELS && !level.isEmpty(); depth++) {
            level = level.stream()
                    .flatMap(group -> group.children().stream())
                    .filter(group -> claims(group, groups))
                    .toList();
        }
        return tasks.stream()
                .limit(MAX_LISTED)
                .map(task -> of(task, groups.getOrDefault(task.id(), top.name())))
                .toList();
    }

    /** Makes the group that of its tasks, and returns whether it has any: one without has none below it either. */
    private static boolean claims(TaskGroup group, Map<Long, String> groups) {
        boolean hasAny = false;
        for (RunningTask task : group.runningTasks()) {
            hasAny |= groups.replace(task.id(), group.name()) != null;
        }
        return hasAny;
    }

    static long unlisted(List<RunningTask> tasks) {
        return Math.max(0, tasks.size() - MAX_LISTED);
    }

    private static TaskDescription of(RunningTask task, String group) {
        return new TaskDescription(
                task.id(),
                task.name(),
                group,
                task.start().toString(),
                task.age().toMillis());
    }
}
