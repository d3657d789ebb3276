// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import io.reactivetracker.CancellationToken;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.Observer;

/** An {@code Observable} whose subscriptions a {@link CancellationToken} can end. */
final class ObservableCancelWith<T> extends Observable<T> {

    private final Observable<T> source;
    private final CancellationToken token;

    ObservableCancelWith(Observable<T> source, CancellationToken token) {
        this.source = source;
        this.token = token;
    }

    @Override
    protected void subscribeActual(Observer<? super T> downstream) {
        // Of a cancelled token the source is not touched, and what stands for it is cut off at once.
        Observable<T> upstream = token.isCancelled() ? Observable.never() : source;
        CancelWithObserver<T> observer = new CancelWithObserver<>(downstream, token);
        try {
            upstream.subscribe(observer);
        } catch (Throwable failure) {
            observer.cancelAfterErrors(failure);
            throw failure;
        }
    }

    /** One subscription that can be ended. */
    static final class CancelWithObserver<T> extends CancellableObserver implements Observer<T> {

        private final Observer<? super T> downstream;

        CancelWithObserver(Observer<? super T> downstream, CancellationToken token) {
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
        public void onNext(T element) {
            if (enter()) {
                try {
                    passOn(element);
                } finally {
                    leaveAndTell();
                }
            } else if (!isCut()) {
                passOn(element);
            }
        }

        private void passOn(T element) {
            try {
                downstream.onNext(element);
            } catch (Throwable failure) {
                cancelAfterErrors(failure);
                throw failure;
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
