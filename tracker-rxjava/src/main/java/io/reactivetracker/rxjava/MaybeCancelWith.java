// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import io.reactivetracker.CancellationToken;
import io.reactivetracker.TaskCancelledException;
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
        if (token.isCancelled()) {
            Maybe.<T>error(TaskCancelledException.of(token)).subscribe(downstream);
            return;
        }
        CancellableMaybeObserver<T> observer = new CancellableMaybeObserver<>(downstream, token);
        try {
            source.subscribe(observer);
        } catch (Throwable failure) {
            observer.dispose();
            throw failure;
        }
    }

    /** One subscription that can be ended. */
    static final class CancellableMaybeObserver<T> extends CancelWithObserver implements MaybeObserver<T> {

        private final MaybeObserver<? super T> downstream;

        CancellableMaybeObserver(MaybeObserver<? super T> downstream, CancellationToken token) {
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

        @Override
        public void onComplete() {
            if (end()) {
                downstream.onComplete();
            }
        }
    }
}
