// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.benchmarks;

import java.util.function.UnaryOperator;
import org.reactivestreams.Publisher;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxOperator;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoOperator;

/** Puts a subscriber between a source and its consumer, as an operator does. */
final class Through {

    private Through() {}

    static Publisher<Integer> with(
            Publisher<Integer> source, UnaryOperator<CoreSubscriber<? super Integer>> subscriber) {
        return source instanceof Mono<Integer> mono
                ? new ThroughMono(mono, subscriber)
                : new ThroughFlux(Flux.from(source), subscriber);
    }

    private static final class ThroughMono extends MonoOperator<Integer, Integer> {

        private final UnaryOperator<CoreSubscriber<? super Integer>> subscriber;

        ThroughMono(Mono<Integer> source, UnaryOperator<CoreSubscriber<? super Integer>> subscriber) {
            super(source);
            this.subscriber = subscriber;
        }

        @Override
        public void subscribe(CoreSubscriber<? super Integer> actual) {
            source.subscribe(subscriber.apply(actual));
        }
    }

    private static final class ThroughFlux extends FluxOperator<Integer, Integer> {

        private final UnaryOperator<CoreSubscriber<? super Integer>> subscriber;

        ThroughFlux(Flux<Integer> source, UnaryOperator<CoreSubscriber<? super Integer>> subscriber) {
            super(source);
            this.subscriber = subscriber;
        }

        @Override
        public void subscribe(CoreSubscriber<? super Integer> actual) {
            source.subscribe(subscriber.apply(actual));
        }
    }
}
