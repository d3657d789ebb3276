// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import io.reactivetracker.CancellationToken;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.MaybeObserver;

/** A {@code Maybe} whose subscriptions a {@link CancellationToken} can end. */
final class MaybeCancelWith<T> extends Maybe<T> {

    private final Maybe<T> source;
    private final CancellationToken token;

    MaybeCancelWith(Maybe<T> source, CancellationToken token) {
        this.source = source;
        this.token = token;
    }

    @Override
    protected void subscribeActual(MaybeObserver<? super T> downstream) {
        // Of a cancelled token the source is not touched, and what stands for it is cut off at once.
        Maybe<T> upstream = token.isCancelled() ? Maybe.never() : source;
        CancelWithObserver<T> observer = new CancelWithObserver<>(downstream, token);
        try {
            upstream.subscribe(observer);
        } catch (Throwable failure) {
            observer.cancelAfterErrors(failure);
            throw failure;
        }
    }

    /** One subscription that can be ended. */
    static final class CancelWithObserver<T> extends CancellableObserver implements MaybeObserver<T> {

        private final MaybeObserver<? super T> downstream;

        CancelWithObserver(MaybeObserver<? super T> downstream, CancellationToken token) {
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

        @Override
        public void onComplete() {
            if (isLastSignal()) {
                downstream.onComplete();
            }
        }
    }
}
