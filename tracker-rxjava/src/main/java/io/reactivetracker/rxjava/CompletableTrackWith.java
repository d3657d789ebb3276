// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskTracker;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.CompletableObserver;

/** A {@code Completable} each of whose subscriptions is counted as a task. */
final class CompletableTrackWith extends Completable {

    private final Completable source;
    private final TaskTracker tracker;
    private final TaskOptions options;

    CompletableTrackWith(Completable source, TaskTracker tracker, TaskOptions options) {
        this.source = source;
        this.tracker = tracker;
        this.options = options;
    }

    @Override
    protected void subscribeActual(CompletableObserver downstream) {
        TrackWithObserver observer;
        try {
            observer = new TrackWithObserver(downstream, tracker, options);
        } catch (IllegalStateException refused) {
            Completable.error(refused).subscribe(downstream);
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
    static final class TrackWithObserver extends TrackedObserver implements CompletableObserver {

        private final CompletableObserver downstream;

        TrackWithObserver(CompletableObserver downstream, TaskTracker tracker, TaskOptions options) {
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
    }
}
