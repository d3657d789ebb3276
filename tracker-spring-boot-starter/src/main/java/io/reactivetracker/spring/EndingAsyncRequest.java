// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import io.reactivetracker.RegistrationSlot;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.springframework.core.ResolvableType;
import org.springframework.http.HttpEntity;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.context.request.RequestAttributes;
import org.springframework.web.context.request.async.CallableProcessingInterceptor;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.context.request.async.DeferredResultProcessingInterceptor;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerMapping;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * Ends an asynchronous request of Spring MVC as its timeout does, with a result in place of the timeout's error.
 *
 * <p>That is the only end from outside that reaches all of them: an emitter refuses what is sent later, the
 * subscription to a {@code Flux} is cancelled, and the thread of a {@code Callable} is interrupted. The completion
 * callbacks run as after any other end.
 */
final class EndingAsyncRequest {

    private final EndingServletResponse response;
    private final OpenStreams streams;
    private final RegistrationSlot registration = new RegistrationSlot();

    EndingAsyncRequest(EndingServletResponse response, OpenStreams streams) {
        this.response = response;
        this.streams = streams;
    }

    DeferredResultProcessingInterceptor ofResult() {
        return new DeferredResultProcessingInterceptor() {
            @Override
            public <T> void preProcess(NativeWebRequest request, DeferredResult<T> result) {
                begin(request);
            }

            @Override
            public <T> boolean handleTimeout(NativeWebRequest request, DeferredResult<T> result) {
                if (!response.hasEnded()) {
                    return true;
                }
                boolean unusedIsFirst = result.setResult(null);
                return false;
            }

            @Override
            public <T> void afterCompletion(NativeWebRequest request, DeferredResult<T> result) {
                registration.close();
            }
        };
    }

    CallableProcessingInterceptor ofCallable() {
        return new CallableProcessingInterceptor() {
            @Override
            public <T> void preProcess(NativeWebRequest request, Callable<T> task) {
                begin(request);
            }

            @Override
            @SuppressWarnings("NullAway") // null is the result of a body that has written everything itself
            public <T> Object handleTimeout(NativeWebRequest request, Callable<T> task) {
                return response.hasEnded() ? null : RESULT_NONE;
            }

            @Override
            public <T> void afterCompletion(NativeWebRequest request, Callable<T> task) {
                registration.close();
            }
        };
    }

    /** Called when the request has become asynchronous. */
    private void begin(NativeWebRequest request) {
        if (request instanceof AsyncListener listener) {
            AsyncContext context = Objects.requireNonNull(request.getNativeRequest(HttpServletRequest.class))
                    .getAsyncContext();
            response.endBy(() -> timeOut(listener, new AsyncEvent(context)), expectsEvents(request));
            registration.set(streams.onTheEnd(response::end));
        }
    }

    private static void timeOut(AsyncListener request, AsyncEvent event) {
        try {
            request.onTimeout(event);
        } catch (IOException | IllegalStateException ended) {
            // The client has gone, or the request has ended, at the same time.
        }
    }

    /** Tells whether the response will be an event stream, as long as its type is not set: nothing was sent yet. */
    private static boolean expectsEvents(NativeWebRequest request) {
        if (MediaType.TEXT_EVENT_STREAM_VALUE.equals(request.getHeader(HttpHeaders.ACCEPT))) {
            return true;
        }
        Object handler =
                request.getAttribute(HandlerMapping.BEST_MATCHING_HANDLER_ATTRIBUTE, RequestAttributes.SCOPE_REQUEST);
        return handler instanceof HandlerMethod method
                && returnsEmitter(ResolvableType.forMethodParameter(method.getReturnType()));
    }

    private static boolean returnsEmitter(ResolvableType type) {
        Class<?> body = type.as(HttpEntity.class).equals(ResolvableType.NONE)
                ? type.toClass()
                : type.as(HttpEntity.class).getGeneric().toClass();
        return SseEmitter.class.isAssignableFrom(body);
    }
}
