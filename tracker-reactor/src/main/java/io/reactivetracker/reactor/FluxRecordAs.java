// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import io.reactivetracker.recorder.ClaimRequest;
import org.jspecify.annotations.Nullable;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxOperator;

/** A {@code Flux} each of whose subscriptions is a recorded task, or a revoke. */
final class FluxRecordAs<K, T> extends FluxOperator<T, T> {

    private final ClaimRequest<K> request;

    /**
     * Makes the operator.
     *
     * @param request claims the key, for each subscription
     */
    FluxRecordAs(Flux<? extends T> source, ClaimRequest<K> request) {
        super(source);
        this.request = request;
    }

    @Override
    public void subscribe(CoreSubscriber<? super T> actual) {
        RecordAsSubscriber.<K, T>subscribe(source, actual, request);
    }

    @Override
    @SuppressWarnings({"rawtypes", "ReferenceEquality"}) // attributes are constants
    public @Nullable Object scanUnsafe(Attr key) {
        if (key == Attr.RUN_STYLE) {
            return Attr.RunStyle.ASYNC;
        }
        return Steps.isPrivate(key) ? Steps.scan(source, key) : super.scanUnsafe(key);
    }
}
