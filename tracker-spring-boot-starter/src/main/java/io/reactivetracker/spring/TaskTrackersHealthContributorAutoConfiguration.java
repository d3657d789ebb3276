// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration of the health contributor {@code taskTrackers}, for an application that has Spring Boot's health
 * module.
 *
 * <p>It is part of the overall health. A readiness probe includes it if {@code
 * management.endpoint.health.group.readiness.include} lists it.
 */
@AutoConfiguration(
        after = ReactiveTrackerAutoConfiguration.class,
        beforeName = "org.springframework.boot.health.autoconfigure.contributor.HealthContributorAutoConfiguration")
@ConditionalOnClass({HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class})
@ConditionalOnBean(TrackedBeans.class)
@ConditionalOnEnabledHealthIndicator("tasktrackers")
public final class TaskTrackersHealthContributorAutoConfiguration {

    /** Called by Spring. */
    public TaskTrackersHealthContributorAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean(name = "taskTrackersHealthIndicator")
    TaskTrackersHealthIndicator taskTrackersHealthIndicator(
            TrackedBeans beans, ConfigurableApplicationContext context) {
        return new TaskTrackersHealthIndicator(beans, context);
    }
}
