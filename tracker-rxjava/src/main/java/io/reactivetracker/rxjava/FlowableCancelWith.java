// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import io.reactivetracker.CancellationToken;
import io.reactivex.rxjava3.core.Flowable;
import org.reactivestreams.Subscriber;

/** A {@code Flowable} whose subscriptions a {@link CancellationToken} can end. */
final class FlowableCancelWith<T> extends Flowable<T> {

    private final Flowable<T> source;
    private final CancellationToken token;

    FlowableCancelWith(Flowable<T> source, CancellationToken token) {
        this.source = source;
        this.token = token;
    }

    @Override
    protected void subscribeActual(Subscriber<? super T> downstream) {
        CancellableSubscriber.subscribe(source, downstream, token);
    }
}
