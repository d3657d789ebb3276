// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskTracker;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.FlowableSubscriber;
import java.util.Objects;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/** A {@code Flowable} each of whose subscriptions is counted as a task. */
final class FlowableTrackWith<T> extends Flowable<T> {

    private final Flowable<T> source;
    private final TaskTracker tracker;
    private final TaskOptions options;

    FlowableTrackWith(Flowable<T> source, TaskTracker tracker, TaskOptions options) {
        this.source = source;
        this.tracker = tracker;
        this.options = options;
    }

    @Override
    protected void subscribeActual(Subscriber<? super T> downstream) {
        TrackWithSubscriber<T> subscriber;
        try {
            subscriber = new TrackWithSubscriber<>(downstream, tracker, options);
        } catch (IllegalStateException refused) {
            Flowable.<T>error(refused).subscribe(downstream);
            return;
        }
        try {
            source.subscribe(subscriber);
        } catch (Throwable failure) {
            // RxJava shows it to the caller; there is no way to know what the downstream has been told.
            subscriber.cancelAfterErrors(failure);
            throw failure;
        }
    }

    /** One tracked subscription. */
    static final class TrackWithSubscriber<T> extends TrackedSignals<Subscription>
            implements FlowableSubscriber<T>, Subscription {

        private final Subscriber<? super T> downstream;

        TrackWithSubscriber(Subscriber<? super T> downstream, TaskTracker tracker, TaskOptions options) {
            super(tracker, options);
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
        void passOnError(Throwable error) {
            downstream.onError(error);
        }

        @Override
        public void onComplete() {
            if (end()) {
                try (this) {
                    downstream.onComplete();
                }
            }
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
            try {
                downstream.onNext(element);
            } catch (Throwable failure) {
                cancelAfterErrors(failure);
                throw failure;
            }
        }

        @Override
        public void request(long n) {
            try {
                Objects.requireNonNull(upstream).request(n);
            } catch (Throwable failure) {
                cancelAfterErrors(failure);
                throw failure;
            }
        }

        @Override
        public void cancel() {
            cancelUpstream();
        }
    }
}
