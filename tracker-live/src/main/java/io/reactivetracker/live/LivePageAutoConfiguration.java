// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.live;

import io.reactivetracker.spring.TaskTrackersEndpointAutoConfiguration;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ImportRuntimeHints;

/**
 * Auto-configuration of the actuator endpoint {@code live}, a page that shows an application's running tasks and its
 * drain.
 *
 * <p>Like most endpoints, it is exposed only if {@code management.endpoints.web.exposure.include} lists it. The page
 * itself contains no data. It reads the endpoint {@code tasktrackers} of {@link TaskTrackersEndpointAutoConfiguration},
 * which must be exposed, too, so it shows tasks only to those who may read that.
 */
@AutoConfiguration(after = TaskTrackersEndpointAutoConfiguration.class)
@ConditionalOnAvailableEndpoint(LivePageEndpoint.class)
@ImportRuntimeHints(LivePageRuntimeHints.class)
public final class LivePageAutoConfiguration {

    /** Called by Spring. */
    public LivePageAutoConfiguration() {}

    @Bean
    LivePageEndpoint livePageEndpoint(ObjectProvider<PathMappedEndpoints> paths) {
        return new LivePageEndpoint(paths::getObject);
    }
}
