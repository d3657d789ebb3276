// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import io.reactivetracker.CancellationToken;
import io.reactivetracker.internal.CancellableSignals;
import io.reactivetracker.internal.Failures;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One subscription that a {@link CancellationToken} can end: what is the same for RxJava's five types. A type adds how its own
 * downstream is called.
 *
 * <p>The upstream is cancelled at most once. Only a subscription that was cut off withholds signals: after any other end the
 * downstream decides about what comes too late.
 *
 * @param <U> the type of the upstream: a {@code Subscription} or a {@code Disposable}
 */
abstract class CancellableSubscription<U> extends CancellableSignals {

    private static final VarHandle UPSTREAM_CANCELLED;

    static {
        try {
            UPSTREAM_CANCELLED = MethodHandles.lookup()
                    .findVarHandle(CancellableSubscription.class, "upstreamCancelled", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @Nullable
    U upstream;

    private boolean done;

    // Set once. The thread whose getAndSet flips it cancels the upstream.
    @SuppressWarnings("UnusedVariable") // read by the handle
    private volatile boolean upstreamCancelled;

    CancellableSubscription(CancellationToken token) {
        super(token);
    }

    /** The downstream, to see whether it has a callback for errors. */
    abstract Object downstream();

    abstract void passOnSubscribe();

    abstract void deliverError(Throwable error);

    abstract void cancel(U subscription);

    /** Keeps the upstream's subscription, listens to the token, and passes this subscription on. */
    final void subscribed(U subscription) {
        if (upstream != null) {
            cancel(subscription);
            ProtocolViolations.reportSecondOnSubscribe(subscription);
            return;
        }
        upstream = subscription;
        if (hasEnded()) {
            // Its subscribe() threw, and then it goes on.
            cancelUpstream();
            return;
        }
        listen();
        try {
            passOnSubscribe();
        } catch (Throwable failure) {
            cancelAfter(failure);
            throw failure;
        } finally {
            leaveAndTell();
        }
    }

    /** Returns whether a terminal signal is the first one, and comes before a cut. */
    final boolean isLastSignal() {
        if (done) {
            return false;
        }
        done = true;
        return end() || !isCut();
    }

    public final void onError(Throwable error) {
        Objects.requireNonNull(error, "error must not be null");
        if (isLastSignal()) {
            passOnError(error);
        } else if (!isReasonForCut(error)) {
            RxJavaPlugins.onError(error);
        }
    }

    @Override
    protected final void passOnError(Throwable error) {
        if (Unheard.isUnheard(error, downstream())) {
            // The downstream passes its disposal on, but the upstream has ended by itself or was cancelled before.
            upstreamCancelled = true;
            Unheard.dispose(downstream());
        } else {
            deliverError(error);
        }
    }

    /** The downstream's cancel: a token that is cancelled later tells it nothing. */
    final void cancelForDownstream() {
        end();
        cancelUpstream();
    }

    /** Cancels the upstream since one side has thrown; what else goes wrong must not hide why. */
    final void cancelAfter(Throwable failure) {
        Failures.runAfter(failure, this::cancelForDownstream);
    }

    @Override
    protected final void cancelUpstream() {
        if (upstream != null && !(boolean) UPSTREAM_CANCELLED.getAndSet(this, true)) {
            cancel(upstream);
        }
    }
}
