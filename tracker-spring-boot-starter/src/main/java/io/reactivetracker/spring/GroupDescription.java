// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import io.reactivetracker.RunningTask;
import io.reactivetracker.group.GroupSnapshot;
import io.reactivetracker.group.TaskGroup;
import java.util.List;
import java.util.Map;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * A group in the response of the endpoint.
 *
 * @param name the group's name
 * @param state as in {@link TrackedState}
 * @param counts the {@link io.reactivetracker.group.TaskCounts#asMap() counts} of the group and all groups below it
 * @param children the groups below it
 * @param omitted the number of groups that are omitted because they are nested too deeply for JSON
 * @param running the oldest running tasks of the group and all groups below it
 * @param unlisted the number of running tasks that are not listed
 */
record GroupDescription(
        String name,
        TrackedState state,
        Map<String, Long> counts,
        List<Child> children,
        long omitted,
        List<TaskDescription> running,
        long unlisted)
        implements OperationResponseBody {

    /** Jackson allows a nesting depth of 1000, and each level of the tree takes two. */
    static final int MAX_LEVELS = 64;

    static GroupDescription of(TaskGroup group) {
        // In this order, each listed task is in the counts, even if it ends meanwhile.
        List<RunningTask> running = group.runningTasks();
        GroupSnapshot snapshot = group.snapshot();
        Child top = Child.of(snapshot, MAX_LEVELS);
        return new GroupDescription(
                top.name(),
                top.state(),
                top.counts(),
                top.children(),
                top.omitted(),
                TaskDescription.oldest(running, group),
                TaskDescription.unlisted(running));
    }

    /**
     * A group below another one.
     *
     * @param name the group's name
     * @param state as in {@link TrackedState}
     * @param counts the {@link io.reactivetracker.group.TaskCounts#asMap() counts} of the group and all groups below it
     * @param children the groups below it
     * @param omitted the number of groups directly below it that are omitted
     */
    record Child(String name, TrackedState state, Map<String, Long> counts, List<Child> children, long omitted) {

        static Child of(GroupSnapshot group, int levels) {
            boolean isCut = levels == 0;
            return new Child(
                    group.name(),
                    TrackedState.of(group),
                    group.counts().asMap(),
                    isCut
                            ? List.of()
                            : group.children().stream()
                                    .map(child -> of(child, levels - 1))
                                    .toList(),
                    isCut ? group.children().size() : 0);
        }
    }
}
