// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.observation.ObservationRegistry;
import io.reactivetracker.micrometer.ObservedTracking;
import io.reactivetracker.micrometer.TaskGroupMetrics;
import io.reactivetracker.micrometer.TaskRecorderMetrics;
import io.reactivetracker.micrometer.TaskTrackerMetrics;
import io.reactivetracker.recorder.TaskRecorder;
import org.springframework.boot.LazyInitializationExcludeFilter;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Auto-configuration of the meters of all beans that are groups, trackers or recorders, and of an {@link
 * ObservedTracking} if there is an {@link ObservationRegistry}. Requires Micrometer and {@code tracker-micrometer}.
 * Closes the meter registries of Spring Boot after the drain, so that they publish what it has counted.
 *
 * <p>The property {@code management.metrics.enable} disables meters by name.
 */
@AutoConfiguration(
        after = ReactiveTrackerAutoConfiguration.class,
        afterName = {
            "org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration",
            "org.springframework.boot.actuate.autoconfigure.observation.ObservationAutoConfiguration"
        })
@ConditionalOnClass({MeterRegistry.class, TaskGroupMetrics.class})
@ConditionalOnBean(TrackedBeans.class)
public final class TrackerMetricsAutoConfiguration {

    /** Called by Spring. */
    public TrackerMetricsAutoConfiguration() {}

    /** Spring Boot binds it when all singletons exist. */
    @Bean
    MeterBinder taskTrackersMetrics(TrackedBeans beans) {
        return registry -> {
            beans.topGroups().values().forEach(group -> new TaskGroupMetrics(group).bindTo(registry));
            beans.trackers().values().forEach(tracker -> new TaskTrackerMetrics(tracker).bindTo(registry));
        };
    }

    /** Has the properties and not the drain: Spring would stop it before the drain if it depended on that. */
    @Bean
    @ConditionalOnBean(DrainLifecycle.class)
    @ConditionalOnSwitch(value = "shutdown.close-registries-last", byDefault = true)
    ClosingMeterRegistries closingMeterRegistries(
            ConfigurableApplicationContext context, ReactiveTrackerProperties properties) {
        return new ClosingMeterRegistries(context, properties.shutdown().phase());
    }

    /** Spring stops only beans that exist. */
    @Bean
    static LazyInitializationExcludeFilter closingMeterRegistriesAreNotLazy() {
        return LazyInitializationExcludeFilter.forBeanTypes(ClosingMeterRegistries.class);
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(TaskRecorder.class)
    static class Recorders {

        /** The name of a recorder is that of its bean. */
        @Bean
        MeterBinder taskRecordersMetrics(TrackedBeans beans) {
            return registry -> beans.existing(TaskRecorder.class)
                    .forEach((bean, recorder) -> new TaskRecorderMetrics(recorder, bean).bindTo(registry));
        }

        /** Metrics read recorders at startup. */
        @Bean
        static LazyInitializationExcludeFilter recordersAreNotLazy() {
            return LazyInitializationExcludeFilter.forBeanTypes(TaskRecorder.class);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(ObservationRegistry.class)
    static class Observations {

        @Bean
        @ConditionalOnBean(ObservationRegistry.class)
        @ConditionalOnMissingBean
        ObservedTracking observedTracking(ObservationRegistry registry) {
            return ObservedTracking.of(registry);
        }
    }
}
