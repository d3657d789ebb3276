// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivetracker.group.Outcome;
import io.reactivetracker.group.TaskCounts;
import io.reactivetracker.group.TaskGroup;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.reactor.netty.autoconfigure.NettyReactiveWebServerAutoConfiguration;
import org.springframework.boot.webflux.autoconfigure.HttpHandlerAutoConfiguration;
import org.springframework.boot.webflux.autoconfigure.WebFluxAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** The README's Spring Boot program ships every accepted order before it stops. */
class ReadmeProgramTest {

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({
        NettyReactiveWebServerAutoConfiguration.class,
        HttpHandlerAutoConfiguration.class,
        WebFluxAutoConfiguration.class,
        ReactiveTrackerAutoConfiguration.class
    })
    @Import(Orders.class)
    static class Shop {}

    @Test
    void anOrderThatWasAcceptedIsShippedBeforeTheApplicationStops() throws Exception {
        TaskGroup tasks;
        try (ConfigurableApplicationContext context = new SpringApplicationBuilder(Shop.class)
                .web(WebApplicationType.REACTIVE)
                .run("--server.port=0")) {
            tasks = context.getBean(TaskGroup.class);
            URI uri = URI.create("http://localhost:" + context.getEnvironment().getRequiredProperty("local.server.port")
                    + "/orders/17");
            HttpRequest order = HttpRequest.newBuilder(uri)
                    .POST(HttpRequest.BodyPublishers.noBody())
                    .build();
            assertThat(HttpClient.newHttpClient()
                            .send(order, HttpResponse.BodyHandlers.discarding())
                            .statusCode())
                    .isEqualTo(202);
        }
        TaskCounts counts = tasks.counts();
        assertThat(counts.issued()).isEqualTo(1);
        assertThat(counts.ended(Outcome.SUCCEEDED)).isEqualTo(1);
    }
}
