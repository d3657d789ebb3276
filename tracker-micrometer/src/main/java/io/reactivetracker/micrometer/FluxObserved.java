// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.micrometer;

import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxOperator;

/**
 * A {@code Flux} that leaves each subscription to a function of its source and the subscriber.
 *
 * <p>Unlike {@code defer}, it tells its source, so that the name and the origin of a task can be found.
 */
final class FluxObserved<T> extends FluxOperator<T, T> {

    private final BiConsumer<Flux<? extends T>, CoreSubscriber<? super T>> subscribe;

    FluxObserved(Flux<? extends T> source, BiConsumer<Flux<? extends T>, CoreSubscriber<? super T>> subscribe) {
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
