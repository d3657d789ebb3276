// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.shutdown;

import java.time.Duration;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Ships orders: reserve, pack, hand over to the carrier by HTTP, and write the journal, each stage on other threads. */
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

    private Mono<String> handOver(String parcel) {
        return carrier.post().uri("/parcels").bodyValue(parcel).retrieve().bodyToMono(String.class);
    }
}
