// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import io.reactivetracker.TaskTracker;
import io.reactivetracker.group.TaskGroup;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;

/**
 * The read-only actuator endpoint {@code tasktrackers}: trees of groups, trackers, their counts and their running
 * tasks.
 *
 * <p>An operation takes time in proportion to the number of groups and running tasks, and does not block.
 */
@Endpoint(id = "tasktrackers", defaultAccess = Access.READ_ONLY)
final class TaskTrackersEndpoint {

    private final TrackedBeans beans;
    private final ShutdownProgress shutdown;
    private final Application application;

    TaskTrackersEndpoint(TrackedBeans beans, ShutdownProgress shutdown, Instant start) {
        this.beans = beans;
        this.shutdown = shutdown;
        this.application = new Application(ProcessHandle.current().pid(), start.toString());
    }

    /** Returns all trees of groups and all trackers, by bean name, and where the shutdown stands. */
    @ReadOperation
    Report tasktrackers() {
        // First, so that the counts of a drain that is over are its last ones.
        ShutdownProgress.Description now = shutdown.describe();
        Map<String, GroupDescription> groups = new LinkedHashMap<>();
        beans.topGroups().forEach((bean, group) -> groups.put(bean, GroupDescription.of(group)));
        Map<String, TrackerDescription> trackers = new LinkedHashMap<>();
        beans.trackers().forEach((bean, tracker) -> trackers.put(bean, TrackerDescription.of(tracker)));
        return new Report(groups, trackers, application, now);
    }

    /** Returns the group or tracker with this bean name, or null, which is answered 404. */
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
     * All groups and trackers.
     *
     * @param groups the groups that are not below another bean, by bean name
     * @param trackers the trackers, by bean name
     * @param application which application this is
     * @param shutdown where its shutdown stands
     */
    record Report(
            Map<String, GroupDescription> groups,
            Map<String, TrackerDescription> trackers,
            Application application,
            ShutdownProgress.Description shutdown)
            implements OperationResponseBody {}

    /**
     * What tells an application from one that replaces it.
     *
     * @param pid the id of its process; often 1 in a container
     * @param start when its context was created, as an ISO instant
     */
    record Application(long pid, String start) {}
}
