// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.adapter.TaskSignals;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CorePublisher;
import reactor.core.CoreSubscriber;
import reactor.core.Scannable;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * One subscription that a tracker counts: passes every signal on.
 *
 * <p>Elements are passed on also after the end, as {@code hide()} and {@code doFinally} do: the downstream decides
 * about late elements.
 */
final class TrackWithSubscriber<T> extends TaskSignals implements CoreSubscriber<T>, Subscription, Scannable {

    private final CoreSubscriber<? super T> actual;

    private @Nullable Subscription upstream;

    TrackWithSubscriber(CoreSubscriber<? super T> actual, TaskTracker tracker, TaskOptions options) {
        super(tracker, options);
        this.actual = actual;
    }

    static <T> void subscribe(
            CorePublisher<? extends T> source,
            CoreSubscriber<? super T> actual,
            TaskTracker tracker,
            TaskOptions options) {
        TrackWithSubscriber<T> subscriber;
        try {
            subscriber = new TrackWithSubscriber<>(actual, tracker, options);
        } catch (IllegalStateException refused) {
            Operators.error(actual, refused);
            return;
        }
        try {
            source.subscribe(subscriber);
        } catch (Throwable failure) {
            subscriber.failInSubscribe(failure);
        }
    }

    /** Passes the failure downstream, or drops it if it comes too late, as every operator of Reactor does. */
    private void failInSubscribe(Throwable failure) {
        try {
            Operators.reportThrowInSubscribe(this, failure);
        } catch (Throwable fatal) {
            cancelAfterErrors(fatal);
            throw fatal;
        } finally {
            // In any case: the failure may be that of a close for which the stack was too deep.
            close();
        }
        cancel();
    }

    @Override
    public void onSubscribe(Subscription s) {
        if (Operators.validate(upstream, s)) {
            upstream = s;
            try {
                actual.onSubscribe(this);
            } catch (Throwable failure) {
                cancelAfterErrors(failure);
                throw failure;
            }
        }
    }

    @Override
    public void onNext(T element) {
        try {
            actual.onNext(element);
        } catch (Throwable failure) {
            cancelAfterErrors(failure);
            throw failure;
        }
    }

    @Override
    public void onError(Throwable error) {
        if (!end()) {
            Operators.onErrorDropped(error, actual.currentContext());
            return;
        }
        try (this) {
            actual.onError(error);
        }
    }

    @Override
    public void onComplete() {
        if (end()) {
            try (this) {
                actual.onComplete();
            }
        }
    }

    @Override
    public void request(long n) {
        Subscription s = upstream;
        if (s == null) {
            return;
        }
        try {
            s.request(n);
        } catch (Throwable failure) {
            cancelAfterErrors(failure);
            throw failure;
        }
    }

    @Override
    public void cancel() {
        cancelOnce();
    }

    @Override
    protected void cancelUpstream() {
        Subscription s = upstream;
        if (s != null) {
            s.cancel();
        }
    }

    @Override
    public Context currentContext() {
        return actual.currentContext();
    }

    @Override
    @SuppressWarnings({"rawtypes", "ReferenceEquality"}) // attributes are constants
    public @Nullable Object scanUnsafe(Attr key) {
        if (key == Attr.PARENT) {
            return upstream;
        }
        if (key == Attr.ACTUAL) {
            return actual;
        }
        if (key == Attr.TERMINATED) {
            return hasEnded();
        }
        if (key == Attr.CANCELLED) {
            return isCancelled() && !hasEnded();
        }
        return key == Attr.RUN_STYLE ? Attr.RunStyle.SYNC : null;
    }
}
