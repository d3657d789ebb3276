// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.shutdown;

import java.time.Duration;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** The work on an order: reserve, pack, hand over to the carrier by HTTP, write the journal, notify the customer. */
final class Shipping {

    private static final Duration RESERVING = Duration.ofMillis(20);

    private final WebClient carrier;
    private final Journal journal;

    Shipping(WebClient carrier, Journal journal) {
        this.carrier = carrier;
        this.journal = journal;
    }

    Mono<Void> ship(String order) {
        return Mono.delay(RESERVING)
                .publishOn(Schedulers.boundedElastic())
                .map(reserved -> "parcel of " + order)
                .flatMap(this::handOver)
                .flatMap(receipt -> journal.append(order + " " + receipt));
    }

    Mono<Void> tell(String order) {
        return carrier.post()
                .uri("/notices")
                .bodyValue("shipped: " + order)
                .retrieve()
                .bodyToMono(Void.class);
    }

    private Mono<String> handOver(String parcel) {
        return carrier.post().uri("/parcels").bodyValue(parcel).retrieve().bodyToMono(String.class);
    }
}
