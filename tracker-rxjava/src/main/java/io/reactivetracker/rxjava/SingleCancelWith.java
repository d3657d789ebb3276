// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import io.reactivetracker.CancellationToken;
import io.reactivetracker.TaskCancelledException;
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
        if (token.isCancelled()) {
            Single.<T>error(TaskCancelledException.of(token)).subscribe(downstream);
            return;
        }
        CancellableSingleObserver<T> observer = new CancellableSingleObserver<>(downstream, token);
        try {
            source.subscribe(observer);
        } catch (Throwable failure) {
            observer.dispose();
            throw failure;
        }
    }

    /** One subscription that can be ended. */
    static final class CancellableSingleObserver<T> extends CancelWithObserver implements SingleObserver<T> {

        private final SingleObserver<? super T> downstream;

        CancellableSingleObserver(SingleObserver<? super T> downstream, CancellationToken token) {
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
        public void onSuccess(T value) {
            if (end()) {
                downstream.onSuccess(value);
            }
        }
    }
}
