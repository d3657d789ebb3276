// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.thumbnails;

import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * Holds pictures back before they are rendered, except for the first ones, until it is opened.
 *
 * <p>So it is certain which pictures are in flight when the service stops or breaks.
 */
final class Door {

    private final int atOnce;
    private final Sinks.Empty<Void> next = Sinks.empty();
    private final Sinks.Empty<Void> others = Sinks.empty();

    Door(int atOnce) {
        this.atOnce = atOnce;
    }

    Mono<Void> pass(String name) {
        int number = Pictures.numberOf(name);
        if (number <= atOnce) {
            return Mono.empty();
        }
        return number == atOnce + 1 ? next.asMono() : others.asMono();
    }

    void openForOne() {
        next.tryEmitEmpty();
    }

    void openForAll() {
        next.tryEmitEmpty();
        others.tryEmitEmpty();
    }
}
