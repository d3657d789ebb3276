// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.core.Ordered;
import org.springframework.web.context.request.async.WebAsyncManager;
import org.springframework.web.context.request.async.WebAsyncUtils;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Completes responses of type {@code text/event-stream} of Spring MVC when the shutdown begins.
 *
 * <p>A filter, because only a request's own {@link WebAsyncManager} has interceptors for handler methods and for
 * functional endpoints.
 */
final class EndingServletStreams extends OncePerRequestFilter implements Ordered {

    private final OpenStreams streams;

    EndingServletStreams(OpenStreams streams) {
        this.streams = streams;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        EndingServletResponse ending = new EndingServletResponse(response, streams);
        EndingAsyncRequest async = new EndingAsyncRequest(ending, streams);
        WebAsyncManager manager = WebAsyncUtils.getAsyncManager(request);
        manager.registerDeferredResultInterceptor(this, async.ofResult());
        manager.registerCallableInterceptor(this, async.ofCallable());
        chain.doFilter(request, ending);
    }

    /** First, so that the response is seen as other filters have written it. */
    @Override
    public int getOrder() {
        return HIGHEST_PRECEDENCE;
    }
}
