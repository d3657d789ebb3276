// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskTracker;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.Observer;

/** An {@code Observable} each of whose subscriptions is counted as a task. */
final class ObservableTrackWith<T> extends Observable<T> {

    private final Observable<T> source;
    private final TaskTracker tracker;
    private final TaskOptions options;

    ObservableTrackWith(Observable<T> source, TaskTracker tracker, TaskOptions options) {
        this.source = source;
        this.tracker = tracker;
        this.options = options;
    }

    @Override
    protected void subscribeActual(Observer<? super T> downstream) {
        TrackWithObserver<T> observer;
        try {
            observer = new TrackWithObserver<>(downstream, tracker, options);
        } catch (IllegalStateException refused) {
            Observable.<T>error(refused).subscribe(downstream);
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
    static final class TrackWithObserver<T> extends TrackedObserver implements Observer<T> {

        private final Observer<? super T> downstream;

        TrackWithObserver(Observer<? super T> downstream, TaskTracker tracker, TaskOptions options) {
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
        public void onNext(T element) {
            try {
                downstream.onNext(element);
            } catch (Throwable failure) {
                cancelAfterErrors(failure);
                throw failure;
            }
        }
    }
}
