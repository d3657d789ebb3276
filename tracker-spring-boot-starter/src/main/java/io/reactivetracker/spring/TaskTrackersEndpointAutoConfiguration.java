// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;

/**
 * The actuator endpoint {@code tasktrackers}, for an application that has the actuator and exposes the endpoint.
 *
 * <p>Like most endpoints it is exposed only where {@code management.endpoints.web.exposure.include}, or that of JMX, says so.
 */
@AutoConfiguration(after = ReactiveTrackerAutoConfiguration.class)
@ConditionalOnClass(ConditionalOnAvailableEndpoint.class)
@ConditionalOnBean(TrackedBeans.class)
@ConditionalOnAvailableEndpoint(TaskTrackersEndpoint.class)
public final class TaskTrackersEndpointAutoConfiguration {

    /** For Spring. */
    public TaskTrackersEndpointAutoConfiguration() {}

    @Bean
    TaskTrackersEndpoint taskTrackersEndpoint(TrackedBeans beans) {
        return new TaskTrackersEndpoint(beans);
    }
}
