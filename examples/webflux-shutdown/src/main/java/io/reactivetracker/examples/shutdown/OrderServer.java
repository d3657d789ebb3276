// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.shutdown;

import io.reactivetracker.group.TaskGroup;
import java.nio.file.Path;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.web.server.reactive.context.ReactiveWebServerInitializedEvent;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.context.event.EventListener;
import org.springframework.web.reactive.function.client.WebClient;

/**
 * Accepts orders over HTTP, answers 202 at once, and ships them in the background.
 *
 * <p>The starter makes sure that no order is lost at shutdown; this class has no code for it.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import({Orders.class, Access.class})
public class OrderServer {

    private static final Logger LOG = LoggerFactory.getLogger(OrderServer.class);

    /** Called by Spring. */
    public OrderServer() {}

    /**
     * Starts the server.
     *
     * @param arguments the arguments of Spring Boot
     */
    public static void main(String[] arguments) {
        SpringApplication.run(OrderServer.class, arguments);
    }

    @Bean
    Shipping shipping(@Value("${orders.carrier}") String carrier, @Value("${orders.journal}") Path journal) {
        return new Shipping(WebClient.create(carrier), new Journal(journal));
    }

    /** The application's group is missing if the starter is disabled. */
    @Bean
    Background background(ObjectProvider<TaskGroup> application) {
        TaskGroup group = application.getIfAvailable();
        return group == null ? new Background.Forgotten() : Background.Tracked.in(group);
    }

    @EventListener
    void tellThePort(ReactiveWebServerInitializedEvent event) {
        LOG.info(
                "{} on port {}",
                Objects.requireNonNullElse(event.getApplicationContext().getServerNamespace(), "orders"),
                event.getWebServer().getPort());
    }
}
