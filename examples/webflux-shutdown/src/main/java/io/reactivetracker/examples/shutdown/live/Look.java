// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.shutdown.live;

import io.reactivetracker.RunningTask;
import io.reactivetracker.group.GroupSnapshot;
import io.reactivetracker.group.TaskGroup;
import java.util.List;

/**
 * What the page shows at a time.
 *
 * @param process tells one run of the server from the next
 * @param group the tree and its counts
 * @param running the tasks that have been running for longest
 * @param more how many other tasks run
 */
record Look(long process, GroupSnapshot group, List<Running> running, int more) {

    private static final int MOST_RUNNING = 12;

    /**
     * A task that runs.
     *
     * @param id tells it from others
     * @param name as it was given, whatever it contains: the page shows it as text
     * @param age for how long, in milliseconds
     */
    record Running(long id, String name, long age) {}

    static Look at(TaskGroup group, GroupSnapshot snapshot) {
        List<RunningTask> tasks = group.runningTasks();
        List<Running> oldest = tasks.stream()
                .limit(MOST_RUNNING)
                .map(task -> new Running(task.id(), task.name(), task.age().toMillis()))
                .toList();
        return new Look(ProcessHandle.current().pid(), snapshot, oldest, tasks.size() - oldest.size());
    }
}
