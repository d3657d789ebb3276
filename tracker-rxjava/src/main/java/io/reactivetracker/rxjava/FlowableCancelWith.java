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
        // Of a cancelled token the source is not touched, and what stands for it is cut off at once.
        Flowable<T> upstream = token.isCancelled() ? Flowable.never() : source;
        CancellableSubscriber<T> subscriber = new CancellableSubscriber<>(downstream, token);
        try {
            upstream.subscribe(subscriber);
        } catch (Throwable failure) {
            subscriber.cancelAfterErrors(failure);
            throw failure;
        }
    }
}
