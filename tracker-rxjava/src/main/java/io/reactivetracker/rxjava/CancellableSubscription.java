// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import io.reactivetracker.CancellationToken;
import io.reactivetracker.adapter.CancellableSignals;
import io.reactivetracker.internal.Throwables;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One subscription that can be cancelled from aside, by a {@link CancellationToken} or by a task of a group: what is the same
 * for RxJava's five types. A type adds how its own downstream is called.
 *
 * <p>The upstream is cancelled at most once. One that is cut off before its source has called {@code onSubscribe} is told all
 * the same. Only a subscription that was cut off withholds signals: after any other end the
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

    // Set before the gate is entered to pass it on: who cuts off later sees it, and who was first keeps the gate
    // closed.
    @Nullable
    U upstream;

    // Set by who is inside: read by the one that tells of a cut, when nobody is.
    private boolean subscribed;

    private boolean done;

    // Set once. The thread whose getAndSet flips it cancels the upstream.
    @SuppressWarnings("UnusedVariable") // read by the handle
    private volatile boolean upstreamCancelled;

    CancellableSubscription(@Nullable CancellationToken token) {
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
        if (!enter()) {
            // Cut off before; or its subscribe() threw, and then it goes on.
            cancelUpstream();
            return;
        }
        try {
            listen();
            subscribed = true;
            passOnSubscribe();
        } catch (Throwable failure) {
            cancelAfterErrors(failure);
            throw failure;
        } finally {
            leaveAndTell();
        }
    }

    /** Returns whether the source has told its outcome. */
    final boolean isDone() {
        return done;
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
    protected void passOnError(Throwable error) {
        if (!subscribed) {
            // The source has not called yet, and if it does it is cancelled.
            try {
                passOnSubscribe();
            } catch (Throwable failure) {
                cancelAfterErrors(failure);
                throw failure;
            }
        }
        if (Unheard.isUnheard(error, downstream())) {
            // The downstream passes its disposal on, but the upstream has ended by itself or was cancelled before.
            upstreamCancelled = true;
            Unheard.dispose(downstream());
        } else {
            deliverError(error);
        }
    }

    /** Cancels for the downstream: a cancel from aside that comes later tells it nothing. */
    final void cancelForDownstream() {
        end();
        U known = upstream;
        if (known == null) {
            cancelled();
        } else if (claimCancel()) {
            try {
                cancel(known);
            } finally {
                cancelled();
            }
        }
    }

    /** Called once the downstream has cancelled, and the upstream was. */
    void cancelled() {}

    /** Cancels the upstream since one side has thrown; what else goes wrong must not hide why. */
    void cancelAfterErrors(Throwable failure) {
        Throwables.runAfter(failure, () -> {
            end();
            cancelUpstream();
        });
    }

    @Override
    protected final void cancelUpstream() {
        U known = upstream;
        if (known != null && claimCancel()) {
            cancel(known);
        }
    }

    private boolean claimCancel() {
        return !(boolean) UPSTREAM_CANCELLED.getAndSet(this, true);
    }
}
