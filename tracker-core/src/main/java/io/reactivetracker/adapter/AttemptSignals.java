// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.adapter;

import org.jspecify.annotations.Nullable;

/**
 * The attempts of one task of a group as one subscription: the demand that they serve, and the upstream of the one that
 * runs.
 *
 * <p>One attempt follows the other, so the signals are serial. Demand that no attempt has served yet is kept and
 * requested of the next one. An adapter's subscriber extends this: it subscribes to the source for each attempt, whose
 * signals come to it.
 *
 * @param <S> the type of an upstream
 */
public abstract class AttemptSignals<S> {

    // Guarded by this object.
    private long requested;
    private @Nullable S upstream;
    private boolean cancelled;

    // Of the attempt that runs; the next one begins after it.
    private long produced;

    /** Makes the signals of a task that has not been started. */
    protected AttemptSignals() {}

    /**
     * Requests elements of an upstream.
     *
     * @param attempt the upstream of the attempt that runs
     * @param n how many
     */
    protected abstract void request(S attempt, long n);

    /**
     * Cancels an upstream.
     *
     * @param attempt the upstream of an attempt
     */
    protected abstract void cancel(S attempt);

    /**
     * Begins the next attempt: what the one before has produced is not requested again.
     *
     * @return false if the subscription was cancelled, and there is to be no attempt
     */
    protected final synchronized boolean beginAttempt() {
        if (cancelled) {
            return false;
        }
        if (requested != Long.MAX_VALUE) {
            requested = Math.max(0, requested - produced);
        }
        produced = 0;
        upstream = null;
        return true;
    }

    /**
     * Takes the upstream of an attempt. Cancels it if the subscription was cancelled, or if the attempt has an
     * upstream.
     *
     * @param attempt the upstream
     * @return the demand that is left to serve, which the caller requests; 0 if there is none or the subscription was
     *     cancelled; -1 if it is a second upstream, which is against the protocol
     */
    protected final long take(S attempt) {
        boolean isSecond;
        synchronized (this) {
            if (!cancelled && upstream == null) {
                upstream = attempt;
                return requested;
            }
            isSecond = !cancelled;
        }
        cancel(attempt);
        return isSecond ? -1 : 0;
    }

    /** Counts an element that is passed on. */
    protected final void produced() {
        produced++;
    }

    /**
     * Ends the attempt: its upstream is not to be cancelled or requested of any more.
     *
     * @return the upstream, if there is one that was not cancelled
     */
    protected final synchronized @Nullable S endAttempt() {
        S ended = cancelled ? null : upstream;
        upstream = null;
        return ended;
    }

    /**
     * Requests elements, of this attempt and of those that follow.
     *
     * @param n how many; what is not positive is for the upstream to answer, and adds nothing to the demand
     * @return false if the number is not positive and there is no upstream to answer it
     */
    protected final boolean requestFromAttempts(long n) {
        S attempt;
        synchronized (this) {
            attempt = upstream;
            if (n > 0) {
                requested = n < Long.MAX_VALUE - requested ? requested + n : Long.MAX_VALUE;
            }
        }
        if (attempt != null) {
            request(attempt, n);
        }
        return n > 0 || attempt != null;
    }

    /** Cancels the attempt that runs, and lets none follow. */
    protected final void cancelAttempts() {
        S attempt;
        synchronized (this) {
            if (cancelled) {
                return;
            }
            cancelled = true;
            attempt = upstream;
        }
        if (attempt != null) {
            cancel(attempt);
        }
    }

    /**
     * Whether the subscription was cancelled.
     *
     * @return true from then on
     */
    protected final synchronized boolean isCancelled() {
        return cancelled;
    }

    /**
     * The upstream of the attempt that runs.
     *
     * @return the upstream, or null if there is none
     */
    protected final synchronized @Nullable S upstream() {
        return upstream;
    }
}
