// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskTracker;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.Observer;
import io.reactivex.rxjava3.operators.QueueDisposable;
import org.jspecify.annotations.Nullable;

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
        TrackedObserver<T> observer;
        try {
            observer = new TrackedObserver<>(downstream, tracker, options);
        } catch (IllegalStateException refused) {
            Observable.<T>error(refused).subscribe(downstream);
            return;
        }
        try {
            source.subscribe(observer);
        } catch (Throwable failure) {
            // RxJava shows it to the caller; there is no way to know what the downstream has been told.
            observer.disposeAfter(failure);
            throw failure;
        }
    }

    /** One tracked subscription. */
    static final class TrackedObserver<T> extends TrackWithObserver implements Observer<T>, QueueDisposable<T> {

        private final Observer<? super T> downstream;

        // What was agreed upon. A byte, so that the object is no larger than it need be.
        private byte fusion = NONE;

        TrackedObserver(Observer<? super T> downstream, TaskTracker tracker, TaskOptions options) {
            super(tracker, options);
            this.downstream = downstream;
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
        public void onNext(T element) {
            try {
                downstream.onNext(element);
            } catch (Throwable failure) {
                disposeAfter(failure);
                throw failure;
            }
        }

        @Override
        public void onComplete() {
            if (done) {
                return;
            }
            done = true;
            try (this) {
                downstream.onComplete();
            }
        }

        @Override
        public int requestFusion(int requestedMode) {
            if (!(upstream instanceof QueueDisposable<?> fuseable)) {
                return NONE;
            }
            int mode = fuseable.requestFusion(requestedMode);
            fusion = (byte) mode;
            return mode;
        }

        @SuppressWarnings("unchecked") // an upstream of this type
        private @Nullable QueueDisposable<T> queue() {
            return upstream instanceof QueueDisposable<?> queue ? (QueueDisposable<T>) queue : null;
        }

        @Override
        public @Nullable T poll() throws Throwable {
            QueueDisposable<T> queue = queue();
            if (queue == null) {
                return null;
            }
            T element;
            try {
                element = queue.poll();
            } catch (Throwable failure) {
                disposeAfter(failure);
                throw failure;
            }
            if (element == null) {
                endIfSync();
            }
            return element;
        }

        @Override
        public boolean isEmpty() {
            QueueDisposable<T> queue = queue();
            boolean isEmpty = queue == null || queue.isEmpty();
            if (isEmpty) {
                endIfSync();
            }
            return isEmpty;
        }

        @Override
        public void clear() {
            QueueDisposable<T> queue = queue();
            if (queue != null) {
                queue.clear();
            }
        }

        /** A queue that is fused synchronously holds all there is, and no terminal signal follows its last element. */
        private void endIfSync() {
            if (fusion == SYNC) {
                done = true;
                close();
            }
        }

        @Override
        public boolean offer(T element) {
            throw new UnsupportedOperationException("only its upstream fills a fused queue");
        }

        @Override
        public boolean offer(T first, T second) {
            throw new UnsupportedOperationException("only its upstream fills a fused queue");
        }
    }
}
