// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import io.reactivetracker.recorder.ClaimRequest;
import org.jspecify.annotations.Nullable;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoOperator;

/**
 * A {@code Mono} each of whose subscriptions is a recorded task.
 *
 * <p>It is recorded as a {@code Flux} is; Reactor's own {@code singleOrEmpty} then holds the value until the completion,
 * which comes when the success is recorded.
 */
final class MonoRecordAs<K, T> extends MonoOperator<T, T> {

    private final Mono<T> held;

    /**
     * Makes the operator.
     *
     * @param request claims the key, for each subscription
     */
    MonoRecordAs(Mono<T> source, ClaimRequest<K> request) {
        super(source);
        this.held = new FluxRecordAs<K, T>(Flux.from(source), request).singleOrEmpty();
    }

    @Override
    public void subscribe(CoreSubscriber<? super T> actual) {
        held.subscribe(actual);
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
