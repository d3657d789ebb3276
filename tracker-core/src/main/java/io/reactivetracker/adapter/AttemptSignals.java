// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.adapter;

import org.jspecify.annotations.Nullable;

/**
 * The attempts of one task of a group as one subscription: their common demand, and the upstream of the current one.
 *
 * <p>One attempt follows the other, so the signals are serial. Demand that no attempt has served is kept and requested
 * of the next one. An adapter's subscriber extends this, and subscribes to the source for each attempt.
 *
 * @param <S> the type of an upstream
 */
public abstract class AttemptSignals<S> {

    // Guarded by this object.
    private long requested;
    private @Nullable S upstream;
    private boolean cancelled;

    // Elements of the current attempt; the next one begins after it.
    private long produced;

    /** Creates the signals of a task that has not started. */
    protected AttemptSignals() {}

    /**
     * Requests elements of an upstream.
     *
     * @param attempt the upstream of the current attempt
     * @param n the number
     */
    protected abstract void request(S attempt, long n);

    /**
     * Cancels an upstream.
     *
     * @param attempt the upstream of an attempt
     */
    protected abstract void cancel(S attempt);

    /**
     * Begins the next attempt. The elements of the one before are not requested again.
     *
     * @return false if the subscription was cancelled, and the attempt must not run
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
     * Ends the attempt: its upstream is no longer cancelled or requested of.
     *
     * @return the upstream, or null if there is none or it was cancelled
     */
    protected final synchronized @Nullable S endAttempt() {
        S ended = cancelled ? null : upstream;
        upstream = null;
        return ended;
    }

    /**
     * Requests elements of this attempt and those that follow.
     *
     * @param n the number; if it is not positive, it is passed to the upstream and adds nothing to the demand
     * @return false if the number is not positive and there is no upstream
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

    /** Cancels the current attempt, and lets none follow. */
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
     * Returns whether the subscription was cancelled.
     *
     * @return true from then on
     */
    protected final synchronized boolean isCancelled() {
        return cancelled;
    }

    /**
     * Returns the upstream of the current attempt.
     *
     * @return the upstream, or null if there is none
     */
    protected final synchronized @Nullable S upstream() {
        return upstream;
    }
}
