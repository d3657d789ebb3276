// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import java.util.List;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.core.Ordered;
import org.springframework.web.reactive.HandlerAdapter;
import org.springframework.web.reactive.HandlerResult;
import org.springframework.web.reactive.socket.CloseStatus;
import org.springframework.web.reactive.socket.WebSocketHandler;
import org.springframework.web.reactive.socket.WebSocketSession;
import org.springframework.web.reactive.socket.server.support.WebSocketHandlerAdapter;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * Ends WebSocket sessions of WebFlux when the shutdown begins.
 *
 * <p>Comes before the adapter of Spring or of the application, and calls that one with a handler that sees an {@link
 * EndingSession}.
 */
final class EndingWebSockets implements HandlerAdapter, Ordered {

    private final OpenStreams streams;
    private final ObjectProvider<WebSocketHandlerAdapter> adapters;

    EndingWebSockets(OpenStreams streams, ObjectProvider<WebSocketHandlerAdapter> adapters) {
        this.streams = streams;
        this.adapters = adapters;
    }

    @Override
    public boolean supports(Object handler) {
        return handler instanceof WebSocketHandler
                && adapters.orderedStream().findFirst().isPresent();
    }

    @Override
    public Mono<HandlerResult> handle(ServerWebExchange exchange, Object handler) {
        return adapters.orderedStream().findFirst().orElseThrow().handle(exchange, new EndingHandler((WebSocketHandler)
                handler));
    }

    @Override
    public int getOrder() {
        return HIGHEST_PRECEDENCE;
    }

    private final class EndingHandler implements WebSocketHandler {

        private final WebSocketHandler handler;

        EndingHandler(WebSocketHandler handler) {
            this.handler = handler;
        }

        @Override
        public List<String> getSubProtocols() {
            return handler.getSubProtocols();
        }

        @Override
        public Mono<Void> handle(WebSocketSession session) {
            return handler.handle(new EndingSession(session, streams))
                    .then(Mono.defer(() -> streams.areEnding() ? session.close(CloseStatus.GOING_AWAY) : Mono.empty()));
        }
    }
}
