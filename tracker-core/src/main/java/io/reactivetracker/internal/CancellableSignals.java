// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.internal;

import io.reactivetracker.CancellationToken;
import io.reactivetracker.Registration;
import io.reactivetracker.TaskCancelledException;
import org.jspecify.annotations.Nullable;

/**
 * The signals of one subscription that a {@link CancellationToken} can end: its upstream is cancelled, and then its
 * downstream is told by a {@link TaskCancelledException}.
 *
 * <p>An adapter's subscriber extends this, and asks before it passes a signal on.
 */
public abstract class CancellableSignals extends SignalGate {

    private final CancellationToken token;
    private @Nullable Registration registration;

    /**
     * Makes the signals of a new subscription.
     *
     * @param token what can end it
     */
    protected CancellableSignals(CancellationToken token) {
        this.token = token;
    }

    /** Cancels the upstream, if it is known by now. */
    protected abstract void cancelUpstream();

    /**
     * Passes an error on.
     *
     * @param error the token's, or whichever else is the last signal
     */
    protected abstract void passOnError(Throwable error);

    /** Begins to listen to the token; then pass {@code onSubscribe} on, and {@link #leaveAndTell}. */
    protected final void listen() {
        // The gate is held from the start, so a cut that comes from here on waits until the downstream knows us.
        registration = token.onCancel(this::cutOff);
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
        return isCut() && error == token.cause();
    }

    /** Leaves, and tells the downstream of a cancellation if it falls to this thread. */
    protected final void leaveAndTell() {
        if (leave()) {
            passOnError(TaskCancelledException.of(token));
        }
    }

    /** The token's cancel, from any thread. */
    private void cutOff() {
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
