// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.thumbnails;

import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * Lets the first pictures be rendered at once, and others when it is opened to them.
 *
 * <p>So it is certain, and no matter of timing, which pictures are in flight when the service is told to stop or breaks.
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
