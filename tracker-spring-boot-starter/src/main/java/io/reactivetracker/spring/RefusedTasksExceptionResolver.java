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
 * Answers for Spring MVC as {@link RefusedTasks} says.
 *
 * <p>Every {@code @ExceptionHandler}, and every resolver of the application, has been asked before. The answer is complete: an
 * error page would be another request, which security might refuse.
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
        tasks.giveHeaders(response::setHeader);
        return new ModelAndView();
    }

    @Override
    public int getOrder() {
        return LOWEST_PRECEDENCE;
    }
}
