// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.adapter;

import io.reactivetracker.CancellationToken;
import io.reactivetracker.Registration;
import io.reactivetracker.TaskCancelledException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The signals of one subscription that can be cancelled from aside: its upstream is cancelled, and then its downstream is
 * told by a {@link TaskCancelledException}.
 *
 * <p>An adapter's subscriber extends this, and {@linkplain #enter enters} to pass a signal on. It is cancelled by a {@link
 * CancellationToken}; or by a task of a group, which calls {@link #cutOff()}: then it says why by the methods that it
 * overrides.
 */
public abstract class CancellableSignals extends HalfSerializer {

    private final @Nullable CancellationToken token;
    private @Nullable Registration registration;

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
     * Whether an error that comes too late needs no mention: it is the very reason for the cut, which the downstream was
     * told. So it is where a task fails, and by that cancels the one that waits for it.
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
