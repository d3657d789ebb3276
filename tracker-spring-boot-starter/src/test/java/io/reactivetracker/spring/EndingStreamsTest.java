// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.awaitility.Awaitility.await;
import static org.springframework.web.reactive.function.server.RequestPredicates.GET;
import static org.springframework.web.reactive.function.server.RouterFunctions.route;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.http.MediaType;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;
import org.springframework.web.reactive.handler.SimpleUrlHandlerMapping;
import org.springframework.web.reactive.socket.WebSocketHandler;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * A real server on Netty stops while it sends streams that never end. The time that the web server waits for requests
 * is an hour here: a stop that waits for a stream does not end within the time of the build.
 */
class EndingStreamsTest {

    private static final Sinks.Empty<Void> WORK = Sinks.empty();
    private static final CountDownLatch WORKS = new CountDownLatch(1);

    private static ConfigurableApplicationContext start(boolean endsStreams) {
        return new SpringApplicationBuilder(Server.class)
                .web(WebApplicationType.REACTIVE)
                .run(
                        "--server.port=0",
                        "--server.address=127.0.0.1",
                        "--server.shutdown=graceful",
                        "--spring.lifecycle.timeout-per-shutdown-phase=" + (endsStreams ? "1h" : "0s"),
                        "--reactive-tracker.shutdown.grace=0s",
                        "--reactive-tracker.web.end-streams=" + endsStreams);
    }

    private static String address(ConfigurableApplicationContext context) {
        return "127.0.0.1:"
                + Objects.requireNonNull(((WebServerApplicationContext) context).getWebServer())
                        .getPort();
    }

    @Test
    void anEventStreamCompletes() throws Exception {
        ConfigurableApplicationContext context = start(true);
        CountDownLatch first = new CountDownLatch(1);
        List<String> lines = new CopyOnWriteArrayList<>();
        CompletableFuture<Void> ended = events(context, "/events", lines, first);
        first.await();
        context.close();
        ended.join();
        assertThat(lines).contains("data:first");
    }

    @Test
    void anotherResponseIsNotCut() throws Exception {
        ConfigurableApplicationContext context = start(true);
        CountDownLatch first = new CountDownLatch(1);
        List<String> lines = new CopyOnWriteArrayList<>();
        CompletableFuture<Void> ended = events(context, "/lines", lines, first);
        first.await();
        Sinks.Empty<Void> rest = context.getBean(Server.class).rest;
        Thread closer = new Thread(context::close);
        closer.start();
        OpenStreams streams = context.getBean(OpenStreams.class);
        await().until(streams::areEnding);
        assertThat(ended).isNotDone();
        rest.tryEmitEmpty();
        ended.join();
        closer.join();
        assertThat(lines).contains("{\"n\":1}", "{\"n\":2}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/pushed", "/pushed-and-received"})
    void aSessionThatOnlyPushesIsClosedAsGoingAway(String path) throws Exception {
        ConfigurableApplicationContext context = start(true);
        Client client = new Client(1);
        WebSocket unused = client.connect(context, path);
        client.received.await();
        context.close();
        assertThat(client.closed.join()).isEqualTo(1001);
        assertThat(client.messages).containsExactly("pushed");
    }

    @Test
    void aReplyInFlightIsSentBeforeTheSessionIsClosed() throws Exception {
        ConfigurableApplicationContext context = start(true);
        Client client = new Client(1);
        WebSocket socket = client.connect(context, "/replies");
        socket.sendText("order", true).join();
        WORKS.await();
        OpenStreams streams = context.getBean(OpenStreams.class);
        Thread closer = new Thread(context::close);
        closer.start();
        await().until(streams::areEnding);
        assertThat(client.closed).isNotDone();
        WORK.tryEmitEmpty();
        assertThat(client.closed.join()).isEqualTo(1001);
        assertThat(client.messages).containsExactly("reply to order");
        closer.join();
    }

    @Test
    void nothingIsChangedByDefault() {
        try (ConfigurableApplicationContext context = start(false)) {
            assertThat(context.getBeansOfType(OpenStreams.class)).isEmpty();
            assertThat(context.getBeansOfType(EndingWebSockets.class)).isEmpty();
        }
    }

    private static CompletableFuture<Void> events(
            ConfigurableApplicationContext context, String path, List<String> lines, CountDownLatch first) {
        return HttpClient.newHttpClient()
                .sendAsync(
                        HttpRequest.newBuilder(URI.create("http://" + address(context) + path))
                                .build(),
                        HttpResponse.BodyHandlers.fromLineSubscriber(
                                new Flow.Subscriber<String>() {
                                    @Override
                                    public void onSubscribe(Flow.Subscription s) {
                                        s.request(Long.MAX_VALUE);
                                    }

                                    @Override
                                    public void onNext(String line) {
                                        lines.add(line);
                                        first.countDown();
                                    }

                                    @Override
                                    public void onError(Throwable error) {
                                        fail("the stream was broken off", error);
                                    }

                                    @Override
                                    public void onComplete() {}
                                },
                                done -> null,
                                null))
                .thenAccept(response -> assertThat(response.statusCode()).isEqualTo(200));
    }

    /** Collects what it receives, and the status of the close. */
    private static final class Client implements WebSocket.Listener {

        private final List<String> messages = new CopyOnWriteArrayList<>();
        private final CompletableFuture<Integer> closed = new CompletableFuture<>();
        private final CountDownLatch received;

        Client(int expected) {
            received = new CountDownLatch(expected);
        }

        WebSocket connect(ConfigurableApplicationContext context, String path) {
            return HttpClient.newHttpClient()
                    .newWebSocketBuilder()
                    .buildAsync(URI.create("ws://" + address(context) + path), this)
                    .join();
        }

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            messages.add(data.toString());
            received.countDown();
            socket.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
            closed.complete(status);
            return null;
        }

        @Override
        public void onError(WebSocket socket, Throwable error) {
            closed.completeExceptionally(error);
        }
    }

    @SpringBootConfiguration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Server {

        private final Sinks.Empty<Void> rest = Sinks.empty();

        @Bean
        RouterFunction<ServerResponse> routes() {
            return route(
                            GET("/events"),
                            request -> ServerResponse.ok()
                                    .contentType(MediaType.TEXT_EVENT_STREAM)
                                    .body(Flux.just("first").concatWith(Flux.never()), String.class))
                    .andRoute(
                            GET("/lines"),
                            request -> ServerResponse.ok()
                                    .contentType(MediaType.APPLICATION_NDJSON)
                                    .body(
                                            Flux.just(Map.of("n", 1))
                                                    .concatWith(rest.asMono().thenReturn(Map.of("n", 2))),
                                            Map.class));
        }

        @Bean
        SimpleUrlHandlerMapping sockets() {
            WebSocketHandler pushed = session ->
                    session.send(Flux.just("pushed").concatWith(Flux.never()).map(session::textMessage));
            WebSocketHandler both = session -> session.send(
                            Flux.just("pushed").concatWith(Flux.never()).map(session::textMessage))
                    .and(session.receive());
            WebSocketHandler replies = session -> session.send(session.receive()
                    .map(message -> message.getPayloadAsText())
                    .concatMap(text -> {
                        WORKS.countDown();
                        return WORK.asMono().then(Mono.fromSupplier(() -> session.textMessage("reply to " + text)));
                    }));
            return new SimpleUrlHandlerMapping(
                    Map.of("/pushed", pushed, "/pushed-and-received", both, "/replies", replies), -1);
        }

        @Bean
        SecurityWebFilterChain open(ServerHttpSecurity http) {
            return http.authorizeExchange(exchanges -> exchanges.anyExchange().permitAll())
                    .build();
        }
    }
}
