// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import io.reactivetracker.CancellationToken;
import org.jspecify.annotations.Nullable;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxOperator;

/** A {@code Flux} whose subscriptions a {@link CancellationToken} can end. */
final class FluxCancelWith<T> extends FluxOperator<T, T> {

    private final CancellationToken token;

    FluxCancelWith(Flux<? extends T> source, CancellationToken token) {
        super(source);
        this.token = token;
    }

    @Override
    public void subscribe(CoreSubscriber<? super T> actual) {
        CancelWithSubscriber.subscribe(source, actual, token);
    }

    @Override
    @SuppressWarnings({"rawtypes", "ReferenceEquality"}) // attributes are constants
    public @Nullable Object scanUnsafe(Attr key) {
        if (key == Attr.RUN_STYLE) {
            return Attr.RunStyle.SYNC;
        }
        return Steps.isPrivate(key) ? Steps.scan(source, key) : super.scanUnsafe(key);
    }
}
