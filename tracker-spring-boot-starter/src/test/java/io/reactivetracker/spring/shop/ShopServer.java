// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring.shop;

import static org.springframework.web.reactive.function.server.RequestPredicates.POST;
import static org.springframework.web.reactive.function.server.RouterFunctions.route;

import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** Takes an order, calls another service, answers when a test says so, and ships the order in the background. */
@SpringBootApplication(proxyBeanMethods = false)
public class ShopServer {

    /** The test's controls. */
    public static final class Hands {

        public final Sinks.Empty<Void> arrived = Sinks.empty();
        public final Sinks.Empty<Void> mayAnswer = Sinks.empty();
        public final Sinks.One<String> shipped = Sinks.one();
    }

    @Bean
    Hands hands() {
        return new Hands();
    }

    @Bean
    RouterFunction<ServerResponse> routes(Hands hands) {
        return route(POST("/orders/{id}"), request -> {
                    Mono<Void> answer = hands.mayAnswer.asMono().doOnSubscribe(s -> hands.arrived.tryEmitEmpty());
                    return WebClient.create("http://" + request.uri().getAuthority())
                            .post()
                            .uri("/stock")
                            .retrieve()
                            .bodyToMono(String.class)
                            .then(answer)
                            .then(Mono.defer(() -> {
                                var unused = hands.shipped
                                        .asMono()
                                        .name("ship " + request.pathVariable("id"))
                                        .subscribe();
                                return ServerResponse.accepted().build();
                            }));
                })
                .andRoute(POST("/stock"), request -> ServerResponse.ok().bodyValue("7"));
    }

    @Bean
    SecurityWebFilterChain open(ServerHttpSecurity http) {
        return http.authorizeExchange(exchanges -> exchanges.anyExchange().permitAll())
                .csrf(ServerHttpSecurity.CsrfSpec::disable)
                .build();
    }
}
