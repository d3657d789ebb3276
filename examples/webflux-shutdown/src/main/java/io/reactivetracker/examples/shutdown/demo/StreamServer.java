// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.shutdown.demo;

import static io.reactivetracker.reactor.ReactorTracking.spawn;
import static org.springframework.web.reactive.function.server.RequestPredicates.GET;
import static org.springframework.web.reactive.function.server.RequestPredicates.POST;
import static org.springframework.web.reactive.function.server.RouterFunctions.route;

import io.reactivetracker.group.TaskGroup;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.web.server.reactive.context.ReactiveWebServerInitializedEvent;
import org.springframework.context.annotation.Bean;
import org.springframework.context.event.EventListener;
import org.springframework.http.MediaType;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;
import org.springframework.web.reactive.handler.SimpleUrlHandlerMapping;
import org.springframework.web.reactive.socket.WebSocketHandler;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A server with an endless event stream, a WebSocket session of JSON-RPC messages as a client of MCP opens one, and a
 * background task of two seconds.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
public class StreamServer {

    static final String PORT = "streams on port ";
    static final String TASK_BEGINS = "the task begins";
    static final String TASK_ENDS = "the task ends";

    private static final Duration TASK = Duration.ofSeconds(2);
    private static final Duration PING = Duration.ofSeconds(1);

    /** Called by Spring. */
    public StreamServer() {}

    /**
     * Starts the server.
     *
     * @param arguments the arguments of Spring Boot
     */
    public static void main(String[] arguments) {
        SpringApplication.run(StreamServer.class, arguments);
    }

    @Bean
    RouterFunction<ServerResponse> routes(ObjectProvider<TaskGroup> groups) {
        return route(
                        GET("/events"),
                        request -> ServerResponse.ok()
                                .contentType(MediaType.TEXT_EVENT_STREAM)
                                .body(Flux.interval(Duration.ZERO, PING), Long.class))
                .andRoute(POST("/task"), request -> {
                    begin(groups.getIfAvailable());
                    return ServerResponse.accepted().build();
                });
    }

    /** The application's group is missing if the starter is disabled. */
    private static void begin(@Nullable TaskGroup group) {
        Mono<Long> task = Mono.delay(TASK).doOnNext(now -> System.out.println(TASK_ENDS));
        System.out.println(TASK_BEGINS);
        if (group == null) {
            Disposable unused = task.subscribe();
        } else {
            spawn(group, "task", task);
        }
    }

    @Bean
    SimpleUrlHandlerMapping sockets() {
        WebSocketHandler session = socket -> {
            Flux<String> pings = Flux.interval(Duration.ZERO, PING)
                    .map(id -> "{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"method\":\"ping\"}");
            return socket.send(pings.map(socket::textMessage)).and(socket.receive());
        };
        return new SimpleUrlHandlerMapping(Map.of("/session", session), -1);
    }

    @Bean
    SecurityWebFilterChain open(ServerHttpSecurity http) {
        return http.authorizeExchange(exchanges -> exchanges.anyExchange().permitAll())
                .csrf(ServerHttpSecurity.CsrfSpec::disable)
                .build();
    }

    @EventListener
    void tellThePort(ReactiveWebServerInitializedEvent event) {
        System.out.println(PORT + event.getWebServer().getPort());
    }
}
