// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.http.HttpStatus;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.ModelAndView;

/**
 * Writes the response of {@link RefusedTasks} in Spring MVC.
 *
 * <p>Each {@code @ExceptionHandler} and each resolver of the application takes precedence. The response is complete: an
 * error page would be another request, which security might reject.
 */
final class RefusedTasksExceptionResolver implements HandlerExceptionResolver, Ordered {

    private final RefusedTasks tasks;

    RefusedTasksExceptionResolver(RefusedTasks tasks) {
        this.tasks = tasks;
    }

    @Override
    public @Nullable ModelAndView resolveException(
            HttpServletRequest request, HttpServletResponse response, @Nullable Object handler, Exception failure) {
        if (response.isCommitted() || !tasks.isReasonOf(failure)) {
            return null;
        }
        response.setStatus(HttpStatus.SERVICE_UNAVAILABLE.value());
        tasks.setHeaders(response::setHeader);
        return new ModelAndView();
    }

    @Override
    public int getOrder() {
        return LOWEST_PRECEDENCE;
    }
}
