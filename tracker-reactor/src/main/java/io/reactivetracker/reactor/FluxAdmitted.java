// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import io.reactivetracker.Registration;
import io.reactivetracker.group.GroupTask;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/** One attempt of a task after another: each subscription first waits until the task is admitted, unless it is still. */
final class FluxAdmitted<T> extends Flux<T> {

    private final Publisher<? extends T> source;
    private final GroupTask task;
    private final Continuations continuations;

    FluxAdmitted(Publisher<? extends T> source, GroupTask task, Continuations continuations) {
        this.source = source;
        this.task = task;
        this.continuations = continuations;
    }

    @Override
    public void subscribe(CoreSubscriber<? super T> actual) {
        AdmittedSubscriber<T> subscriber = new AdmittedSubscriber<>(actual);
        actual.onSubscribe(subscriber);
        subscriber.wait(task.admit(() -> attempt(subscriber), actual::onError));
    }

    private void attempt(AdmittedSubscriber<T> subscriber) {
        if (subscriber.isCancelled()) {
            return;
        }
        try {
            continuations.orElse(source, task).subscribe(subscriber);
        } catch (Throwable failure) {
            try {
                Operators.reportThrowInSubscribe(subscriber, failure);
            } finally {
                subscriber.cancel();
            }
        }
    }

    /** Keeps what is requested until there is an upstream to request it from. */
    private static final class AdmittedSubscriber<T> extends Operators.DeferredSubscription
            implements CoreSubscriber<T> {

        private static final Registration NOT_QUEUED = () -> {};

        private final CoreSubscriber<? super T> actual;
        private volatile Registration place = NOT_QUEUED;

        // Known while it gets the demand that was kept: the deferred subscription forgets a cancel of that time until
        // the
        // source has returned, and an endless source does not.
        private volatile @Nullable Subscription starting;

        AdmittedSubscriber(CoreSubscriber<? super T> actual) {
            this.actual = actual;
        }

        void wait(Registration newPlace) {
            place = newPlace;
            if (isCancelled()) {
                newPlace.close();
            }
        }

        @Override
        public boolean isCancelled() {
            return super.isCancelled();
        }

        @Override
        public void cancel() {
            super.cancel();
            Subscription s = starting;
            if (s != null) {
                s.cancel();
            }
            place.close();
        }

        @Override
        public void onSubscribe(Subscription s) {
            starting = s;
            set(s);
            starting = null;
        }

        @Override
        public void onNext(T element) {
            actual.onNext(element);
        }

        @Override
        public void onError(Throwable error) {
            actual.onError(error);
        }

        @Override
        public void onComplete() {
            actual.onComplete();
        }

        @Override
        public Context currentContext() {
            return actual.currentContext();
        }

        @Override
        @SuppressWarnings({"rawtypes", "ReferenceEquality"}) // attributes are constants
        public @Nullable Object scanUnsafe(Attr key) {
            if (key == Attr.ACTUAL) {
                return actual;
            }
            return key == Attr.RUN_STYLE ? Attr.RunStyle.ASYNC : super.scanUnsafe(key);
        }
    }
}
