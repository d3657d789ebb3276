// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.restarts.demo;

import io.netty.handler.codec.http.HttpResponseStatus;
import java.net.ConnectException;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/**
 * Passes each request on to the next server, over a new connection.
 *
 * <p>A request that could not be sent, since the connection was refused, goes to another server. A request that was
 * sent is never repeated: if the connection breaks before an answer, the customer gets a 502.
 */
final class Balancer implements AutoCloseable {

    private final Set<Integer> ports = new CopyOnWriteArraySet<>();
    private final AtomicInteger turn = new AtomicInteger();
    private final AtomicLong broken = new AtomicLong();
    private final HttpClient client =
            HttpClient.newConnection().disableRetry(true).followRedirect(false);
    private final DisposableServer server;

    Balancer() {
        server = HttpServer.create()
                .host("127.0.0.1")
                .port(0)
                .handle((request, response) -> pass(request, response, 0))
                .bindNow();
    }

    int port() {
        return server.port();
    }

    void add(int port) {
        ports.add(port);
    }

    /** Takes a server out. Requests that it has got already are answered by it. */
    void remove(int port) {
        ports.remove(port);
    }

    /** Returns the number of requests that were sent and whose answer broke off, or never began. */
    long broken() {
        return broken.get();
    }

    private Mono<Void> pass(HttpServerRequest request, HttpServerResponse response, int attempts) {
        // The array is a snapshot: servers are removed meanwhile.
        Integer[] now = ports.toArray(Integer[]::new);
        if (now.length == 0 || attempts > 10) {
            return response.status(HttpResponseStatus.SERVICE_UNAVAILABLE).send();
        }
        int port = now[Math.floorMod(turn.getAndIncrement(), now.length)];
        return client.request(request.method())
                .uri("http://127.0.0.1:" + port + request.uri())
                .response((answer, body) -> {
                    response.status(answer.status());
                    String type = answer.responseHeaders().get("Content-Type");
                    if (type != null) {
                        response.header("Content-Type", type);
                    }
                    return response.send(body.retain(), buffer -> true);
                })
                .then()
                .onErrorResume(failure -> {
                    if (isRefused(failure)) {
                        return pass(request, response, attempts + 1);
                    }
                    broken.incrementAndGet();
                    return response.hasSentHeaders()
                            ? Mono.error(failure)
                            : response.status(HttpResponseStatus.BAD_GATEWAY).send();
                });
    }

    private static boolean isRefused(Throwable failure) {
        return failure instanceof ConnectException || failure.getCause() instanceof ConnectException;
    }

    @Override
    public void close() {
        server.disposeNow();
    }
}
