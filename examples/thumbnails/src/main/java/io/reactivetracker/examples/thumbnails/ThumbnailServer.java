// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.thumbnails;

import java.util.Objects;
import java.util.regex.Pattern;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/** Accepts pictures over HTTP with 202, or refuses them with 503 after the groups are closed, and shows the groups. */
final class ThumbnailServer implements AutoCloseable {

    private static final Pattern FILE_NAME = Pattern.compile("[\\w-]+");

    private final Thumbnails thumbnails;
    private final DisposableServer server;

    ThumbnailServer(Thumbnails thumbnails) {
        this.thumbnails = thumbnails;
        this.server = HttpServer.create()
                .host("127.0.0.1")
                .port(0)
                .route(routes -> routes.post("/pictures/{name}", this::accept).get("/groups", this::groups))
                .bindNow();
    }

    String address() {
        return "http://127.0.0.1:" + server.port();
    }

    private Publisher<Void> accept(HttpServerRequest request, HttpServerResponse response) {
        String name = Objects.requireNonNull(request.param("name"));
        if (!FILE_NAME.matcher(name).matches()) {
            return response.status(400).send();
        }
        return request.receive()
                .aggregate()
                .asByteArray()
                .defaultIfEmpty(new byte[0])
                .flatMap(picture -> response.status(thumbnails.accept(name, picture) ? 202 : 503)
                        .send()
                        .then());
    }

    private Publisher<Void> groups(HttpServerRequest request, HttpServerResponse response) {
        return response.header("Content-Type", "text/plain")
                .sendString(
                        Mono.fromSupplier(() -> GroupText.of(thumbnails.root().snapshot())));
    }

    @Override
    public void close() {
        server.disposeNow();
    }
}
