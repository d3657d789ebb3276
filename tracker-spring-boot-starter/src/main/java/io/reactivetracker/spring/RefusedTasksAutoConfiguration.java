// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpHeaders;
import org.springframework.web.server.WebExceptionHandler;
import org.springframework.web.servlet.HandlerExceptionResolver;

/**
 * Auto-configuration that answers 503 with {@code Retry-After} to a request whose task was refused, on WebFlux and
 * Spring MVC, unless the application handles the exception itself.
 */
@AutoConfiguration(after = ReactiveTrackerAutoConfiguration.class)
@ConditionalOnWebApplication
@ConditionalOnClass(HttpHeaders.class)
@ConditionalOnBean(TrackedBeans.class)
public final class RefusedTasksAutoConfiguration {

    /** Called by Spring. */
    public RefusedTasksAutoConfiguration() {}

    @Bean
    RefusedTasks refusedTasks(ReactiveTrackerProperties properties, ConfigurableApplicationContext context) {
        return new RefusedTasks(properties.web().retryAfter(), context::isClosed);
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
    @ConditionalOnClass(WebExceptionHandler.class)
    static class WebFlux {

        @Bean
        RefusedTasksWebExceptionHandler refusedTasksWebExceptionHandler(RefusedTasks tasks) {
            return new RefusedTasksWebExceptionHandler(tasks);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
    @ConditionalOnClass(HandlerExceptionResolver.class)
    static class WebMvc {

        @Bean
        RefusedTasksExceptionResolver refusedTasksExceptionResolver(RefusedTasks tasks) {
            return new RefusedTasksExceptionResolver(tasks);
        }
    }
}
