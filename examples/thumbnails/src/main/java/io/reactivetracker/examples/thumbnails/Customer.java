// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.thumbnails;

import io.netty.buffer.Unpooled;
import java.util.Objects;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClient;

/** Posts pictures to the service one after the other, and reads its state. */
final class Customer {

    private final HttpClient client;

    Customer(String address) {
        this.client = HttpClient.create().baseUrl(address);
    }

    /** Posts all pictures, and returns the number of accepted ones. */
    int postAll() {
        return Flux.fromIterable(Pictures.names())
                .concatMap(this::answerTo)
                .filter(status -> status == 202)
                .collectList()
                .map(accepted -> accepted.size())
                .blockOptional()
                .orElse(0);
    }

    /** Posts a picture, and returns the status of the answer. */
    int post(String name) {
        return Objects.requireNonNull(answerTo(name).block());
    }

    private Mono<Integer> answerTo(String name) {
        return client.post()
                .uri("/pictures/" + name)
                .send(Mono.fromSupplier(() -> Unpooled.wrappedBuffer(Pictures.draw(name))))
                .response()
                .map(response -> response.status().code());
    }

    String groups() {
        return Objects.requireNonNull(client.get()
                .uri("/groups")
                .responseContent()
                .aggregate()
                .asString()
                .block());
    }
}
