// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.shutdown;

import static org.springframework.web.reactive.function.server.RequestPredicates.POST;
import static org.springframework.web.reactive.function.server.RouterFunctions.route;

import io.reactivetracker.TaskTracker;
import java.nio.file.Path;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.web.server.reactive.context.ReactiveWebServerInitializedEvent;
import org.springframework.context.annotation.Bean;
import org.springframework.context.event.EventListener;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;

/**
 * Takes orders over HTTP, answers 202 at once, and ships each in the background.
 *
 * <p>With {@code orders.tracked=true} it waits for the background work when it is told to stop.
 */
@SpringBootApplication(proxyBeanMethods = false)
public class OrderServer {

    /** For Spring. */
    public OrderServer() {}

    /**
     * Starts the server.
     *
     * @param arguments Spring Boot's
     */
    public static void main(String[] arguments) {
        SpringApplication.run(OrderServer.class, arguments);
    }

    @Bean
    TaskTracker tracker() {
        return TaskTracker.create("orders");
    }

    @Bean
    Shipping shipping(@Value("${orders.carrier}") String carrier, @Value("${orders.journal}") Path journal) {
        return new Shipping(WebClient.create(carrier), new Journal(journal));
    }

    @Bean
    Background background(@Value("${orders.tracked}") boolean tracked, TaskTracker tracker) {
        return tracked ? new Background.Tracked(tracker) : new Background.Forgotten();
    }

    @Bean
    DrainOnShutdown drainOnShutdown(TaskTracker tracker) {
        return new DrainOnShutdown(tracker);
    }

    @Bean
    DrainReport drainReport(TaskTracker tracker) {
        return new DrainReport(tracker);
    }

    @Bean
    RouterFunction<ServerResponse> routes(Shipping shipping, Background background) {
        return route(POST("/orders/{id}"), request -> {
            String id = request.pathVariable("id");
            background.start("ship " + id, shipping.ship(id));
            return ServerResponse.accepted().build();
        });
    }

    @EventListener
    void tellThePort(ReactiveWebServerInitializedEvent event) {
        System.out.println("listening on " + event.getWebServer().getPort());
    }
}
