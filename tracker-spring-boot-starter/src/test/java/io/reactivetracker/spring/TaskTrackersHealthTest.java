// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import static io.reactivetracker.reactor.ReactorTracking.spawn;
import static org.assertj.core.api.Assertions.assertThat;

import io.reactivetracker.TaskToken;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.group.TaskGroup;
import io.reactivetracker.reactor.TaskHandle;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.health.autoconfigure.contributor.HealthContributorAutoConfiguration;
import org.springframework.boot.health.autoconfigure.registry.HealthContributorRegistryAutoConfiguration;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.health.registry.HealthContributorRegistry;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.test.web.reactive.server.WebTestClient;
import reactor.core.publisher.Mono;

class TaskTrackersHealthTest {

    private final ApplicationContextRunner application = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    ReactiveTrackerAutoConfiguration.class,
                    TaskTrackersHealthContributorAutoConfiguration.class,
                    HealthContributorAutoConfiguration.class,
                    HealthContributorRegistryAutoConfiguration.class));

    @Test
    void itIsCalledTaskTrackers() {
        application.run(context -> assertThat(
                        context.getBean(HealthContributorRegistry.class).getContributor("taskTrackers"))
                .isInstanceOf(TaskTrackersHealthIndicator.class));
    }

    @Test
    void itCanBeSwitchedOff() {
        application
                .withPropertyValues("management.health.tasktrackers.enabled=false")
                .run(context -> assertThat(context).doesNotHaveBean(TaskTrackersHealthIndicator.class));
        application
                .withPropertyValues("management.health.defaults.enabled=false")
                .run(context -> assertThat(context).doesNotHaveBean(TaskTrackersHealthIndicator.class));
        application
                .withPropertyValues("reactive-tracker.enabled=false")
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(TaskTrackersHealthIndicator.class));
    }

    @Test
    void anOpenGroupIsUp() {
        application.run(context -> {
            TaskGroup group = context.getBean(TaskGroup.class);
            TaskHandle<?> task = spawn(group, Mono.never());
            Health health = health(context);
            assertThat(health.getStatus()).isEqualTo(Status.UP);
            assertThat(health.getDetails())
                    .containsExactly(Map.entry("taskGroup", Map.of("state", "OPEN", "tasks", 1L)));
            task.abort();
        });
    }

    @Test
    void aGroupThatIsClosedIsOutOfService() {
        application.run(context -> {
            TaskGroup group = context.getBean(TaskGroup.class);
            TaskHandle<?> task = spawn(group, Mono.never());
            assertThat(group.close()).isTrue();
            assertThat(health(context).getStatus()).isEqualTo(Status.OUT_OF_SERVICE);
            assertThat(health(context).getDetails()).containsValue(Map.of("state", "CLOSING", "tasks", 1L));
            task.abort();
            assertThat(health(context).getStatus()).isEqualTo(Status.OUT_OF_SERVICE);
            assertThat(health(context).getDetails()).containsValue(Map.of("state", "DRAINED", "tasks", 0L));
        });
    }

    @Test
    void oneOfSeveralIsEnough() {
        application
                .withBean(
                        "bills",
                        TaskGroup.class,
                        () -> TaskGroup.builder("bills").build())
                .withBean(
                        "orders",
                        TaskGroup.class,
                        () -> TaskGroup.builder("orders").build())
                .run(context -> {
                    assertThat(health(context).getStatus()).isEqualTo(Status.UP);
                    assertThat(context.getBean("bills", TaskGroup.class).close())
                            .isTrue();
                    assertThat(health(context).getStatus()).isEqualTo(Status.OUT_OF_SERVICE);
                });
    }

    @Test
    void aTrackerThatIsClosedSinceItsJobIsOverIsStillUp() {
        application
                .withBean("imports", TaskTracker.class, () -> TaskTracker.create("imports"))
                .run(context -> {
                    TaskTracker imports = context.getBean(TaskTracker.class);
                    TaskToken task = imports.token();
                    assertThat(imports.close()).isTrue();
                    assertThat(health(context).getStatus()).isEqualTo(Status.UP);
                    assertThat(health(context).getDetails())
                            .containsEntry("imports", Map.of("state", "CLOSING", "tasks", 1L));
                    task.close();
                    assertThat(health(context).getStatus()).isEqualTo(Status.UP);
                    assertThat(health(context).getDetails())
                            .containsEntry("imports", Map.of("state", "DRAINED", "tasks", 0L));
                });
    }

    @Test
    void aContextThatBeginsToCloseIsOutOfServiceWhileItsGroupIsStillOpen() {
        AtomicReference<Status> atClose = new AtomicReference<>(Status.UNKNOWN);
        application
                .withInitializer(context ->
                        context.addApplicationListener((ApplicationListener<ContextClosedEvent>) event -> {
                            assertThat(context.getBean(TaskGroup.class).isClosed())
                                    .isFalse();
                            atClose.set(health(context).getStatus());
                        }))
                .run(context -> assertThat(health(context).getStatus()).isEqualTo(Status.UP));
        assertThat(atClose).hasValue(Status.OUT_OF_SERVICE);
    }

    @Test
    void theReadinessGroupOfARealServerIncludesIt() {
        try (ConfigurableApplicationContext context = new SpringApplicationBuilder(Shop.class)
                .web(WebApplicationType.REACTIVE)
                .run(
                        "--server.port=0",
                        "--server.address=127.0.0.1",
                        "--management.endpoint.health.probes.enabled=true",
                        "--management.endpoint.health.group.readiness.include=readinessState,taskTrackers")) {
            WebTestClient client = WebTestClient.bindToServer()
                    .baseUrl("http://127.0.0.1:" + context.getEnvironment().getProperty("local.server.port"))
                    .responseTimeout(Duration.ofMinutes(1))
                    .build();
            client.get()
                    .uri("/actuator/health/readiness")
                    .exchange()
                    .expectStatus()
                    .isOk();
            assertThat(context.getBean(TaskGroup.class).close()).isTrue();
            client.get()
                    .uri("/actuator/health/readiness")
                    .exchange()
                    .expectStatus()
                    .isEqualTo(503)
                    .expectBody()
                    .jsonPath("$.status")
                    .isEqualTo("OUT_OF_SERVICE");
            client.get()
                    .uri("/actuator/health/liveness")
                    .exchange()
                    .expectStatus()
                    .isOk();
        }
    }

    private static Health health(ApplicationContext context) {
        return context.getBean(TaskTrackersHealthIndicator.class).health();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Shop {

        @Bean
        SecurityWebFilterChain open(ServerHttpSecurity http) {
            return http.authorizeExchange(exchanges -> exchanges.anyExchange().permitAll())
                    .build();
        }
    }
}
