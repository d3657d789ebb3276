// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import static io.reactivetracker.reactor.ReactorTracking.spawn;
import static org.assertj.core.api.Assertions.assertThat;

import io.reactivetracker.TaskToken;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.group.TaskGroup;
import io.reactivetracker.reactor.TaskHandle;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.core.userdetails.MapReactiveUserDetailsService;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetails;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.test.web.reactive.server.StatusAssertions;
import org.springframework.test.web.reactive.server.WebTestClient;
import reactor.core.publisher.Mono;

/** The endpoint on a real server, in an application that requires a role for it. */
class TaskTrackersEndpointTest {

    private static ConfigurableApplicationContext application;
    private static WebTestClient client;

    @BeforeAll
    static void start() {
        application = new SpringApplicationBuilder(Shop.class)
                .web(WebApplicationType.REACTIVE)
                .run(
                        "--server.port=0",
                        "--server.address=127.0.0.1",
                        "--spring.lifecycle.timeout-per-shutdown-phase=100ms",
                        "--management.endpoints.web.exposure.include=tasktrackers,health");
        client = WebTestClient.bindToServer()
                .baseUrl("http://127.0.0.1:" + application.getEnvironment().getProperty("local.server.port"))
                .responseTimeout(Duration.ofMinutes(1))
                .responseTimeout(Duration.ofMinutes(1))
                .build();
    }

    @AfterAll
    static void stop() {
        application.close();
    }

    @Test
    void itShowsTheTreeTheCountsAndWhatRuns() {
        TaskGroup orders = application.getBean("orders", TaskGroup.class);
        TaskTracker imports = application.getBean(TaskTracker.class);
        TaskHandle<?> order = spawn(orders, Mono.never().name("ship \"17\"\r\n<script>"));
        TaskHandle<?> mail = spawn(application.getBean("mails", TaskGroup.class), Mono.never());
        try (TaskToken named = imports.token("import");
                TaskToken unnamed = imports.token()) {
            assertThat(named.runningTask()).isNotNull();
            assertThat(unnamed.runningTask()).isNull();
            read("/actuator/tasktrackers", "operator")
                    .isOk()
                    .expectHeader()
                    .contentType("application/vnd.spring-boot.actuator.v3+json")
                    .expectBody()
                    .jsonPath("$.groups.length()")
                    .isEqualTo(1)
                    .jsonPath("$.groups.orders.name")
                    .isEqualTo("all orders")
                    .jsonPath("$.groups.orders.state")
                    .isEqualTo("OPEN")
                    .jsonPath("$.groups.orders.counts.issued")
                    .isEqualTo(2)
                    .jsonPath("$.groups.orders.counts.active")
                    .isEqualTo(2)
                    .jsonPath("$.groups.orders.counts.length()")
                    .isEqualTo(8)
                    .jsonPath("$.groups.orders.children[0].name")
                    .isEqualTo("mails")
                    .jsonPath("$.groups.orders.children[0].counts.active")
                    .isEqualTo(1)
                    .jsonPath("$.groups.orders.running[0].name")
                    .isEqualTo("ship \"17\"\r\n<script>")
                    .jsonPath("$.groups.orders.running[0].id")
                    .isNumber()
                    .jsonPath("$.groups.orders.running[0].ageMillis")
                    .isNumber()
                    .jsonPath("$.groups.orders.running[0].start")
                    .value(
                            String.class,
                            start -> assertThat(Instant.parse(start))
                                    .isBefore(Instant.now().plusSeconds(1)))
                    .jsonPath("$.groups.orders.running.length()")
                    .isEqualTo(2)
                    .jsonPath("$.groups.orders.unlisted")
                    .isEqualTo(0)
                    .jsonPath("$.trackers.imports.name")
                    .isEqualTo("imports")
                    .jsonPath("$.trackers.imports.size")
                    .isEqualTo(2)
                    .jsonPath("$.trackers.imports.running.length()")
                    .isEqualTo(1);
        }
        order.abort();
        mail.abort();
    }

    @Test
    void noControlCharacterLeavesItUnescaped() {
        TaskHandle<?> order = spawn(
                application.getBean("orders", TaskGroup.class), Mono.never().name("ship\r\n17\u001b[31m"));
        read("/actuator/tasktrackers/orders", "operator")
                .isOk()
                .expectBody(String.class)
                .value(body ->
                        assertThat(body).contains("ship\\r\\n17\\u001B[31m").doesNotContainPattern("\\p{Cntrl}"));
        order.abort();
    }

    @ParameterizedTest
    @ValueSource(strings = {"orders", "mails"})
    void aGroupCanBeReadAloneByTheNameOfItsBean(String bean) {
        read("/actuator/tasktrackers/" + bean, "operator")
                .isOk()
                .expectBody()
                .jsonPath("$.counts.queued")
                .isEqualTo(0);
    }

    @Test
    void soCanATracker() {
        read("/actuator/tasktrackers/imports", "operator")
                .isOk()
                .expectBody()
                .jsonPath("$.name")
                .isEqualTo("imports")
                .jsonPath("$.state")
                .isEqualTo("OPEN");
    }

    @ParameterizedTest
    @ValueSource(strings = {"nobody", "all orders", "trackedBeans"})
    void whatIsNoSuchBeanIsNotFound(String name) {
        read("/actuator/tasktrackers/" + name, "operator").isNotFound();
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "DELETE", "PATCH"})
    void nothingCanBeDoneToIt(String method) {
        client.method(HttpMethod.valueOf(method))
                .uri("/actuator/tasktrackers")
                .headers(headers -> as("operator", headers))
                .exchange()
                .expectStatus()
                .value(status -> assertThat(status).isIn(403, 405));
        client.method(HttpMethod.valueOf(method))
                .uri("/actuator/tasktrackers/orders")
                .headers(headers -> as("operator", headers))
                .exchange()
                .expectStatus()
                .value(status -> assertThat(status).isIn(403, 405));
        assertThat(application.getBean("orders", TaskGroup.class).isClosed()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/actuator/tasktrackers", "/actuator/tasktrackers/orders"})
    void itGivesNothingToWhoDoesNotHaveTheRole(String path) {
        client.get()
                .uri(path)
                .exchange()
                .expectStatus()
                .isEqualTo(HttpStatus.UNAUTHORIZED)
                .expectBody()
                .isEmpty();
        read(path, "customer")
                .isForbidden()
                .expectBody(String.class)
                .value(body -> assertThat(body == null ? "" : body).doesNotContain("orders"));
    }

    private static StatusAssertions read(String path, String user) {
        return client.get()
                .uri(path)
                .headers(headers -> as(user, headers))
                .exchange()
                .expectStatus();
    }

    private static void as(String user, HttpHeaders headers) {
        headers.setBasicAuth(user, "secret");
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Shop {

        @Bean
        TaskGroup orders() {
            return TaskGroup.builder("all orders").build();
        }

        @Bean
        TaskGroup mails(TaskGroup orders) {
            return orders.child("mails");
        }

        @Bean
        TaskTracker imports() {
            return TaskTracker.create("imports");
        }

        @Bean
        MapReactiveUserDetailsService users() {
            return new MapReactiveUserDetailsService(user("operator", "OPERATOR"), user("customer", "CUSTOMER"));
        }

        @Bean
        SecurityWebFilterChain security(ServerHttpSecurity http) {
            return http.authorizeExchange(exchanges -> exchanges
                            .pathMatchers("/actuator/**")
                            .hasRole("OPERATOR")
                            .anyExchange()
                            .denyAll())
                    .httpBasic(Customizer.withDefaults())
                    .build();
        }

        private static UserDetails user(String name, String role) {
            return User.withUsername(name).password("{noop}secret").roles(role).build();
        }
    }
}
