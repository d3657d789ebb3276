// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import io.reactivetracker.CancellationToken;
import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.adapter.CancellableSignals;
import io.reactivetracker.adapter.SecondaryFailures;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CorePublisher;
import reactor.core.CoreSubscriber;
import reactor.core.Scannable;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * One subscription that can be cut off: by a {@link CancellationToken}, or, in a subclass, by the cancel of a task.
 *
 * <p>The thread that cuts it off cancels the upstream and tells the downstream, with the thread-locals of the
 * subscriber. Only a subscription that was cut off withholds signals: after any other end the downstream decides about
 * late signals. A downstream that is cut off before the source has called {@code onSubscribe} gets an empty
 * subscription and the error.
 */
class CancelWithSubscriber<T> extends CancellableSignals implements CoreSubscriber<T>, Subscription, Scannable {

    final CoreSubscriber<? super T> actual;
    private final Executor threadLocals;

    // Set before onSubscribe enters. A thread that cuts the subscription off later sees it; if the cut was first,
    // onSubscribe can't enter, and cancels it.
    private @Nullable Subscription upstream;

    // Written inside, and read by the thread that tells of a cut, when no thread is inside.
    private boolean subscribed;

    CancelWithSubscriber(CoreSubscriber<? super T> actual, @Nullable CancellationToken token, Executor threadLocals) {
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

    /** Passes the failure downstream, or drops it if it comes too late, as every operator of Reactor does. */
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
                passOnSubscribe(this);
            } finally {
                leaveAndTell();
            }
        } else if (isCut()) {
            cancelUpstreamOnce();
        } else {
            // The subscription ended before the source called, as with take(0): the downstream decides.
            passOnSubscribe(this);
        }
    }

    private void passOnSubscribe(Subscription s) {
        try {
            actual.onSubscribe(s);
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

    /** Delivers the last signal: the error of the source, or that of a cut. */
    void deliverError(Throwable error) {
        actual.onError(error);
    }

    /** Delivers the last signal of the source. */
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

    /** Ends the subscription for the downstream, in its own thread: a later cut tells it nothing. */
    @Override
    public final void cancel() {
        end();
        Subscription s = upstream;
        if (s == null) {
            cancelled();
        } else if (claimCancel()) {
            try {
                cancel(s);
            } finally {
                cancelled();
            }
        }
    }

    /** Called when the downstream has cancelled, after the cancel of the upstream. */
    void cancelled() {}

    private void cancelUpstreamOnce() {
        Subscription s = upstream;
        if (s != null && claimCancel()) {
            cancel(s);
        }
    }

    /** Cancels the upstream; called once. */
    void cancel(Subscription s) {
        s.cancel();
    }

    /** As documented, but in the calling thread's own thread-locals: something threw there. */
    @Override
    protected void cancelAfterErrors(Throwable failure) {
        SecondaryFailures.runAfter(failure, () -> {
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
        tellOfCut(() -> deliverError(error));
    }

    /** Delivers the last signal of a subscription that was cut off. */
    final void tellOfCut(Runnable lastSignal) {
        threadLocals.execute(() -> {
            if (!subscribed) {
                // The source has not called onSubscribe; if it does, it is cancelled.
                passOnSubscribe(Operators.emptySubscription());
            }
            lastSignal.run();
        });
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
        return key == Attr.RUN_STYLE ? Attr.RunStyle.SYNC : null;
    }
}
