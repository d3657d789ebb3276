// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskTracker;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.core.SingleObserver;

/** A {@code Single} each of whose subscriptions is counted as a task. */
final class SingleTrackWith<T> extends Single<T> {

    private final Single<T> source;
    private final TaskTracker tracker;
    private final TaskOptions options;

    SingleTrackWith(Single<T> source, TaskTracker tracker, TaskOptions options) {
        this.source = source;
        this.tracker = tracker;
        this.options = options;
    }

    @Override
    protected void subscribeActual(SingleObserver<? super T> downstream) {
        TrackWithObserver<T> observer;
        try {
            observer = new TrackWithObserver<>(downstream, tracker, options);
        } catch (IllegalStateException refused) {
            Single.<T>error(refused).subscribe(downstream);
            return;
        }
        try {
            source.subscribe(observer);
        } catch (Throwable failure) {
            // RxJava shows it to the caller; there is no way to know what the downstream has been told.
            observer.cancelAfterErrors(failure);
            throw failure;
        }
    }

    /** One tracked subscription. */
    static final class TrackWithObserver<T> extends TrackedObserver implements SingleObserver<T> {

        private final SingleObserver<? super T> downstream;

        TrackWithObserver(SingleObserver<? super T> downstream, TaskTracker tracker, TaskOptions options) {
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
        public void onSuccess(T value) {
            if (end()) {
                try (this) {
                    downstream.onSuccess(value);
                }
            }
        }
    }
}
