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
 * Reports {@code UP} while the application accepts background work, and {@code OUT_OF_SERVICE} once its context begins
 * to close or one of its groups is closed.
 *
 * <p>Trackers are only shown. A closed tracker still accepts tasks, and may be closed because a job such as an import
 * at startup is over.
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
