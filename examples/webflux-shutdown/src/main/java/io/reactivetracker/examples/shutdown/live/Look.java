// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.shutdown.live;

import io.reactivetracker.RunningTask;
import io.reactivetracker.group.GroupSnapshot;
import io.reactivetracker.group.TaskGroup;
import java.util.List;
import java.util.Map;

/**
 * What the page shows at one time.
 *
 * @param process the id of the server's process
 * @param group the tree of groups
 * @param running the oldest running tasks
 * @param more the number of running tasks that are not listed
 */
record Look(long process, Group group, List<Running> running, int more) {

    private static final int MAX_RUNNING = 12;

    /** A group; its counts include those of all groups below it. */
    record Group(String name, boolean isClosed, boolean isCancelled, Map<String, Long> counts, List<Group> children) {

        static Group of(GroupSnapshot group) {
            return new Group(
                    group.name(),
                    group.isClosed(),
                    group.isCancelled(),
                    group.counts().asMap(),
                    group.children().stream().map(Group::of).toList());
        }
    }

    /**
     * A running task.
     *
     * @param id the task's id
     * @param name the task's name, which the page shows as text
     * @param age its age in milliseconds
     */
    record Running(long id, String name, long age) {}

    static Look at(TaskGroup group, GroupSnapshot snapshot) {
        List<RunningTask> tasks = group.runningTasks();
        List<Running> oldest = tasks.stream()
                .limit(MAX_RUNNING)
                .map(task -> new Running(task.id(), task.name(), task.age().toMillis()))
                .toList();
        return new Look(ProcessHandle.current().pid(), Group.of(snapshot), oldest, tasks.size() - oldest.size());
    }
}
