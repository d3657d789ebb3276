// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import io.reactivetracker.CancellationToken;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.core.SingleObserver;

/** A {@code Single} whose subscriptions a {@link CancellationToken} can end. */
final class SingleCancelWith<T> extends Single<T> {

    private final Single<T> source;
    private final CancellationToken token;

    SingleCancelWith(Single<T> source, CancellationToken token) {
        this.source = source;
        this.token = token;
    }

    @Override
    protected void subscribeActual(SingleObserver<? super T> downstream) {
        // Of a cancelled token the source is not touched, and what stands for it is cut off at once.
        Single<T> upstream = token.isCancelled() ? Single.never() : source;
        CancelWithObserver<T> observer = new CancelWithObserver<>(downstream, token);
        try {
            upstream.subscribe(observer);
        } catch (Throwable failure) {
            observer.cancelAfterErrors(failure);
            throw failure;
        }
    }

    /** One subscription that can be ended. */
    static final class CancelWithObserver<T> extends CancellableObserver implements SingleObserver<T> {

        private final SingleObserver<? super T> downstream;

        CancelWithObserver(SingleObserver<? super T> downstream, CancellationToken token) {
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
        public void onSuccess(T value) {
            if (isLastSignal()) {
                downstream.onSuccess(value);
            }
        }
    }
}
