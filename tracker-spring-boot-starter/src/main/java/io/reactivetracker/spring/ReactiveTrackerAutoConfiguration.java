// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import io.reactivetracker.TaskTracker;
import io.reactivetracker.group.TaskGroup;
import io.reactivetracker.group.TaskGroupBuilder;
import io.reactivetracker.TaskTimer;
import java.time.Duration;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.LazyInitializationExcludeFilter;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.autoconfigure.context.LifecycleProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.core.env.Environment;

/**
 * Gives an application a {@link TaskGroup} for its background work, and lets that end before the application does.
 *
 * <p>The group backs off if the application has groups of its own among its beans; a tracker is no reason to, since nobody who
 * defines one expects the group to be gone. In either case all groups and trackers that are singletons of this application
 * context are closed when it stops, drained, cancelled when their grace is over, and reported on.
 */
@AutoConfiguration(after = LifecycleAutoConfiguration.class)
@ConditionalOnSwitch(value = "enabled", byDefault = true)
@EnableConfigurationProperties(ReactiveTrackerProperties.class)
@ImportRuntimeHints(TrackerRuntimeHints.class)
public final class ReactiveTrackerAutoConfiguration {

    private static final String DRAIN = "drainLifecycle";

    /** For Spring. */
    public ReactiveTrackerAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean(TaskGroup.class)
    TaskGroup taskGroup(
            ReactiveTrackerProperties properties,
            Environment environment,
            ObjectProvider<TaskTimer> timer,
            ObjectProvider<TaskGroupCustomizer> customizers) {
        TaskGroupBuilder builder = TaskGroup.builder(GroupProperties.name(properties, environment))
                .admission(GroupProperties.admission(properties))
                .timer(timer.getIfUnique(TaskTimer::system));
        customizers.orderedStream().forEach(customizer -> customizer.customize(builder));
        return builder.build();
    }

    /** They cost nothing; metrics look at the first two when the application has started, and Spring stops what it has made. */
    @Bean
    static LazyInitializationExcludeFilter groupsAreNotLazy() {
        return LazyInitializationExcludeFilter.forBeanTypes(
                TaskGroup.class, TaskTracker.class, DrainLifecycle.class, QuietCancelledTasks.class);
    }

    @Bean
    @ConditionalOnSwitch(value = "quiet-cancelled-tasks", byDefault = true)
    QuietCancelledTasks quietCancelledTasks() {
        return new QuietCancelledTasks();
    }

    @Bean
    TrackedBeans trackedBeans(ConfigurableListableBeanFactory beans) {
        return new TrackedBeans(beans);
    }

    @Bean(DRAIN)
    @ConditionalOnSwitch(value = "shutdown.enabled", byDefault = true)
    DrainLifecycle drainLifecycle(
            ReactiveTrackerProperties properties,
            TrackedBeans tracked,
            ConfigurableListableBeanFactory beans,
            ObjectProvider<CountedSubscriptions> subscriptions,
            ObjectProvider<LifecycleProperties> lifecycle,
            ObjectProvider<TaskTimer> timers,
            ConfigurableApplicationContext context) {
        ShutdownTimes.requireUnits(context.getEnvironment());
        Duration timeoutOfPhase =
                lifecycle.getIfAvailable(LifecycleProperties::new).getTimeoutPerShutdownPhase();
        ShutdownTimes times = ShutdownTimes.of(properties.shutdown(), timeoutOfPhase);
        ShutdownWarnings.give(properties.shutdown(), times, timeoutOfPhase, context.getEnvironment());
        TaskTimer timer = timers.getIfUnique(TaskTimer::system);
        return new DrainLifecycle(
                new ContextDrain(
                        tracked,
                        subscriptions.getIfAvailable(),
                        times,
                        timer,
                        ReactiveTrackerAutoConfiguration::inItsOwnThread),
                new WebServerRequests(beans, timeoutOfPhase, timer),
                properties.shutdown().phase(),
                context);
    }

    @Bean
    @ConditionalOnSwitch(value = "shutdown.enabled", byDefault = true)
    DrainEvents drainEvents(
            DrainLifecycle drain,
            TrackedBeans tracked,
            ConfigurableListableBeanFactory beans,
            ConfigurableApplicationContext context) {
        return new DrainEvents(drain, DRAIN, new StopOrder(beans, tracked), context);
    }

    /** To cancel runs code of the application, which may block; it is done once in a shutdown. */
    private static void inItsOwnThread(Runnable cancel) {
        Thread thread = new Thread(cancel, "reactive-tracker-cancel");
        thread.setDaemon(true);
        thread.start();
    }
}
