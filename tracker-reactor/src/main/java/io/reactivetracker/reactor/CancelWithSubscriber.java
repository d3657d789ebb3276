// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import io.reactivetracker.CancellationToken;
import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.internal.CancellableSignals;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CorePublisher;
import reactor.core.CoreSubscriber;
import reactor.core.Scannable;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/** One subscription that a {@link CancellationToken} can end. */
final class CancelWithSubscriber<T> extends CancellableSignals implements CoreSubscriber<T>, Subscription, Scannable {

    private final CoreSubscriber<? super T> actual;

    private @Nullable Subscription upstream;

    private CancelWithSubscriber(CoreSubscriber<? super T> actual, CancellationToken token) {
        super(token);
        this.actual = actual;
    }

    static <T> void subscribe(
            CorePublisher<? extends T> source, CoreSubscriber<? super T> actual, CancellationToken token) {
        if (token.isCancelled()) {
            Operators.error(actual, TaskCancelledException.of(token));
            return;
        }
        CancelWithSubscriber<T> subscriber = new CancelWithSubscriber<>(actual, token);
        try {
            source.subscribe(subscriber);
        } catch (Throwable failure) {
            try {
                Operators.reportThrowInSubscribe(subscriber, failure);
            } finally {
                subscriber.cancel();
            }
        }
    }

    @Override
    public void onSubscribe(Subscription s) {
        if (!Operators.validate(upstream, s)) {
            return;
        }
        upstream = s;
        listen();
        try {
            actual.onSubscribe(this);
        } finally {
            leaveAndTell();
        }
    }

    @Override
    public void onNext(T element) {
        if (!enter()) {
            if (isCut()) {
                Operators.onDiscard(element, currentContext());
            } else {
                Operators.onNextDropped(element, currentContext());
            }
            return;
        }
        try {
            actual.onNext(element);
        } catch (Throwable failure) {
            cancel();
            throw failure;
        } finally {
            leaveAndTell();
        }
    }

    @Override
    public void onError(Throwable error) {
        if (end()) {
            actual.onError(error);
        } else if (!isReasonForCut(error)) {
            Operators.onErrorDropped(error, currentContext());
        }
    }

    @Override
    public void onComplete() {
        if (end()) {
            actual.onComplete();
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
        actual.onError(error);
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
            return isCut();
        }
        if (key == Attr.RUN_STYLE) {
            return Attr.RunStyle.SYNC;
        }
        return null;
    }
}
