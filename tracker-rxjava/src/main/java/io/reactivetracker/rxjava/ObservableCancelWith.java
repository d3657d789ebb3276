// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import io.reactivetracker.CancellationToken;
import io.reactivetracker.TaskCancelledException;
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
        if (token.isCancelled()) {
            Observable.<T>error(TaskCancelledException.of(token)).subscribe(downstream);
            return;
        }
        CancellableObserver<T> observer = new CancellableObserver<>(downstream, token);
        try {
            source.subscribe(observer);
        } catch (Throwable failure) {
            observer.dispose();
            throw failure;
        }
    }

    /** One subscription that can be ended. */
    static final class CancellableObserver<T> extends CancelWithObserver implements Observer<T> {

        private final Observer<? super T> downstream;

        CancellableObserver(Observer<? super T> downstream, CancellationToken token) {
            super(token);
            this.downstream = downstream;
        }

        @Override
        void passOnSubscribe() {
            downstream.onSubscribe(this);
        }

        @Override
        protected void passOnError(Throwable error) {
            downstream.onError(error);
        }

        @Override
        public void onNext(T element) {
            if (!enter()) {
                return;
            }
            try {
                downstream.onNext(element);
            } catch (Throwable failure) {
                dispose();
                throw failure;
            } finally {
                leaveAndTell();
            }
        }

        @Override
        public void onComplete() {
            if (end()) {
                downstream.onComplete();
            }
        }
    }
}
