// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import io.reactivetracker.TaskTimer;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.group.TaskGroup;
import io.reactivetracker.group.TaskGroupBuilder;
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
 * Auto-configuration of a {@link TaskGroup} for an application's background work, and of the shutdown that drains it.
 *
 * <p>The group backs off if the application defines a bean of type {@code TaskGroup}. In either case all groups and
 * trackers that are singletons of the application context are closed when it stops, drained, cancelled after their
 * grace, and logged.
 */
@AutoConfiguration(after = LifecycleAutoConfiguration.class)
@ConditionalOnSwitch(value = "enabled", byDefault = true)
@EnableConfigurationProperties(ReactiveTrackerProperties.class)
@ImportRuntimeHints(TrackerRuntimeHints.class)
public final class ReactiveTrackerAutoConfiguration {

    /** Called by Spring. */
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
        GroupProperties.limitTime(properties, builder);
        customizers.orderedStream().forEach(customizer -> customizer.customize(builder));
        return builder.build();
    }

    /** Metrics read groups and trackers at startup, and Spring stops only beans that exist. */
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

    @Bean
    ShutdownProgress shutdownProgress(ConfigurableApplicationContext context, ObjectProvider<TaskTimer> timers) {
        return new ShutdownProgress(context, timers.getIfUnique(TaskTimer::system));
    }

    @Bean(DrainLifecycle.BEAN)
    @ConditionalOnSwitch(value = "shutdown.enabled", byDefault = true)
    DrainLifecycle drainLifecycle(
            ReactiveTrackerProperties properties,
            TrackedBeans tracked,
            ConfigurableListableBeanFactory beans,
            ObjectProvider<CountedSubscriptions> subscriptions,
            ObjectProvider<BackgroundWork> background,
            ObjectProvider<LifecycleProperties> lifecycle,
            ObjectProvider<TaskTimer> timers,
            ShutdownProgress progress,
            ConfigurableApplicationContext context) {
        ShutdownTimes.requireUnits(context.getEnvironment());
        Duration phaseTimeout =
                lifecycle.getIfAvailable(LifecycleProperties::new).getTimeoutPerShutdownPhase();
        ShutdownTimes times = ShutdownTimes.of(properties.shutdown(), phaseTimeout);
        ShutdownWarnings.log(properties.shutdown(), times, phaseTimeout, context.getEnvironment());
        progress.drainWillTake(times);
        TaskTimer timer = timers.getIfUnique(TaskTimer::system);
        return new DrainLifecycle(
                new ContextDrain(
                        tracked,
                        subscriptions.getIfAvailable(),
                        background.getIfAvailable(),
                        times,
                        timer,
                        ReactiveTrackerAutoConfiguration::inItsOwnThread),
                new WebServerRequests(beans, phaseTimeout, timer),
                new StopOrder(beans, tracked),
                progress,
                properties.shutdown().phase(),
                context);
    }

    /** A cancel, of which there is one per shutdown, runs code of the application, which may block. */
    private static void inItsOwnThread(Runnable cancel) {
        Thread thread = new Thread(cancel, "reactive-tracker-cancel");
        thread.setDaemon(true);
        thread.start();
    }
}
