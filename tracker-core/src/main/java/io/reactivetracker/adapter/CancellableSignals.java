// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.adapter;

import io.reactivetracker.CancellationToken;
import io.reactivetracker.Registration;
import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.internal.Throwables;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The signals of one subscription that can be cancelled from aside: its upstream is cancelled, and then its downstream
 * is told by a {@link TaskCancelledException}.
 *
 * <p>An adapter's subscriber extends this, and {@linkplain #enter enters} to pass a signal on. It is cancelled by a
 * {@link CancellationToken}; or by a task of a group, which calls {@link #cutOff()}: then it says why by the methods
 * that it overrides.
 */
public abstract class CancellableSignals extends HalfSerializer {

    private static final VarHandle UPSTREAM_CANCELLED;

    static {
        try {
            UPSTREAM_CANCELLED =
                    MethodHandles.lookup().findVarHandle(CancellableSignals.class, "upstreamCancelled", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final @Nullable CancellationToken token;
    private @Nullable Registration registration;

    // Set by the upstream with its first terminal signal.
    private boolean done;

    // Set once. The thread whose getAndSet flips it cancels the upstream.
    private volatile boolean upstreamCancelled;

    /**
     * Makes the signals of a new subscription.
     *
     * @param token what can cancel it; null if the subclass says by whom and why it was cancelled
     */
    protected CancellableSignals(@Nullable CancellationToken token) {
        this.token = token;
    }

    /** Cancels the upstream, if it is known by now. */
    protected abstract void cancelUpstream();

    /**
     * Passes an error on.
     *
     * @param error the last signal
     */
    protected abstract void passOnError(Throwable error);

    /**
     * Makes the error that tells the downstream that it was cut off.
     *
     * @return an exception that names what was cancelled
     */
    protected TaskCancelledException cancellation() {
        return TaskCancelledException.of(Objects.requireNonNull(token));
    }

    /**
     * Why the subscription was cut off.
     *
     * @return the cause of the cancel, or null if none was given
     */
    protected @Nullable Throwable cancellationCause() {
        return Objects.requireNonNull(token).cause();
    }

    /** Begins to listen to the token, if there is one; by who is inside and is about to pass {@code onSubscribe} on. */
    protected final void listen() {
        if (token != null) {
            registration = token.onCancel(this::cutOff);
        }
    }

    /**
     * Ends the subscription from within.
     *
     * @return true if the caller's terminal signal is the one to pass on; false if the subscription had ended already
     */
    protected final boolean end() {
        boolean isFirst = terminate();
        if (isFirst && registration != null) {
            registration.close();
        }
        return isFirst;
    }

    /**
     * Returns whether a terminal signal of the upstream is the first one and comes before a cut; called for each of
     * them.
     *
     * <p>After the cancel of the downstream the signal is passed on: the downstream decides about it.
     *
     * @return true if the signal is to be passed on
     */
    protected final boolean isLastSignal() {
        if (done) {
            return false;
        }
        done = true;
        return end() || !isCut();
    }

    /**
     * Returns whether the upstream has given a terminal signal.
     *
     * @return true after the first call of {@link #isLastSignal()}
     */
    protected final boolean isDone() {
        return done;
    }

    /**
     * Keeps the upstream from being cancelled from now on.
     *
     * @return true if no other call has done so, and the caller may cancel it
     */
    protected final boolean claimCancel() {
        return !upstreamCancelled && !(boolean) UPSTREAM_CANCELLED.getAndSet(this, true);
    }

    /**
     * Ends the subscription and cancels the upstream because one side has thrown.
     *
     * @param failure what was thrown; what the cancel throws is added to it
     */
    protected void cancelAfterErrors(Throwable failure) {
        try {
            end();
            cancelUpstream();
        } catch (Throwable another) {
            Throwables.suppress(failure, another);
        }
    }

    /**
     * Whether an error that comes too late needs no mention: it is the very reason for the cut, which the downstream
     * was told. So it is where a task fails, and by that cancels the one that waits for it.
     *
     * @param error the error
     * @return false if the error would be lost
     */
    @SuppressWarnings("ReferenceEquality") // another one that equals it is another one
    protected final boolean isReasonForCut(Throwable error) {
        return isCut() && error == cancellationCause();
    }

    /** Leaves, and tells the downstream of a cancellation if it falls to this thread. */
    protected final void leaveAndTell() {
        if (leave()) {
            passOnError(cancellation());
        }
    }

    /** Cuts the subscription off, from any thread. */
    protected final void cutOff() {
        if (!cut()) {
            return;
        }
        try {
            cancelUpstream();
        } finally {
            leaveAndTell();
        }
    }
}
