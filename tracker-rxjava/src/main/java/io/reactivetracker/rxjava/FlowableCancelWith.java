// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import io.reactivetracker.CancellationToken;
import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.internal.CancellableSignals;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.FlowableSubscriber;
import io.reactivex.rxjava3.exceptions.ProtocolViolationException;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

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
        if (token.isCancelled()) {
            Flowable.<T>error(TaskCancelledException.of(token)).subscribe(downstream);
            return;
        }
        CancellableSubscriber<T> subscriber = new CancellableSubscriber<>(downstream, token);
        try {
            source.subscribe(subscriber);
        } catch (Throwable failure) {
            subscriber.cancel();
            throw failure;
        }
    }

    /** One subscription that can be ended. */
    static final class CancellableSubscriber<T> extends CancellableSignals
            implements FlowableSubscriber<T>, Subscription {

        private final Subscriber<? super T> downstream;
        private @Nullable Subscription upstream;

        CancellableSubscriber(Subscriber<? super T> downstream, CancellationToken token) {
            super(token);
            this.downstream = downstream;
        }

        @Override
        public void onSubscribe(Subscription s) {
            Objects.requireNonNull(s, "subscription must not be null");
            if (upstream != null) {
                s.cancel();
                RxJavaPlugins.onError(new ProtocolViolationException("Subscription already set!"));
                return;
            }
            upstream = s;
            listen();
            try {
                downstream.onSubscribe(this);
            } finally {
                leaveAndTell();
            }
        }

        @Override
        public void onNext(T element) {
            if (!enter()) {
                return;
            }
            try {
                downstream.onNext(element);
            } catch (Throwable failure) {
                cancel();
                throw failure;
            } finally {
                leaveAndTell();
            }
        }

        @Override
        public void onError(Throwable error) {
            Objects.requireNonNull(error, "error must not be null");
            if (end()) {
                passOnError(error);
            } else if (!isReasonForCut(error)) {
                RxJavaPlugins.onError(error);
            }
        }

        @Override
        public void onComplete() {
            if (end()) {
                downstream.onComplete();
            }
        }

        @Override
        public void request(long n) {
            if (upstream != null) {
                upstream.request(n);
            }
        }

        /** The downstream's cancel: it is told nothing any more, unless it is being told already. */
        @Override
        public void cancel() {
            end();
            cancelUpstream();
        }

        @Override
        protected void cancelUpstream() {
            if (upstream != null) {
                upstream.cancel();
            }
        }

        @Override
        protected void passOnError(Throwable error) {
            downstream.onError(error);
        }
    }
}
