// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import org.reactivestreams.Publisher;
import org.springframework.core.Ordered;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Completes responses of type {@code text/event-stream} of WebFlux when the shutdown begins. */
final class EndingEventStreams implements WebFilter, Ordered {

    private final OpenStreams streams;

    EndingEventStreams(OpenStreams streams) {
        this.streams = streams;
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        return chain.filter(exchange.mutate()
                .response(new EndingResponse(exchange.getResponse()))
                .build());
    }

    /** First, so that the response is seen as other filters have written it. */
    @Override
    public int getOrder() {
        return HIGHEST_PRECEDENCE;
    }

    private final class EndingResponse extends ServerHttpResponseDecorator {

        EndingResponse(ServerHttpResponse response) {
            super(response);
        }

        @Override
        public Mono<Void> writeWith(Publisher<? extends DataBuffer> body) {
            return super.writeWith(isEventStream() ? streams.untilTheEnd(Flux.from(body)) : body);
        }

        @Override
        public Mono<Void> writeAndFlushWith(Publisher<? extends Publisher<? extends DataBuffer>> body) {
            return super.writeAndFlushWith(isEventStream() ? streams.untilTheEnd(Flux.from(body)) : body);
        }

        private boolean isEventStream() {
            MediaType type = getHeaders().getContentType();
            return type != null && type.isCompatibleWith(MediaType.TEXT_EVENT_STREAM);
        }
    }
}
