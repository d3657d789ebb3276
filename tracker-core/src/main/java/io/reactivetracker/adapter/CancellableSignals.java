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
 * The signals of one subscription that another thread can cut off: its upstream is cancelled, and then its downstream
 * gets a last signal, a {@link TaskCancelledException} by default.
 *
 * <p>An adapter's subscriber extends this, and {@linkplain #enter enters} to pass a signal on. The subscription is cut
 * off by a {@link CancellationToken}; or by a task of a group, which calls {@link #cutOff()}: then the subclass
 * overrides {@link #cancellation()} and {@link #cancellationCause()}; or by another event: then it overrides {@link
 * #register} and {@link #passOnCut()}, too.
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
     * Creates the signals of a new subscription.
     *
     * @param token the token that cuts it off; null if the subclass calls {@link #cutOff()}
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
     * Creates the error that tells the downstream of the cut.
     *
     * @return an exception that names what was cancelled
     */
    protected TaskCancelledException cancellation() {
        return TaskCancelledException.of(Objects.requireNonNull(token));
    }

    /**
     * Returns why the subscription was cut off.
     *
     * @return the cause of the cancel, or null if none was given
     */
    protected @Nullable Throwable cancellationCause() {
        return Objects.requireNonNull(token).cause();
    }

    /**
     * Registers the cut with what cuts the subscription off.
     *
     * @param cut the action, which may run during this call
     * @return the registration, by default with the token; null if the subclass calls {@link #cutOff()}
     */
    protected @Nullable Registration register(Runnable cut) {
        return token == null ? null : token.onCancel(cut);
    }

    /**
     * Begins to listen to what cuts the subscription off, at the first call. Called inside, before the source is
     * subscribed to or before {@code onSubscribe} is passed on.
     */
    protected final void listen() {
        if (registration == null) {
            registration = register(this::cutOff);
        }
    }

    /**
     * Begins to listen before the source is subscribed to, so that a subscription that is cut off already leaves it
     * untouched. Called before another thread knows of the subscription.
     *
     * @return true if the source is to be subscribed to; otherwise the downstream has its last signal
     */
    protected final boolean listenFirst() {
        // Nobody else knows of this subscription, so it is open.
        boolean unused = enter();
        try {
            listen();
        } finally {
            leaveAndTell();
        }
        return !isCut();
    }

    /** Tells the downstream of a cut; by default by the error {@link #cancellation()}. */
    protected void passOnCut() {
        passOnError(cancellation());
    }

    /**
     * Ends the subscription by a terminal signal or the downstream's cancel.
     *
     * @return true if this call ended it; false if the subscription had ended before
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
     * Returns whether a late error is the cause of the cut, which the downstream was told, so that it need not be
     * reported: a task that fails may cancel the subscription that waits for it.
     *
     * @param error the error
     * @return false if the error would be lost
     */
    @SuppressWarnings("ReferenceEquality") // an equal error is another error
    protected final boolean isReasonForCut(Throwable error) {
        return isCut() && error == cancellationCause();
    }

    /** Leaves, and tells the downstream of a cut if this thread is the last one inside. */
    protected final void leaveAndTell() {
        if (leave()) {
            passOnCut();
        }
    }

    /** Cuts the subscription off. Called in any thread. */
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
