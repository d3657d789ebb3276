// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import io.reactivetracker.CancellationToken;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.FlowableSubscriber;
import java.util.Objects;
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
        // Of a cancelled token the source is not touched, and what stands for it is cut off at once.
        Flowable<T> upstream = token.isCancelled() ? Flowable.never() : source;
        CancelWithSubscriber<T> subscriber = new CancelWithSubscriber<>(downstream, token);
        try {
            upstream.subscribe(subscriber);
        } catch (Throwable failure) {
            subscriber.cancelAfter(failure);
            throw failure;
        }
    }

    /** One subscription that can be ended. */
    static final class CancelWithSubscriber<T> extends CancellableSubscription<Subscription>
            implements FlowableSubscriber<T>, Subscription {

        private final Subscriber<? super T> downstream;

        CancelWithSubscriber(Subscriber<? super T> downstream, CancellationToken token) {
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
        void cancel(Subscription subscription) {
            subscription.cancel();
        }

        @Override
        public void onSubscribe(Subscription s) {
            subscribed(Objects.requireNonNull(s, "subscription must not be null"));
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
                cancelAfter(failure);
                throw failure;
            }
        }

        @Override
        public void onComplete() {
            if (isLastSignal()) {
                downstream.onComplete();
            }
        }

        @Override
        public void request(long n) {
            try {
                Objects.requireNonNull(upstream).request(n);
            } catch (Throwable failure) {
                cancelAfter(failure);
                throw failure;
            }
        }

        @Override
        public void cancel() {
            cancelForDownstream();
        }
    }
}
