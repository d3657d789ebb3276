// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.mutiny;

import io.reactivetracker.CancellationToken;
import io.reactivetracker.adapter.CancellableSignals;
import io.smallrye.mutiny.Context;
import io.smallrye.mutiny.helpers.Subscriptions;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.smallrye.mutiny.subscription.ContextSupport;
import io.smallrye.mutiny.subscription.MultiSubscriber;
import java.util.Objects;
import java.util.concurrent.Flow.Subscriber;
import java.util.concurrent.Flow.Subscription;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One subscription that a {@link CancellationToken} or a task of a group can end.
 *
 * <p>The upstream is cancelled at most once. If the subscription is cut off before its source has called {@code
 * onSubscribe}, the downstream is told all the same. Signals are withheld only after a cut: after any other end the
 * downstream decides about what comes too late.
 */
class CancellableSubscriber<T> extends CancellableSignals implements MultiSubscriber<T>, Subscription, ContextSupport {

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

    /** Subscribes to a source, which a cancelled token leaves untouched. */
    static <T> void subscribe(
            Consumer<MultiSubscriber<T>> source, Subscriber<? super T> downstream, CancellationToken token) {
        CancellableSubscriber<T> subscriber = new CancellableSubscriber<>(downstream, token);
        if (token.isCancelled()) {
            // This cuts the subscriber off.
            subscriber.onSubscribe(Subscriptions.empty());
            return;
        }
        try {
            source.accept(subscriber);
        } catch (Throwable failure) {
            subscriber.cancelAfterErrors(failure);
            throw failure;
        }
    }

    /** Fails because {@code subscribe()} threw: tells the downstream, unless the failure is fatal and is thrown. */
    final void failInSubscribe(Throwable failure) {
        try {
            PipelineStep.throwIfFatal(failure);
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
    public final void onItem(T element) {
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
    public final void onFailure(Throwable error) {
        if (error == null) {
            throw PipelineStep.missingFailure(this::cancelAfterErrors);
        }
        if (isLastSignal()) {
            passOnError(error);
        } else if (!isReasonForCut(error)) {
            Infrastructure.handleDroppedException(error);
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
        downstream.onError(error);
    }

    @Override
    public final Context context() {
        return PipelineStep.contextOf(downstream);
    }

    @Override
    public final void onCompletion() {
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
