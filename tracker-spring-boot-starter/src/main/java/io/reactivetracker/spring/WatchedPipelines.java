// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.CorePublisher;
import reactor.core.CoreSubscriber;
import reactor.core.Fuseable;
import reactor.core.Scannable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Pipelines that are about to be subscribed to: the place where both the pipeline and its last subscriber can be seen.
 *
 * <p>Each stands for its source in all it tells, the kind of fusion included, and is gone when the subscription is made: so
 * Reactor does with it what it would have done with the source.
 */
final class WatchedPipelines {

    private WatchedPipelines() {}

    /** The pipeline, watched; or itself, if it is neither a {@code Flux} nor a {@code Mono}. */
    static Publisher<Object> watched(Publisher<Object> source, CountedSubscriptions subscriptions) {
        if (source instanceof Mono<Object> mono) {
            return mono instanceof Fuseable
                    ? new FuseableMono<>(mono, subscriptions)
                    : new WatchedMono<>(mono, subscriptions);
        }
        if (source instanceof Flux<Object> flux) {
            return flux instanceof Fuseable
                    ? new FuseableFlux<>(flux, subscriptions)
                    : new WatchedFlux<>(flux, subscriptions);
        }
        return source;
    }

    /** The pipeline behind all watches, of which each application context may have one. */
    static Object unwatched(CorePublisher<?> source) {
        Object real = source;
        while (real instanceof Watched watched) {
            real = watched.real();
        }
        return real;
    }

    private sealed interface Watched {

        Object real();
    }

    private static @Nullable Object scanOf(Object source, Scannable.Attr<?> key) {
        return source instanceof Scannable scannable ? scannable.scanUnsafe(key) : null;
    }

    private static sealed class WatchedMono<T> extends Mono<T> implements Scannable, Watched {

        private final Mono<T> real;
        private final CountedSubscriptions subscriptions;

        WatchedMono(Mono<T> real, CountedSubscriptions subscriptions) {
            this.real = real;
            this.subscriptions = subscriptions;
        }

        @Override
        public Object real() {
            return real;
        }

        @Override
        public void subscribe(CoreSubscriber<? super T> actual) {
            subscriptions.subscribe(real, actual);
        }

        @Override
        @SuppressWarnings("rawtypes")
        public @Nullable Object scanUnsafe(Attr key) {
            return scanOf(real, key);
        }
    }

    private static final class FuseableMono<T> extends WatchedMono<T> implements Fuseable {

        FuseableMono(Mono<T> real, CountedSubscriptions subscriptions) {
            super(real, subscriptions);
        }
    }

    private static sealed class WatchedFlux<T> extends Flux<T> implements Scannable, Watched {

        private final Flux<T> real;
        private final CountedSubscriptions subscriptions;

        WatchedFlux(Flux<T> real, CountedSubscriptions subscriptions) {
            this.real = real;
            this.subscriptions = subscriptions;
        }

        @Override
        public Object real() {
            return real;
        }

        @Override
        public void subscribe(CoreSubscriber<? super T> actual) {
            subscriptions.subscribe(real, actual);
        }

        @Override
        @SuppressWarnings("rawtypes")
        public @Nullable Object scanUnsafe(Attr key) {
            return scanOf(real, key);
        }
    }

    private static final class FuseableFlux<T> extends WatchedFlux<T> implements Fuseable {

        FuseableFlux(Flux<T> real, CountedSubscriptions subscriptions) {
            super(real, subscriptions);
        }
    }
}
