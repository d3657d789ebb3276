// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import io.reactivetracker.group.OverdueTask;
import io.reactivetracker.group.TaskWatchdog;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.LazyInitializationExcludeFilter;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/**
 * Auto-configuration of a {@link TaskWatchdog} for each group that is a bean, with all groups below it.
 *
 * <p>It logs a line for each task that is older than {@code reactive-tracker.watchdog.max-age}, and publishes an
 * {@link OverdueTask} as an event. Without that property there is no watchdog.
 */
@AutoConfiguration(after = ReactiveTrackerAutoConfiguration.class)
@ConditionalOnBean(TrackedBeans.class)
@ConditionalOnProperty(TaskWatchdogAutoConfiguration.MAX_AGE)
@EnableConfigurationProperties(TaskWatchdogAutoConfiguration.Properties.class)
public final class TaskWatchdogAutoConfiguration {

    static final String MAX_AGE = "reactive-tracker.watchdog.max-age";

    /** Called by Spring. */
    public TaskWatchdogAutoConfiguration() {}

    @Bean
    TaskWatchdogs taskWatchdogs(
            Properties properties, TrackedBeans tracked, ApplicationEventPublisher events, Environment environment) {
        ShutdownTimes.requireUnit(MAX_AGE, environment);
        Duration maxAge = properties.maxAge();
        if (maxAge == null || maxAge.isNegative() || maxAge.isZero()) {
            throw new InvalidConfigurationPropertyValueException(
                    MAX_AGE, maxAge, "It must be positive; without it there is no watchdog.");
        }
        return new TaskWatchdogs(tracked, maxAge, events);
    }

    @Bean
    static LazyInitializationExcludeFilter watchdogsAreNotLazy() {
        return LazyInitializationExcludeFilter.forBeanTypes(TaskWatchdogs.class);
    }

    /**
     * Properties below {@code reactive-tracker.watchdog}.
     *
     * @param maxAge Age from which a task is reported, once, by a line in the log, a meter and an event. No task is
     *     reported by default.
     */
    @ConfigurationProperties("reactive-tracker.watchdog")
    record Properties(@Nullable Duration maxAge) {}
}
