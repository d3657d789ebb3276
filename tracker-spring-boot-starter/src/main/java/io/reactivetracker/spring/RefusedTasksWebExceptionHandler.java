// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import org.springframework.core.Ordered;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebExceptionHandler;
import reactor.core.publisher.Mono;

/**
 * Answers for WebFlux as {@link RefusedTasks} says.
 *
 * <p>Every {@code @ExceptionHandler} has been asked before. Its order is that of the last handlers that come before Spring
 * Boot's, and of equal ones those of the application come first.
 */
final class RefusedTasksWebExceptionHandler implements WebExceptionHandler, Ordered {

    /** Spring Boot's has -1. */
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
        tasks.giveHeaders(response.getHeaders()::set);
        return response.setComplete();
    }

    @Override
    public int getOrder() {
        return ORDER;
    }
}
