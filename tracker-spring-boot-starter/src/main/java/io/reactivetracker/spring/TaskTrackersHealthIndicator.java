// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import io.reactivetracker.TaskTracker;
import io.reactivetracker.group.GroupSnapshot;
import io.reactivetracker.group.TaskGroup;
import java.util.Map;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Up while the application takes background work; out of service from when its context begins to close, or one of its groups
 * was closed.
 *
 * <p>A closed tracker says nothing about that, and is shown only: it takes tasks as before, and to close it is how one waits
 * for the end of a job, such as an import at the start.
 */
final class TaskTrackersHealthIndicator implements HealthIndicator {

    private final TrackedBeans beans;
    private final ConfigurableApplicationContext context;

    TaskTrackersHealthIndicator(TrackedBeans beans, ConfigurableApplicationContext context) {
        this.beans = beans;
        this.context = context;
    }

    @Override
    public Health health() {
        boolean isOpen = !context.isClosed();
        Health.Builder health = new Health.Builder();
        for (Map.Entry<String, TaskGroup> bean : beans.topGroups().entrySet()) {
            GroupSnapshot group = bean.getValue().snapshot();
            TrackedState state = TrackedState.of(group);
            isOpen &= state == TrackedState.OPEN;
            health.withDetail(bean.getKey(), detail(state, group.counts().pending()));
        }
        for (Map.Entry<String, TaskTracker> bean : beans.trackers().entrySet()) {
            TrackedState state = TrackedState.of(bean.getValue());
            health.withDetail(bean.getKey(), detail(state, bean.getValue().size()));
        }
        return (isOpen ? health.up() : health.outOfService()).build();
    }

    private static Map<String, Object> detail(TrackedState state, long tasks) {
        return Map.of("state", state.name(), "tasks", tasks);
    }
}
