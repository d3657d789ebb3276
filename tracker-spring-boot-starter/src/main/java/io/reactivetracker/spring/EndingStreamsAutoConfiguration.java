// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import jakarta.servlet.Filter;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.socket.server.support.WebSocketHandlerAdapter;
import org.springframework.web.server.WebFilter;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * Auto-configuration that ends responses of type {@code text/event-stream} of WebFlux and Spring MVC, and WebSocket
 * sessions of WebFlux, when the application begins to stop, if {@code reactive-tracker.web.end-streams} is true.
 */
@AutoConfiguration(after = ReactiveTrackerAutoConfiguration.class)
@ConditionalOnWebApplication
@ConditionalOnBean(TrackedBeans.class)
@ConditionalOnSwitch(value = "web.end-streams", byDefault = false)
public final class EndingStreamsAutoConfiguration {

    /** Called by Spring. */
    public EndingStreamsAutoConfiguration() {}

    @Bean
    OpenStreams openStreams(ConfigurableApplicationContext context) {
        return new OpenStreams(context);
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
    @ConditionalOnClass({WebFilter.class, WebSocketHandlerAdapter.class})
    static class WebFlux {

        @Bean
        EndingEventStreams endingEventStreams(OpenStreams streams) {
            return new EndingEventStreams(streams);
        }

        @Bean
        EndingWebSockets endingWebSockets(OpenStreams streams, ObjectProvider<WebSocketHandlerAdapter> adapters) {
            return new EndingWebSockets(streams, adapters);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
    @ConditionalOnClass({Filter.class, SseEmitter.class})
    static class WebMvc {

        @Bean
        EndingServletStreams endingServletStreams(OpenStreams streams) {
            return new EndingServletStreams(streams);
        }
    }
}
