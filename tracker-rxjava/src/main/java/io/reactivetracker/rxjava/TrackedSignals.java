// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskToken;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.internal.Throwables;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One tracked subscription: passes every signal on, and is the token that counts it.
 *
 * <p>It is counted until a terminal signal was delivered downstream, or until the upstream's cancel returned, whichever
 * comes first. A side that throws is treated as cancelling, as rule 2.13 of Reactive Streams says. The upstream is cancelled
 * at most once. This class holds what is the same for RxJava's five types; a type adds how its own downstream is called.
 *
 * <p>It is neither fused nor conditional. A fused queue outlives its completion, and may be dropped without a cancel; so
 * the end of such a subscription cannot be seen. Elements are passed on without a look at what came before, as {@code
 * hide()} does: the downstream decides about one that comes after the end.
 *
 * @param <U> the type of the upstream: a {@code Subscription} or a {@code Disposable}
 */
abstract class TrackedSignals<U> extends TaskToken {

    private static final VarHandle CANCELLED;

    static {
        try {
            CANCELLED = MethodHandles.lookup().findVarHandle(TrackedSignals.class, "cancelled", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @Nullable
    U upstream;

    // Plain: a cancel that races with the last signal and does not see it counts as the first of the two.
    private boolean done;

    // Set once. The thread whose getAndSet flips it cancels the upstream.
    private volatile boolean cancelled;

    TrackedSignals(TaskTracker tracker, TaskOptions options) {
        super(tracker, options);
    }

    /** The downstream, to see whether it has a callback for errors. */
    abstract Object downstream();

    abstract void passOnSubscribe();

    abstract void passOnError(Throwable error);

    abstract void cancel(U subscription);

    /** Keeps the upstream's subscription, and passes this one on. */
    final void subscribed(U subscription) {
        if (upstream != null) {
            cancel(subscription);
            ProtocolViolations.reportSecondOnSubscribe(subscription);
            return;
        }
        upstream = subscription;
        if (cancelled) {
            // Its subscribe() threw, and then it goes on.
            cancel(subscription);
            return;
        }
        try {
            passOnSubscribe();
        } catch (Throwable failure) {
            cancelAfterErrors(failure);
            throw failure;
        }
    }

    /** Returns whether the caller's terminal signal is the first; then it is to be delivered within {@code try (this)}. */
    final boolean end() {
        boolean isFirst = !done;
        done = true;
        return isFirst;
    }

    public final void onError(Throwable error) {
        if (!end()) {
            RxJavaPlugins.onError(error);
            return;
        }
        try (this) {
            if (Unheard.isUnheard(error, downstream())) {
                // The downstream passes its disposal on, but the upstream has ended.
                cancelled = true;
                Unheard.dispose(downstream());
            } else {
                passOnError(Objects.requireNonNull(error, "error must not be null"));
            }
        }
    }

    /** Cancels the upstream for the downstream, or for a failure, unless that was done. */
    final void cancelUpstream() {
        if ((boolean) CANCELLED.getAndSet(this, true)) {
            return;
        }
        try {
            if (upstream != null) {
                cancel(upstream);
            }
        } finally {
            // While the last signal is being delivered, the task runs until that returns.
            if (!done) {
                close();
            }
        }
    }

    /** Cancels the upstream since one side has thrown; what else goes wrong must not hide why. */
    final void cancelAfterErrors(Throwable failure) {
        // Closed in any case: what has thrown may be a close, on a stack that was too deep for it.
        try (this) {
            Throwables.runAfter(failure, this::cancelUpstream);
        }
    }
}
