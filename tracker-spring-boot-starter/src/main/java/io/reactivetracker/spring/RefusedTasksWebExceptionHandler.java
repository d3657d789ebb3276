// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import org.springframework.core.Ordered;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebExceptionHandler;
import reactor.core.publisher.Mono;

/**
 * Writes the response of {@link RefusedTasks} in WebFlux.
 *
 * <p>Each {@code @ExceptionHandler} takes precedence. The order is the last before Spring Boot's handler, and handlers
 * of the application with an equal order come first.
 */
final class RefusedTasksWebExceptionHandler implements WebExceptionHandler, Ordered {

    /** Spring Boot's handler has -1. */
    private static final int ORDER = -2;

    private final RefusedTasks tasks;

    RefusedTasksWebExceptionHandler(RefusedTasks tasks) {
        this.tasks = tasks;
    }

    @Override
    public Mono<Void> handle(ServerWebExchange exchange, Throwable failure) {
        ServerHttpResponse response = exchange.getResponse();
        if (response.isCommitted() || !tasks.isReasonOf(failure)) {
            return Mono.error(failure);
        }
        response.setRawStatusCode(HttpStatus.SERVICE_UNAVAILABLE.value());
        tasks.setHeaders(response.getHeaders()::set);
        return response.setComplete();
    }

    @Override
    public int getOrder() {
        return ORDER;
    }
}
