// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.micrometer;

import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoOperator;

/** The {@code Mono} of {@link FluxObserved}. */
final class MonoObserved<T> extends MonoOperator<T, T> {

    private final BiConsumer<Mono<? extends T>, CoreSubscriber<? super T>> subscribe;

    MonoObserved(Mono<? extends T> source, BiConsumer<Mono<? extends T>, CoreSubscriber<? super T>> subscribe) {
        super(source);
        this.subscribe = subscribe;
    }

    @Override
    public void subscribe(CoreSubscriber<? super T> actual) {
        subscribe.accept(source, actual);
    }

    @Override
    @SuppressWarnings({"rawtypes", "ReferenceEquality"}) // attributes are constants
    public @Nullable Object scanUnsafe(Attr key) {
        return key == Attr.RUN_STYLE ? Attr.RunStyle.SYNC : super.scanUnsafe(key);
    }
}
