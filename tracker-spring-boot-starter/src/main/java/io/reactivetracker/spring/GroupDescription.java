// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import io.reactivetracker.RunningTask;
import io.reactivetracker.group.TaskCounts;
import io.reactivetracker.group.GroupSnapshot;
import io.reactivetracker.group.TaskGroup;
import java.util.List;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * A group as the endpoint shows it.
 *
 * @param name the group's name
 * @param state as in {@link TrackedState}
 * @param counts its numbers with those of all groups below it
 * @param children the groups below it
 * @param omitted how many groups below are left out, since they are too deep for JSON
 * @param running the oldest of the tasks that run, in this group and all groups below it
 * @param unlisted how many more of those run
 */
record GroupDescription(
        String name,
        TrackedState state,
        TaskCounts counts,
        List<Child> children,
        long omitted,
        List<TaskDescription> running,
        long unlisted)
        implements OperationResponseBody {

    /** Jackson's own limit for what nests is 1000, and each level of the tree takes two. */
    static final int MOST_LEVELS = 64;

    static GroupDescription of(TaskGroup group) {
        // In this order a task that ends meanwhile is in the counts, and one that starts is not in the list.
        List<RunningTask> running = group.runningTasks();
        GroupSnapshot snapshot = group.snapshot();
        Child top = Child.of(snapshot, MOST_LEVELS);
        return new GroupDescription(
                top.name(),
                top.state(),
                top.counts(),
                top.children(),
                top.omitted(),
                TaskDescription.oldest(running),
                TaskDescription.unlisted(running));
    }

    /**
     * A group below.
     *
     * @param name the group's name
     * @param state as in {@link TrackedState}
     * @param counts its numbers with those of all groups below it
     * @param children the groups below it
     * @param omitted how many groups below it are left out
     */
    record Child(String name, TrackedState state, TaskCounts counts, List<Child> children, long omitted) {

        static Child of(GroupSnapshot group, int levels) {
            boolean isCut = levels == 0;
            return new Child(
                    group.name(),
                    TrackedState.of(group),
                    group.counts(),
                    isCut
                            ? List.of()
                            : group.children().stream()
                                    .map(child -> of(child, levels - 1))
                                    .toList(),
                    isCut ? group.children().size() : 0);
        }
    }
}
