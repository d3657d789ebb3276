// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import io.reactivetracker.TaskTracker;
import io.reactivetracker.group.TaskGroup;
import io.reactivetracker.group.TaskGroupBuilder;
import io.reactivetracker.group.TaskTimer;
import java.time.Duration;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.LazyInitializationExcludeFilter;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
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
 * <p>The group backs off if the application has groups or trackers of its own among its beans. In either case all of those
 * that are singletons of this application context, those of the application and this one alike, are closed when it stops,
 * drained, cancelled when their grace is over, and reported on.
 */
@AutoConfiguration(after = LifecycleAutoConfiguration.class)
@ConditionalOnBooleanProperty(name = "reactive-tracker.enabled", matchIfMissing = true)
@EnableConfigurationProperties(ReactiveTrackerProperties.class)
@ImportRuntimeHints(TrackerRuntimeHints.class)
public final class ReactiveTrackerAutoConfiguration {

    /** For Spring. */
    public ReactiveTrackerAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean({TaskGroup.class, TaskTracker.class})
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

    /** They cost nothing, and what looks at them, as metrics do, looks when the application has started. */
    @Bean
    static LazyInitializationExcludeFilter groupsAreNotLazy() {
        return LazyInitializationExcludeFilter.forBeanTypes(TaskGroup.class, TaskTracker.class);
    }

    @Bean
    TrackedBeans trackedBeans(ConfigurableListableBeanFactory beans) {
        return new TrackedBeans(beans);
    }

    @Bean
    @ConditionalOnBooleanProperty(name = "reactive-tracker.shutdown.enabled", matchIfMissing = true)
    DrainLifecycle drainLifecycle(
            ReactiveTrackerProperties properties,
            TrackedBeans beans,
            ObjectProvider<CountedSubscriptions> subscriptions,
            ObjectProvider<LifecycleProperties> lifecycle,
            ObjectProvider<TaskTimer> timer,
            ConfigurableApplicationContext context) {
        Duration timeoutOfPhase =
                lifecycle.getIfAvailable(LifecycleProperties::new).getTimeoutPerShutdownPhase();
        ShutdownTimes times = ShutdownTimes.of(properties.shutdown(), timeoutOfPhase);
        return new DrainLifecycle(
                new ContextDrain(beans, subscriptions.getIfAvailable(), times, timer.getIfUnique(TaskTimer::system)),
                properties.shutdown().phase(),
                timeoutOfPhase,
                context);
    }
}
