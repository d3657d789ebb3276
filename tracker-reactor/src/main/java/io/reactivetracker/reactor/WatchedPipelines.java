// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.CoreSubscriber;
import reactor.core.Fuseable;
import reactor.core.Scannable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxOperator;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoOperator;

/**
 * Wraps pipelines that are about to be subscribed to, where both the pipeline and its subscriber are known.
 *
 * <p>A wrapper is {@code Fuseable} if and only if its source is, and has the attributes of its source. So Reactor
 * subscribes to it as it would to the source: it neither disables fusion nor restores thread-locals in addition.
 */
final class WatchedPipelines {

    /** A wrapper. It is no operator of the pipeline. */
    private interface Wrapper {}

    private WatchedPipelines() {}

    /** Returns whether a step is a wrapper, such as that of a hook that was installed before. */
    static boolean isWrapper(Object step) {
        return step instanceof Wrapper;
    }

    /** Returns the wrapped pipeline, or the source if it is neither a {@code Flux} nor a {@code Mono}. */
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

    @SuppressWarnings("ReferenceEquality") // attributes are constants
    private static @Nullable Object attributeOf(Object source, Scannable.Attr<?> key) {
        return key == Scannable.Attr.PARENT ? source : Scannable.from(source).scanUnsafe(key);
    }

    private static sealed class WatchedMono<T> extends MonoOperator<T, T> implements Wrapper {

        private final CountedSubscriptions subscriptions;

        WatchedMono(Mono<T> source, CountedSubscriptions subscriptions) {
            super(source);
            this.subscriptions = subscriptions;
        }

        @Override
        public void subscribe(CoreSubscriber<? super T> actual) {
            subscriptions.subscribe(source, actual);
        }

        @Override
        @SuppressWarnings("rawtypes")
        public @Nullable Object scanUnsafe(Attr key) {
            return attributeOf(source, key);
        }
    }

    private static final class FuseableMono<T> extends WatchedMono<T> implements Fuseable {

        FuseableMono(Mono<T> source, CountedSubscriptions subscriptions) {
            super(source, subscriptions);
        }
    }

    private static sealed class WatchedFlux<T> extends FluxOperator<T, T> implements Wrapper {

        private final CountedSubscriptions subscriptions;

        WatchedFlux(Flux<T> source, CountedSubscriptions subscriptions) {
            super(source);
            this.subscriptions = subscriptions;
        }

        @Override
        public void subscribe(CoreSubscriber<? super T> actual) {
            subscriptions.subscribe(source, actual);
        }

        @Override
        @SuppressWarnings("rawtypes")
        public @Nullable Object scanUnsafe(Attr key) {
            return attributeOf(source, key);
        }
    }

    private static final class FuseableFlux<T> extends WatchedFlux<T> implements Fuseable {

        FuseableFlux(Flux<T> source, CountedSubscriptions subscriptions) {
            super(source, subscriptions);
        }
    }
}
