// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.shutdown.demo;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * One run: a server sends a stream that never ends, begins a task of two seconds, gets SIGTERM, and ends.
 *
 * @param time the time from the signal to the exit
 * @param seen the end of the stream as the client sees it
 * @param log what the server has logged
 * @param exitCode the exit code of the server
 */
record StreamRun(Duration time, String seen, List<String> log, int exitCode) {

    static final String COMPLETED = "completed";
    static final String GOING_AWAY = "close 1001";

    /** Only Spring Boot's graceful shutdown. */
    static final List<String> ALONE = List.of("--reactive-tracker.enabled=false");

    static final List<String> WITH_STARTER = List.of("--reactive-tracker.web.end-streams=true");

    /** What the client opens. */
    enum Stream {
        EVENTS("text/event-stream"),
        SESSION("WebSocket");

        final String title;

        Stream(String title) {
            this.title = title;
        }
    }

    static StreamRun of(Stream stream, List<String> settings, Duration timePerPhase) throws Exception {
        List<String> arguments = new ArrayList<>(settings);
        arguments.add("--spring.lifecycle.timeout-per-shutdown-phase=" + timePerPhase.toMillis() + "ms");
        arguments.add("--reactive-tracker.shutdown.grace=" + timePerPhase.toMillis() * 2 / 3 + "ms");
        arguments.add("--management.endpoint.health.group.readiness.include=readinessState");
        arguments.add("--server.port=0");
        arguments.add("--management.server.port=-1");
        try (ServerProcess server = new ServerProcess(StreamServer.class, arguments, line -> {})) {
            String line = server.awaitLine(StreamServer.PORT);
            String address = "127.0.0.1:" + line.substring(line.lastIndexOf(' ') + 1);
            HttpClient client =
                    HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
            Client opened = new Client();
            switch (stream) {
                case EVENTS -> opened.openEvents(client, address);
                case SESSION -> opened.openSession(client, address);
            }
            opened.first.join();
            client.send(
                    HttpRequest.newBuilder(URI.create("http://" + address + "/task"))
                            .POST(HttpRequest.BodyPublishers.noBody())
                            .build(),
                    HttpResponse.BodyHandlers.discarding());
            server.awaitLine(StreamServer.TASK_BEGINS);
            long signal = System.nanoTime();
            server.terminate();
            int exitCode = server.awaitEnd();
            Duration time = Duration.ofNanos(System.nanoTime() - signal);
            return new StreamRun(time, opened.seen.join(), server.lines(), exitCode);
        }
    }

    /** Waits for the first message, then for the end. */
    private static final class Client implements WebSocket.Listener, Flow.Subscriber<String> {

        private final CompletableFuture<Void> first = new CompletableFuture<>();
        private final CompletableFuture<String> seen = new CompletableFuture<>();

        void openEvents(HttpClient client, String address) {
            CompletableFuture<?> unused = client.sendAsync(
                    HttpRequest.newBuilder(URI.create("http://" + address + "/events"))
                            .build(),
                    HttpResponse.BodyHandlers.fromLineSubscriber(this));
        }

        void openSession(HttpClient client, String address) {
            WebSocket unused = client.newWebSocketBuilder()
                    .buildAsync(URI.create("ws://" + address + "/session"), this)
                    .join();
        }

        @Override
        public void onSubscribe(Flow.Subscription s) {
            s.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(String line) {
            first.complete(null);
        }

        @Override
        public void onComplete() {
            seen.complete(COMPLETED);
        }

        @Override
        public void onError(Throwable error) {
            first.completeExceptionally(error);
            seen.complete("broken off");
        }

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            first.complete(null);
            socket.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
            seen.complete("close " + status);
            return null;
        }

        @Override
        public void onError(WebSocket socket, Throwable error) {
            onError(error);
        }
    }
}
