// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.shutdown;

import static org.springframework.security.config.Customizer.withDefaults;

import org.springframework.boot.security.autoconfigure.actuate.web.reactive.EndpointRequest;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.security.config.annotation.web.reactive.EnableWebFluxSecurity;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.web.server.SecurityWebFilterChain;
import reactor.core.publisher.Mono;

/**
 * Access rules, for both ports: orders and health are public, and everything that shows tasks is for the management.
 *
 * <p>Names of tasks may contain data of customers.
 */
@Configuration(proxyBeanMethods = false)
@EnableWebFluxSecurity
class Access {

    private static final String MANAGEMENT = "MANAGEMENT";

    @Bean
    SecurityWebFilterChain rules(ServerHttpSecurity http) {
        return http.authorizeExchange(exchanges -> exchanges
                        .pathMatchers(HttpMethod.POST, "/orders/*")
                        .permitAll()
                        .matchers(EndpointRequest.to("health"))
                        .permitAll()
                        .matchers(EndpointRequest.toAnyEndpoint())
                        .hasRole(MANAGEMENT)
                        .anyExchange()
                        .denyAll())
                .httpBasic(withDefaults())
                .exceptionHandling(exceptions -> exceptions.accessDeniedHandler((exchange, denied) ->
                        Mono.fromRunnable(() -> exchange.getResponse().setStatusCode(HttpStatus.FORBIDDEN))))
                // Customers are programs without a session, and no exposed endpoint of the management writes.
                .csrf(ServerHttpSecurity.CsrfSpec::disable)
                .build();
    }
}
