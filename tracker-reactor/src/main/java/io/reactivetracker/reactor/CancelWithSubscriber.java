// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import io.reactivetracker.CancellationToken;
import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.internal.CancellableSignals;
import io.reactivetracker.internal.Failures;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CorePublisher;
import reactor.core.CoreSubscriber;
import reactor.core.Scannable;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * One subscription that a {@link CancellationToken} can end.
 *
 * <p>What the token's cancel sets off, in the thread that cancels, runs with the thread-locals of the subscriber. Only a
 * cut off subscription withholds signals: after any other end the downstream decides about what comes too late.
 */
final class CancelWithSubscriber<T> extends CancellableSignals implements CoreSubscriber<T>, Subscription, Scannable {

    private static final VarHandle UPSTREAM_CANCELLED;

    static {
        try {
            UPSTREAM_CANCELLED = MethodHandles.lookup()
                    .findVarHandle(CancelWithSubscriber.class, "upstreamCancelled", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final CoreSubscriber<? super T> actual;
    private final Executor threadLocals;

    private @Nullable Subscription upstream;

    private boolean done;

    // Set once. Of all that cancel, the one that sets it cancels the upstream.
    private volatile boolean upstreamCancelled;

    CancelWithSubscriber(CoreSubscriber<? super T> actual, CancellationToken token, Executor threadLocals) {
        super(token);
        this.actual = actual;
        this.threadLocals = threadLocals;
    }

    static <T> void subscribe(
            CorePublisher<? extends T> source, CoreSubscriber<? super T> actual, CancellationToken token) {
        if (token.isCancelled()) {
            Operators.error(actual, TaskCancelledException.of(token));
            return;
        }
        CancelWithSubscriber<T> subscriber =
                new CancelWithSubscriber<>(actual, token, SubscriberThreadLocals.capture());
        try {
            source.subscribe(subscriber);
        } catch (Throwable failure) {
            subscriber.failInSubscribe(failure);
        }
    }

    /** As every operator of Reactor does: the failure goes downstream, or is dropped if it comes too late. */
    void failInSubscribe(Throwable failure) {
        try {
            Operators.reportThrowInSubscribe(this, failure);
        } catch (Throwable fatal) {
            cancelAfter(fatal);
            throw fatal;
        }
        cancel();
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
        } catch (Throwable failure) {
            cancelAfter(failure);
            throw failure;
        } finally {
            leaveAndTell();
        }
    }

    @Override
    public void onNext(T element) {
        if (enter()) {
            try {
                passOn(element);
            } finally {
                leaveAndTell();
            }
        } else if (isCut()) {
            Operators.onDiscard(element, currentContext());
        } else {
            passOn(element);
        }
    }

    private void passOn(T element) {
        try {
            actual.onNext(element);
        } catch (Throwable failure) {
            cancelAfter(failure);
            throw failure;
        }
    }

    @Override
    public void onError(Throwable error) {
        if (isLastSignal()) {
            actual.onError(error);
        } else if (!isReasonForCut(error)) {
            Operators.onErrorDropped(error, currentContext());
        }
    }

    @Override
    public void onComplete() {
        if (isLastSignal()) {
            actual.onComplete();
        }
    }

    /** Whether a terminal signal is the first one, and comes before a cut. */
    private boolean isLastSignal() {
        if (done) {
            return false;
        }
        done = true;
        return end() || !isCut();
    }

    @Override
    public void request(long n) {
        if (upstream == null) {
            return;
        }
        try {
            upstream.request(n);
        } catch (Throwable failure) {
            cancelAfter(failure);
            throw failure;
        }
    }

    /** The downstream's cancel, in its own thread: a token that is cancelled later tells it nothing. */
    @Override
    public void cancel() {
        end();
        cancelUpstreamOnce();
    }

    private void cancelUpstreamOnce() {
        if (upstream != null && !upstreamCancelled && !(boolean) UPSTREAM_CANCELLED.getAndSet(this, true)) {
            upstream.cancel();
        }
    }

    /** What has thrown is over; whatever else goes wrong must not hide why. */
    private void cancelAfter(Throwable failure) {
        Failures.runAfter(failure, this::cancel);
    }

    @Override
    protected void cancelUpstream() {
        threadLocals.execute(this::cancelUpstreamOnce);
    }

    @Override
    protected void passOnError(Throwable error) {
        threadLocals.execute(() -> actual.onError(error));
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
            return wasCut();
        }
        return key == Attr.RUN_STYLE ? Attr.RunStyle.SYNC : null;
    }

    /** Whether the token has ended the subscription: what it tells the downstream is the last signal. */
    boolean wasCut() {
        return isCut();
    }
}
