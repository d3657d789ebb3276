// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import io.reactivetracker.CancellationToken;
import io.reactivetracker.adapter.CancellableSignals;
import io.reactivetracker.internal.Throwables;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Scannable;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * One subscription that can be cancelled from aside: by a {@link CancellationToken}, or by the cancel of a task of a group.
 *
 * <p>What such a cancel sets off, in the thread that cancels, runs with the thread-locals of the subscriber. Only a cut off
 * subscription withholds signals: after any other end the downstream decides about what comes too late. One that is cut off
 * before its source has called {@code onSubscribe} is told all the same.
 */
abstract class CancellableSubscriber<T> extends CancellableSignals
        implements CoreSubscriber<T>, Subscription, Scannable {

    final CoreSubscriber<? super T> actual;
    private final Executor threadLocals;

    // Set before the gate is entered to pass it on: who cuts off later sees it, and who was first keeps the gate
    // closed.
    private @Nullable Subscription upstream;

    // Set by who is inside: read by the one that tells of a cut, when nobody is.
    private boolean subscribed;

    CancellableSubscriber(CoreSubscriber<? super T> actual, @Nullable CancellationToken token, Executor threadLocals) {
        super(token);
        this.actual = actual;
        this.threadLocals = threadLocals;
    }

    /** As every operator of Reactor does: the failure goes downstream, or is dropped if it comes too late. */
    final void failInSubscribe(Throwable failure) {
        try {
            Operators.reportThrowInSubscribe(this, failure);
        } catch (Throwable fatal) {
            cancelAfterErrors(fatal);
            throw fatal;
        }
        cancel();
    }

    @Override
    public final void onSubscribe(Subscription s) {
        if (!Operators.validate(upstream, s)) {
            return;
        }
        upstream = s;
        if (enter()) {
            try {
                listen();
                subscribed = true;
                passOnSubscribe();
            } finally {
                leaveAndTell();
            }
        } else if (isCut()) {
            cancelUpstreamOnce();
        } else {
            // It has ended before it answers, as take(0) may: the downstream decides.
            passOnSubscribe();
        }
    }

    private void passOnSubscribe() {
        try {
            actual.onSubscribe(this);
        } catch (Throwable failure) {
            cancelAfterErrors(failure);
            throw failure;
        }
    }

    @Override
    public final void onNext(T element) {
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
            cancelAfterErrors(failure);
            throw failure;
        }
    }

    @Override
    public final void onError(Throwable error) {
        if (isLastSignal()) {
            deliverError(error);
        } else if (!isReasonForCut(error)) {
            Operators.onErrorDropped(error, currentContext());
        }
    }

    @Override
    public final void onComplete() {
        if (isLastSignal()) {
            deliverComplete();
        }
    }

    /** Tells the downstream the outcome: that of the source, or of a cut. */
    void deliverError(Throwable error) {
        actual.onError(error);
    }

    void deliverComplete() {
        actual.onComplete();
    }

    @Override
    public final void request(long n) {
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

    /** The downstream's cancel, in its own thread: a cancel from aside that comes later tells it nothing. */
    @Override
    public final void cancel() {
        end();
        Subscription s = upstream;
        if (s == null) {
            cancelled();
        } else if (claimCancel()) {
            try {
                s.cancel();
            } finally {
                cancelled();
            }
        }
    }

    /** Called once the downstream has cancelled, and the upstream was. */
    void cancelled() {}

    private void cancelUpstreamOnce() {
        Subscription s = upstream;
        if (s != null && claimCancel()) {
            s.cancel();
        }
    }

    /** What has thrown is over; whatever else goes wrong must not hide why. */
    @Override
    protected void cancelAfterErrors(Throwable failure) {
        Throwables.runAfter(failure, () -> {
            end();
            cancelUpstreamOnce();
        });
    }

    @Override
    protected final void cancelUpstream() {
        threadLocals.execute(this::cancelUpstreamOnce);
    }

    @Override
    protected final void passOnError(Throwable error) {
        threadLocals.execute(() -> tell(error));
    }

    private void tell(Throwable error) {
        if (!subscribed) {
            // The source has not called yet, and if it does it is cancelled.
            try {
                actual.onSubscribe(Operators.emptySubscription());
            } catch (Throwable failure) {
                cancelAfterErrors(failure);
                throw failure;
            }
        }
        deliverError(error);
    }

    /** Whether the subscription was cut off: what it tells the downstream is the last signal. */
    final boolean wasCut() {
        return isCut();
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
}
