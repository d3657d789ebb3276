// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.springframework.web.servlet.function.RouterFunctions.route;

import jakarta.servlet.Filter;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.task.TaskExecutionAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.tomcat.autoconfigure.servlet.TomcatServletWebServerAutoConfiguration;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.boot.webmvc.autoconfigure.DispatcherServletAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.WebMvcAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.error.ErrorMvcAutoConfiguration;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.ServerResponse;
import org.springframework.web.servlet.mvc.method.annotation.ResponseBodyEmitter;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;
import org.springframework.web.socket.TextMessage;
import org.springframework.web.socket.WebSocketSession;
import org.springframework.web.socket.config.annotation.EnableWebSocket;
import org.springframework.web.socket.config.annotation.WebSocketConfigurer;
import org.springframework.web.socket.config.annotation.WebSocketHandlerRegistry;
import org.springframework.web.socket.handler.TextWebSocketHandler;
import reactor.core.publisher.Flux;

/**
 * A real server on Tomcat stops while it sends streams that never end. The time that the web server waits for requests
 * is an hour here: a stop that waits for a stream does not end within the time of the build.
 */
@ExtendWith(OutputCaptureExtension.class)
class EndingServletStreamsTest {

    private static ConfigurableApplicationContext start(boolean endsStreams) {
        return new SpringApplicationBuilder(Server.class)
                .web(WebApplicationType.SERVLET)
                .run(
                        "--server.port=0",
                        "--server.address=127.0.0.1",
                        "--server.shutdown=graceful",
                        "--spring.mvc.async.request-timeout=1h",
                        "--spring.lifecycle.timeout-per-shutdown-phase=" + (endsStreams ? "1h" : "0s"),
                        "--reactive-tracker.shutdown.grace=0s",
                        "--reactive-tracker.web.end-streams=" + endsStreams);
    }

    private static String address(ConfigurableApplicationContext context) {
        return "127.0.0.1:"
                + Objects.requireNonNull(((WebServerApplicationContext) context).getWebServer())
                        .getPort();
    }

    private static CompletableFuture<HttpResponse<String>> get(
            ConfigurableApplicationContext context, String path, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://" + address(context) + path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return HttpClient.newHttpClient().sendAsync(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/emitter", "/entity", "/flux", "/body", "/function"})
    void anEventStreamCompletes(String path, CapturedOutput output) throws Exception {
        ConfigurableApplicationContext context = start(true);
        Streams streams = context.getBean(Streams.class);
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + address(context) + path))
                .build();
        HttpResponse<InputStream> response =
                HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofInputStream());
        BufferedReader body = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
        assertThat(body.readLine()).isEqualTo("data:first");
        streams.sent.await();
        context.close();
        assertThat(body.lines()).doesNotContain("data:late");
        streams.ended.await();
        assertThat(output).doesNotContain("Exception").doesNotContain("WARN").doesNotContain("ERROR");
    }

    /** Spring drops the flushes of a body, so the client may see nothing before the end. */
    @Test
    void theThreadOfAStreamingBodyIsInterruptedAndWhatItWritesThenIsDropped(CapturedOutput output) throws Exception {
        ConfigurableApplicationContext context = start(true);
        Streams streams = context.getBean(Streams.class);
        CompletableFuture<HttpResponse<String>> response = get(context, "/streaming");
        streams.sent.await();
        context.close();
        streams.ended.await();
        assertThat(response.join().body()).isEqualTo("data:first\n\n");
        assertThat(output).doesNotContain("Exception").doesNotContain("WARN").doesNotContain("ERROR");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/silent", "/silent-function"})
    void anEventStreamCompletesBeforeItsFirstEvent(String path) throws Exception {
        ConfigurableApplicationContext context = start(true);
        Streams streams = context.getBean(Streams.class);
        CompletableFuture<HttpResponse<String>> response =
                get(context, path, "Accept", MediaType.TEXT_EVENT_STREAM_VALUE);
        streams.sent.await();
        context.close();
        assertThat(response.join().body()).isEmpty();
        assertThat(response.join().headers().firstValue("Content-Type").orElseThrow())
                .startsWith(MediaType.TEXT_EVENT_STREAM_VALUE);
    }

    @Test
    void anApplicationThatSendsFromManyThreadsAtTheEndGetsWholeEventsOnly(CapturedOutput output) throws Exception {
        ConfigurableApplicationContext context = start(true);
        Streams streams = context.getBean(Streams.class);
        CompletableFuture<HttpResponse<String>> response = get(context, "/busy");
        streams.sent.await();
        context.close();
        streams.ended.await();
        streams.threads.forEach(Thread::interrupt);
        // The chunks are well-formed, or the client would fail.
        assertThat(response.join().statusCode()).isEqualTo(200);
        assertThat(output).doesNotContain("Exception");
    }

    @Test
    void anEventStreamThatBeginsAfterTheCloseEndsAtOnce() throws Exception {
        ConfigurableApplicationContext context = start(true);
        Streams streams = context.getBean(Streams.class);
        CompletableFuture<HttpResponse<String>> response = get(context, "/late");
        streams.sent.await();
        // After the streams have ended, and before the web server looks for requests that run.
        context.addApplicationListener(new ApplicationListener<ContextClosedEvent>() {
            @Override
            public void onApplicationEvent(ContextClosedEvent event) {
                streams.mayGoOn.countDown();
                assertThat(response.join().statusCode()).isEqualTo(200);
            }
        });

        context.close();

        assertThat(response).isCompleted();
        assertThat(response.join().statusCode()).isEqualTo(200);
    }

    @Test
    void anotherResponseIsNotCut() throws Exception {
        ConfigurableApplicationContext context = start(true);
        Streams streams = context.getBean(Streams.class);
        CompletableFuture<HttpResponse<String>> response = get(context, "/lines");
        streams.sent.await();
        OpenStreams open = context.getBean(OpenStreams.class);
        Thread closer = new Thread(context::close);
        closer.start();
        await().until(open::areEnding);
        assertThat(response).isNotDone();
        streams.mayGoOn.countDown();
        closer.join();
        assertThat(response.join().body()).isEqualTo("{\"n\":1}\n{\"n\":2}\n");
    }

    @Test
    void aStreamThatEndsByItselfIsNotChanged() {
        try (ConfigurableApplicationContext context = start(true)) {
            assertThat(get(context, "/finite").join().body()).contains("data:first");
        }
    }

    /** It is cut off when Tomcat stops. */
    @Test
    void tomcatDoesNotWaitForTheSessionOfAWebSocket() throws Exception {
        ConfigurableApplicationContext context = start(true);
        CountDownLatch received = new CountDownLatch(1);
        WebSocket unused = HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .buildAsync(URI.create("ws://" + address(context) + "/socket"), new WebSocket.Listener() {
                    @Override
                    public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
                        received.countDown();
                        return null;
                    }
                })
                .join();
        received.await();
        context.close();
    }

    @Test
    void nothingIsChangedByDefault() {
        try (ConfigurableApplicationContext context = start(false)) {
            assertThat(context.getBeansOfType(OpenStreams.class)).isEmpty();
            assertThat(context.getBeansOfType(EndingServletStreams.class)).isEmpty();
        }
    }

    @RestController
    static class Streams {

        private final CountDownLatch requestHasLeft = new CountDownLatch(1);
        private final CountDownLatch sent = new CountDownLatch(1);
        private final CountDownLatch ended = new CountDownLatch(1);
        private final CountDownLatch mayGoOn = new CountDownLatch(1);
        private final List<Thread> threads = new CopyOnWriteArrayList<>();

        @GetMapping("/emitter")
        SseEmitter emitter() throws IOException {
            SseEmitter emitter = new SseEmitter();
            emitter.onCompletion(ended::countDown);
            sendFirst(emitter);
            return emitter;
        }

        @GetMapping("/entity")
        ResponseEntity<SseEmitter> entity() throws IOException {
            return ResponseEntity.ok(emitter());
        }

        @GetMapping("/flux")
        Flux<ServerSentEvent<String>> flux() {
            return Flux.just(ServerSentEvent.builder("first").build())
                    .concatWith(Flux.<ServerSentEvent<String>>never().doOnSubscribe(s -> sent.countDown()))
                    .doOnCancel(ended::countDown);
        }

        @GetMapping(path = "/body", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
        ResponseEntity<ResponseBodyEmitter> body() throws IOException {
            ResponseBodyEmitter emitter = new ResponseBodyEmitter();
            emitter.onCompletion(ended::countDown);
            emitter.send("data:first\n\n");
            sendLater(emitter);
            return ResponseEntity.ok().contentType(MediaType.TEXT_EVENT_STREAM).body(emitter);
        }

        @GetMapping("/streaming")
        ResponseEntity<StreamingResponseBody> streaming() {
            StreamingResponseBody body = output -> {
                try {
                    // Spring knows the future of this body, to cancel it, once the request's own thread has left.
                    requestHasLeft.await();
                    output.write("data:first\n\n".getBytes(StandardCharsets.UTF_8));
                    output.flush();
                    sent.countDown();
                    mayGoOn.await();
                } catch (InterruptedException end) {
                    try {
                        // Spring refuses it if the response has completed already.
                        output.write("data:late\n\n".getBytes(StandardCharsets.UTF_8));
                    } finally {
                        ended.countDown();
                    }
                }
            };
            return ResponseEntity.ok().contentType(MediaType.TEXT_EVENT_STREAM).body(body);
        }

        @GetMapping("/silent")
        SseEmitter silent() {
            sent.countDown();
            return new SseEmitter();
        }

        @GetMapping("/busy")
        SseEmitter busy() throws IOException {
            SseEmitter emitter = new SseEmitter();
            CountDownLatch completed = new CountDownLatch(1);
            emitter.onCompletion(completed::countDown);
            for (int i = 0; i < 4; i++) {
                Thread thread = new Thread(() -> {
                    try {
                        while (completed.getCount() > 0) {
                            emitter.send("event");
                            sent.countDown();
                        }
                    } catch (IOException | IllegalStateException completedBefore) {
                        // As after any end of an emitter.
                    }
                    ended.countDown();
                });
                threads.add(thread);
                thread.start();
            }
            return emitter;
        }

        @GetMapping("/late")
        SseEmitter late() throws Exception {
            sent.countDown();
            mayGoOn.await();
            SseEmitter emitter = new SseEmitter();
            emitter.send("first");
            return emitter;
        }

        @GetMapping("/finite")
        SseEmitter finite() throws IOException {
            SseEmitter emitter = new SseEmitter();
            emitter.send("first");
            emitter.complete();
            return emitter;
        }

        @GetMapping(path = "/lines", produces = MediaType.APPLICATION_NDJSON_VALUE)
        Flux<Map<String, Integer>> lines() {
            return Flux.just(Map.of("n", 1)).concatWith(Flux.defer(() -> {
                sent.countDown();
                return Flux.<Map<String, Integer>>create(sink -> new Thread(() -> {
                            try {
                                mayGoOn.await();
                            } catch (InterruptedException interrupted) {
                                sink.error(interrupted);
                            }
                            sink.next(Map.of("n", 2));
                            sink.complete();
                        })
                        .start());
            }));
        }

        private void sendFirst(SseEmitter emitter) throws IOException {
            emitter.send("first");
            sendLater(emitter);
        }

        /** From another thread, after the response has begun. */
        private void sendLater(ResponseBodyEmitter emitter) {
            new Thread(() -> {
                        try {
                            emitter.send(": a comment\n\n");
                            sent.countDown();
                        } catch (IOException failure) {
                            throw new IllegalStateException(failure);
                        }
                    })
                    .start();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableWebSocket
    @ImportAutoConfiguration({
        ReactiveTrackerAutoConfiguration.class,
        EndingStreamsAutoConfiguration.class,
        TaskExecutionAutoConfiguration.class,
        TomcatServletWebServerAutoConfiguration.class,
        DispatcherServletAutoConfiguration.class,
        WebMvcAutoConfiguration.class,
        ErrorMvcAutoConfiguration.class
    })
    static class Server implements WebSocketConfigurer {

        @Bean
        Filter leaving(Streams streams) {
            return (request, response, chain) -> {
                chain.doFilter(request, response);
                streams.requestHasLeft.countDown();
            };
        }

        @Bean
        Streams streams() {
            return new Streams();
        }

        @Bean
        RouterFunction<ServerResponse> functions(Streams streams) {
            return route().GET(
                            "/function",
                            request -> ServerResponse.sse(events -> {
                                events.onComplete(streams.ended::countDown);
                                try {
                                    events.send("first");
                                    streams.sent.countDown();
                                } catch (IOException failure) {
                                    throw new IllegalStateException(failure);
                                }
                            }))
                    .GET("/silent-function", request -> ServerResponse.sse(events -> streams.sent.countDown()))
                    .build();
        }

        @Override
        public void registerWebSocketHandlers(WebSocketHandlerRegistry registry) {
            registry.addHandler(
                    new TextWebSocketHandler() {
                        @Override
                        public void afterConnectionEstablished(WebSocketSession session) throws IOException {
                            session.sendMessage(new TextMessage("pushed"));
                        }
                    },
                    "/socket");
        }
    }
}
