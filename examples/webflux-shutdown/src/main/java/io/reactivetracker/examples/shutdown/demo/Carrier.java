// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.shutdown.demo;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

/**
 * The carrier's HTTP service. It accepts a number of parcels at once; all others wait until it opens, and are then
 * accepted one after the other.
 *
 * <p>So orders are certain to be in flight when the server is told to stop.
 */
final class Carrier implements AutoCloseable {

    private final int atOnce;
    private final long nanosForEach;
    private final AtomicInteger parcels = new AtomicInteger();
    private final Sinks.Empty<Void> open = Sinks.empty();
    private final AtomicLong busyUntil = new AtomicLong(System.nanoTime());
    private final DisposableServer server;

    Carrier(int atOnce, Duration timeForEach) {
        this.atOnce = atOnce;
        this.nanosForEach = timeForEach.toNanos();
        this.server = HttpServer.create()
                .host("127.0.0.1")
                .port(0)
                .route(routes -> routes.post(
                                "/parcels",
                                (request, response) -> response.sendString(
                                        request.receive().aggregate().then(Mono.defer(this::receipt))))
                        .post(
                                "/notices",
                                (request, response) ->
                                        request.receive().aggregate().then(response.send())))
                .bindNow();
    }

    String address() {
        return "http://127.0.0.1:" + server.port();
    }

    /** Returns the number of parcels that have arrived. */
    int parcels() {
        return parcels.get();
    }

    /** Accepts waiting and later parcels. */
    void open() {
        open.tryEmitEmpty();
    }

    private Mono<String> receipt() {
        int number = parcels.incrementAndGet();
        Mono<String> receipt = Mono.just("receipt-" + number);
        if (number <= atOnce) {
            return receipt;
        }
        return open.asMono().then(Mono.defer(() -> receipt.delayElement(untilItsTurn())));
    }

    private Duration untilItsTurn() {
        long now = System.nanoTime();
        long turn = busyUntil.updateAndGet(until -> Math.max(until, now) + nanosForEach);
        return Duration.ofNanos(turn - now);
    }

    @Override
    public void close() {
        server.disposeNow();
    }
}
