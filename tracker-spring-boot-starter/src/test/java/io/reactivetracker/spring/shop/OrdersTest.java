// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring.shop;

import static io.reactivetracker.reactor.ReactorTracking.trackWith;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reactivetracker.TaskTimer;
import io.reactivetracker.group.Backoff;
import io.reactivetracker.group.ErrorPolicy;
import io.reactivetracker.group.TaskGroup;
import io.reactivetracker.reactor.ReactorTracking;
import io.reactivetracker.spring.TaskGroupCustomizer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.web.server.SecurityWebFilterChain;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.test.scheduler.VirtualTimeScheduler;

/** The documentation's Spring Boot code, on a real server. */
@ExtendWith(OutputCaptureExtension.class)
class OrdersTest {

    @Test
    void areShippedByTheGroupAsTheCustomizerSays(CapturedOutput log) throws Exception {
        VirtualTimeScheduler clock = VirtualTimeScheduler.create();
        try (ConfigurableApplicationContext shop = new SpringApplicationBuilder(Application.class, Retries.class)
                .web(WebApplicationType.REACTIVE)
                .initializers(
                        context -> context.getBeanFactory().registerSingleton("clock", ReactorTracking.timer(clock)))
                .run("--server.port=0", "--server.address=127.0.0.1")) {
            Orders orders = shop.getBean(Orders.class);
            TaskGroup group = shop.getBean(TaskGroup.class);
            assertThat(shop.getBean(TaskTimer.class)).isSameAs(group.timer());
            assertThat(order(shop, "17").statusCode()).isEqualTo(202);
            assertThat(group.counts().pending()).isEqualTo(1);
            assertThat(orders.shipped).containsExactly("failed 17");
            clock.advanceTimeBy(Duration.ofSeconds(1));
            await().until(() -> group.counts().succeeded() == 1);
            assertThat(orders.shipped).containsExactly("failed 17", "17");
        }
        assertIsQuiet(log);
    }

    @Test
    void areAnswered503AndNotLostOnceTheGroupIsClosed(CapturedOutput log) throws Exception {
        try (ConfigurableApplicationContext shop = start()) {
            assertThat(shop.getBean(TaskGroup.class).close()).isTrue();
            HttpResponse<Void> answer = order(shop, "17");
            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(answer.headers().firstValue("Retry-After")).hasValue("5");
            assertThat(shop.getBean(Orders.class).shipped).isEmpty();
        }
        assertIsQuiet(log);
    }

    @Test
    void thatAShutdownCancelsAreNamedInTheLogWithoutAStackTrace(CapturedOutput log) throws Exception {
        try (ConfigurableApplicationContext shop = start("--reactive-tracker.shutdown.grace=0")) {
            assertThat(order(shop, "lost").statusCode()).isEqualTo(202);
        }
        assertThat(log).containsPattern("cancelled: ship lost #\\d+ of group \"application\", running");
        assertIsQuiet(log);
    }

    @Test
    void thatAreOnlySubscribedToLeaveNothingElseInTheLogEither(CapturedOutput log) {
        try (ConfigurableApplicationContext shop = start("--reactive-tracker.shutdown.grace=0")) {
            TaskGroup group = shop.getBean(TaskGroup.class);
            Disposable unused =
                    Mono.never().transform(trackWith(group, "ship order-17")).subscribe();
        }
        assertThat(log).containsPattern("cancelled: ship order-17 #\\d+ of group \"application\", running");
        assertIsQuiet(log);
    }

    private static void assertIsQuiet(CapturedOutput log) {
        assertThat(log).doesNotContain("\tat ").doesNotContain("ERROR").doesNotContain("Exception");
    }

    private static ConfigurableApplicationContext start(String... arguments) {
        return new SpringApplicationBuilder(Application.class)
                .web(WebApplicationType.REACTIVE)
                .properties("server.port=0", "server.address=127.0.0.1")
                .run(arguments);
    }

    private static HttpResponse<Void> order(ConfigurableApplicationContext shop, String id)
            throws IOException, InterruptedException {
        String port = Objects.requireNonNull(shop.getEnvironment().getProperty("local.server.port"));
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/orders/" + id))
                                .POST(HttpRequest.BodyPublishers.noBody())
                                .build(),
                        HttpResponse.BodyHandlers.discarding());
    }

    @EnableAutoConfiguration
    @Import(Orders.class)
    static class Application {

        @Bean
        SecurityWebFilterChain open(ServerHttpSecurity http) {
            return http.authorizeExchange(exchanges -> exchanges.anyExchange().permitAll())
                    .csrf(ServerHttpSecurity.CsrfSpec::disable)
                    .build();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Retries {

        // spotless:off
        @Bean
        TaskGroupCustomizer retries() {
            return builder -> builder.onError(ErrorPolicy.retry(3, Backoff.fixed(Duration.ofSeconds(1))));
        }
        // spotless:on
    }
}
