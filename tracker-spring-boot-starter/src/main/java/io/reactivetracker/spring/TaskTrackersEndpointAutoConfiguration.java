// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import java.time.Instant;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration of the actuator endpoint {@code tasktrackers}, for an application that exposes it.
 *
 * <p>Like most endpoints, it is exposed only if {@code management.endpoints.web.exposure.include}, or that of JMX,
 * lists it.
 */
@AutoConfiguration(after = ReactiveTrackerAutoConfiguration.class)
@ConditionalOnClass(ConditionalOnAvailableEndpoint.class)
@ConditionalOnBean(TrackedBeans.class)
@ConditionalOnAvailableEndpoint(TaskTrackersEndpoint.class)
public final class TaskTrackersEndpointAutoConfiguration {

    /** Called by Spring. */
    public TaskTrackersEndpointAutoConfiguration() {}

    @Bean
    TaskTrackersEndpoint taskTrackersEndpoint(
            TrackedBeans beans, ShutdownProgress shutdown, ApplicationContext context) {
        return new TaskTrackersEndpoint(beans, shutdown, Instant.ofEpochMilli(context.getStartupDate()));
    }

    @Bean
    TaskTrackersWebExtension taskTrackersWebExtension(TaskTrackersEndpoint endpoint, ShutdownProgress shutdown) {
        return new TaskTrackersWebExtension(endpoint, shutdown);
    }
}
