// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import io.reactivetracker.CancellationToken;
import io.reactivetracker.TaskCancelledException;
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
        if (token.isCancelled()) {
            Completable.error(TaskCancelledException.of(token)).subscribe(downstream);
            return;
        }
        CancellableCompletableObserver observer = new CancellableCompletableObserver(downstream, token);
        try {
            source.subscribe(observer);
        } catch (Throwable failure) {
            observer.dispose();
            throw failure;
        }
    }

    /** One subscription that can be ended. */
    static final class CancellableCompletableObserver extends CancelWithObserver implements CompletableObserver {

        private final CompletableObserver downstream;

        CancellableCompletableObserver(CompletableObserver downstream, CancellationToken token) {
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
        public void onComplete() {
            if (end()) {
                downstream.onComplete();
            }
        }
    }
}
