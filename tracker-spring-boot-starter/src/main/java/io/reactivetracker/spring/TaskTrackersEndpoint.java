// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import io.reactivetracker.TaskTracker;
import io.reactivetracker.group.TaskGroup;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;

/**
 * The actuator's {@code tasktrackers}: the groups as trees, the trackers, their counts, and what runs. It only reads.
 *
 * <p>Takes time in proportion to the number of groups and of running tasks, and blocks nowhere.
 */
@Endpoint(id = "tasktrackers", defaultAccess = Access.READ_ONLY)
final class TaskTrackersEndpoint {

    private final TrackedBeans beans;

    TaskTrackersEndpoint(TrackedBeans beans) {
        this.beans = beans;
    }

    /** All trees, and all trackers, by the names of their beans. */
    @ReadOperation
    Report tasktrackers() {
        Map<String, GroupDescription> groups = new LinkedHashMap<>();
        beans.topGroups().forEach((bean, group) -> groups.put(bean, GroupDescription.of(group)));
        Map<String, TrackerDescription> trackers = new LinkedHashMap<>();
        beans.trackers().forEach((bean, tracker) -> trackers.put(bean, TrackerDescription.of(tracker)));
        return new Report(groups, trackers);
    }

    /** The group or tracker that is the bean of this name; null, which is not found, if there is none. */
    @ReadOperation
    @Nullable
    OperationResponseBody tasktracker(@Selector String name) {
        TaskGroup group = beans.groups().get(name);
        if (group != null) {
            return GroupDescription.of(group);
        }
        TaskTracker tracker = beans.trackers().get(name);
        return tracker == null ? null : TrackerDescription.of(tracker);
    }

    /**
     * Everything there is.
     *
     * @param groups the groups that are not below another bean, by the names of their beans
     * @param trackers the trackers, by the names of their beans
     */
    record Report(Map<String, GroupDescription> groups, Map<String, TrackerDescription> trackers)
            implements OperationResponseBody {}
}
