// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskTracker;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.MaybeObserver;

/** A {@code Maybe} each of whose subscriptions is counted as a task. */
final class MaybeTrackWith<T> extends Maybe<T> {

    private final Maybe<T> source;
    private final TaskTracker tracker;
    private final TaskOptions options;

    MaybeTrackWith(Maybe<T> source, TaskTracker tracker, TaskOptions options) {
        this.source = source;
        this.tracker = tracker;
        this.options = options;
    }

    @Override
    protected void subscribeActual(MaybeObserver<? super T> downstream) {
        TrackWithObserver<T> observer;
        try {
            observer = new TrackWithObserver<>(downstream, tracker, options);
        } catch (IllegalStateException refused) {
            Maybe.<T>error(refused).subscribe(downstream);
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
    static final class TrackWithObserver<T> extends TrackedObserver implements MaybeObserver<T> {

        private final MaybeObserver<? super T> downstream;

        TrackWithObserver(MaybeObserver<? super T> downstream, TaskTracker tracker, TaskOptions options) {
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
        public void onSuccess(T value) {
            if (end()) {
                try (this) {
                    downstream.onSuccess(value);
                }
            }
        }
    }
}
