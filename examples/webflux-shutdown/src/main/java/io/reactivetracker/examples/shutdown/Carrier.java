// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.shutdown;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

/**
 * The carrier, an HTTP service of its own: takes some parcels at once and lets all others wait at its door.
 *
 * <p>So it is certain, and no matter of timing, which orders are in flight when the server is told to stop.
 */
final class Carrier implements AutoCloseable {

    private final int atOnce;
    private final AtomicInteger parcels = new AtomicInteger();
    private final Sinks.Empty<Void> open = Sinks.empty();
    private final AtomicInteger let = new AtomicInteger();
    private final DisposableServer server;

    Carrier(int atOnce) {
        this.atOnce = atOnce;
        this.server = HttpServer.create()
                .host("127.0.0.1")
                .port(0)
                .route(routes -> routes.post(
                        "/parcels",
                        (request, response) -> response.sendString(
                                request.receive().aggregate().then(Mono.defer(this::receipt)))))
                .bindNow();
    }

    String address() {
        return "http://127.0.0.1:" + server.port();
    }

    /** How many parcels have come to the door so far. */
    int parcels() {
        return parcels.get();
    }

    /** Lets the waiting in, one after the other. */
    void open() {
        open.tryEmitEmpty();
    }

    private Mono<String> receipt() {
        int number = parcels.incrementAndGet();
        Mono<String> receipt = Mono.just("receipt-" + number);
        if (number <= atOnce) {
            return receipt;
        }
        return open.asMono()
                .then(Mono.defer(() -> receipt.delayElement(Duration.ofMillis(let.incrementAndGet() * 5L))));
    }

    @Override
    public void close() {
        server.disposeNow();
    }
}
