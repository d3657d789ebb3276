// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import io.reactivetracker.CancellationToken;
import io.reactivetracker.Registration;
import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.internal.SignalGate;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CorePublisher;
import reactor.core.CoreSubscriber;
import reactor.core.Scannable;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * One subscription that a {@link CancellationToken} can end: its upstream is cancelled, and then its downstream is told
 * by a {@link TaskCancelledException}.
 *
 * <p>The token may be cancelled from any thread while the upstream emits; the gate makes the downstream see one signal
 * at a time.
 */
final class CancelWithSubscriber<T> extends SignalGate implements CoreSubscriber<T>, Subscription, Scannable {

    private final CoreSubscriber<? super T> actual;
    private final CancellationToken token;

    private @Nullable Subscription upstream;
    private @Nullable Registration registration;

    private CancelWithSubscriber(CoreSubscriber<? super T> actual, CancellationToken token) {
        this.actual = actual;
        this.token = token;
    }

    static <T> void subscribe(
            CorePublisher<? extends T> source, CoreSubscriber<? super T> actual, CancellationToken token) {
        if (token.isCancelled()) {
            Operators.error(actual, new TaskCancelledException(token.cause()));
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
        // The gate is held from the start, so a cut that comes from here on waits until the downstream knows us.
        registration = token.onCancel(this::cutOff);
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
        if (terminate()) {
            unregister();
            actual.onError(error);
        } else {
            Operators.onErrorDropped(error, currentContext());
        }
    }

    @Override
    public void onComplete() {
        if (terminate()) {
            unregister();
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
        terminate();
        unregister();
        if (upstream != null) {
            upstream.cancel();
        }
    }

    /** The token's cancel, from any thread. */
    private void cutOff() {
        if (!cut()) {
            return;
        }
        try {
            if (upstream != null) {
                upstream.cancel();
            }
        } finally {
            leaveAndTell();
        }
    }

    private void leaveAndTell() {
        if (leave()) {
            actual.onError(new TaskCancelledException(token.cause()));
        }
    }

    private void unregister() {
        if (registration != null) {
            registration.close();
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
            return isCut();
        }
        if (key == Attr.RUN_STYLE) {
            return Attr.RunStyle.SYNC;
        }
        return null;
    }
}
