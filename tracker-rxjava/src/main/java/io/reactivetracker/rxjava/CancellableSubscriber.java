// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import io.reactivetracker.CancellationToken;
import io.reactivetracker.adapter.CancellableSignals;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.FlowableSubscriber;
import io.reactivex.rxjava3.exceptions.Exceptions;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * One subscription to a {@code Flowable} that a {@link CancellationToken} or a task of a group can end.
 *
 * <p>The upstream is cancelled at most once. If the subscription is cut off before its source has called {@code
 * onSubscribe}, the downstream is told all the same. Signals are withheld only after a cut: after any other end the
 * downstream decides about what comes too late.
 */
class CancellableSubscriber<T> extends CancellableSignals implements FlowableSubscriber<T>, Subscription {

    final Subscriber<? super T> downstream;

    // Set before the gate is entered to pass it on: a thread that cuts off later sees it, and one that was first keeps
    // the gate closed.
    private @Nullable Subscription upstream;

    // Set inside the gate, and read by the thread that tells the downstream of a cut, when no thread is inside.
    private boolean subscribed;

    CancellableSubscriber(Subscriber<? super T> downstream, @Nullable CancellationToken token) {
        super(token);
        this.downstream = downstream;
    }

    /** Returns a {@code Flowable} whose subscriptions the token can end. */
    static <T> Flowable<T> flowable(Flowable<T> source, CancellationToken token) {
        return OwnPublishers.flowable(downstream -> subscribe(source, downstream, token));
    }

    /** Subscribes to a source, which a cancelled token leaves untouched. */
    static <T> void subscribe(Flowable<T> source, Subscriber<? super T> downstream, CancellationToken token) {
        // A cancelled token cuts the subscriber off in onSubscribe.
        Flowable<T> upstream = token.isCancelled() ? Flowable.never() : source;
        CancellableSubscriber<T> subscriber = new CancellableSubscriber<>(downstream, token);
        try {
            upstream.subscribe(subscriber);
        } catch (Throwable failure) {
            subscriber.cancelAfterErrors(failure);
            throw failure;
        }
    }

    /** Fails because {@code subscribe()} threw: tells the downstream, unless the failure is fatal and is thrown. */
    final void failInSubscribe(Throwable failure) {
        try {
            Exceptions.throwIfFatal(failure);
        } catch (Throwable fatal) {
            cancelAfterErrors(fatal);
            throw fatal;
        }
        try {
            cancelUpstream();
        } catch (Throwable another) {
            failure.addSuppressed(another);
        }
        onError(failure);
    }

    void deliver(T element) {
        downstream.onNext(element);
    }

    void deliverComplete() {
        downstream.onComplete();
    }

    /** Called once the downstream has cancelled, and the upstream was. */
    void cancelled() {}

    @Override
    public final void onSubscribe(Subscription s) {
        Objects.requireNonNull(s, "subscription must not be null");
        if (upstream != null) {
            s.cancel();
            TaskSubscription.reportSecondOnSubscribe(s);
            return;
        }
        upstream = s;
        if (!enter()) {
            // Cut off before; or its subscribe() threw, and then it goes on.
            cancelUpstream();
            return;
        }
        try {
            listen();
            subscribed = true;
            passOnSubscribe();
        } finally {
            leaveAndTell();
        }
    }

    private void passOnSubscribe() {
        try {
            downstream.onSubscribe(this);
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
        } else if (!isCut()) {
            passOn(element);
        }
    }

    private void passOn(T element) {
        try {
            deliver(element);
        } catch (Throwable failure) {
            cancelAfterErrors(failure);
            throw failure;
        }
    }

    @Override
    public final void onError(Throwable error) {
        Objects.requireNonNull(error, "error must not be null");
        if (isLastSignal()) {
            passOnError(error);
        } else if (!isReasonForCut(error)) {
            RxJavaPlugins.onError(error);
        }
    }

    /** Makes the subscription known to the downstream, if the source has not called {@code onSubscribe} yet. */
    final void subscribeDownstream() {
        if (!subscribed) {
            // If the source calls, it is cancelled.
            passOnSubscribe();
        }
    }

    @Override
    protected void passOnError(Throwable error) {
        subscribeDownstream();
        if (CancellationFilter.withholds(error, downstream)) {
            // The downstream passes its disposal on, but the upstream has ended by itself or was cancelled before.
            boolean unused = claimCancel();
            CancellationFilter.dispose(downstream);
        } else {
            downstream.onError(error);
        }
    }

    @Override
    public final void onComplete() {
        if (isLastSignal()) {
            deliverComplete();
        }
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

    /** Cancels for the downstream: a cancel from outside that comes later tells it nothing. */
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

    @Override
    protected final void cancelUpstream() {
        Subscription s = upstream;
        if (s != null && claimCancel()) {
            cancel(s);
        }
    }

    /** Cancels the upstream, once. */
    void cancel(Subscription s) {
        s.cancel();
    }
}
