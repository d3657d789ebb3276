// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import io.reactivetracker.group.OverdueTask;
import io.reactivetracker.group.TaskWatchdog;
import java.time.Duration;
import java.util.List;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.context.ApplicationEventPublisher;

/**
 * The watchdogs of all groups that are beans, from the time when all singletons exist until the context is closed.
 *
 * <p>They go on during the shutdown, so that a task that becomes overdue then is reported, too.
 */
final class TaskWatchdogs implements SmartInitializingSingleton, DisposableBean {

    private final TrackedBeans tracked;
    private final Duration maxAge;
    private final ApplicationEventPublisher events;

    private List<TaskWatchdog> started = List.of();

    TaskWatchdogs(TrackedBeans tracked, Duration maxAge, ApplicationEventPublisher events) {
        this.tracked = tracked;
        this.maxAge = maxAge;
        this.events = events;
    }

    @Override
    public void afterSingletonsInstantiated() {
        started = tracked.topGroups().values().stream()
                .map(group -> TaskWatchdog.start(group, maxAge, this::report))
                .toList();
    }

    private void report(OverdueTask task) {
        // First, since a listener of the event may throw or block.
        DrainLog.overdue(task);
        events.publishEvent(task);
    }

    @Override
    public void destroy() {
        started.forEach(TaskWatchdog::close);
    }
}
