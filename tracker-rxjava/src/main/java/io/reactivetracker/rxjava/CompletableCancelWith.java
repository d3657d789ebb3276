// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import io.reactivetracker.CancellationToken;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.CompletableObserver;

/** A {@code Completable} whose subscriptions a {@link CancellationToken} can end. */
final class CompletableCancelWith extends Completable {

    private final Completable source;
    private final CancellationToken token;

    CompletableCancelWith(Completable source, CancellationToken token) {
        this.source = source;
        this.token = token;
    }

    @Override
    protected void subscribeActual(CompletableObserver downstream) {
        // Of a cancelled token the source is not touched, and what stands for it is cut off at once.
        Completable upstream = token.isCancelled() ? Completable.never() : source;
        CancelWithObserver observer = new CancelWithObserver(downstream, token);
        try {
            upstream.subscribe(observer);
        } catch (Throwable failure) {
            observer.cancelAfterErrors(failure);
            throw failure;
        }
    }

    /** One subscription that can be ended. */
    static final class CancelWithObserver extends CancellableObserver implements CompletableObserver {

        private final CompletableObserver downstream;

        CancelWithObserver(CompletableObserver downstream, CancellationToken token) {
            super(token);
            this.downstream = downstream;
        }

        @Override
        Object downstream() {
            return downstream;
        }

        @Override
        void passOnSubscribe() {
            downstream.onSubscribe(this);
        }

        @Override
        void deliverError(Throwable error) {
            downstream.onError(error);
        }

        @Override
        public void onComplete() {
            if (isLastSignal()) {
                downstream.onComplete();
            }
        }
    }
}
