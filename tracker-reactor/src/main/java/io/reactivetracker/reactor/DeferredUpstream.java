// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.publisher.Operators;

/**
 * Keeps demand until there is an upstream to request it from, and cancels the upstream at most once.
 *
 * <p>Unlike Reactor's own, it passes on a cancel that comes while the upstream is serving the kept demand: a request to an
 * endless source would otherwise never return.
 */
class DeferredUpstream implements Subscription {

    @SuppressWarnings("rawtypes")
    private static final AtomicReferenceFieldUpdater<DeferredUpstream, Subscription> UPSTREAM =
            AtomicReferenceFieldUpdater.newUpdater(DeferredUpstream.class, Subscription.class, "upstream");

    private static final AtomicLongFieldUpdater<DeferredUpstream> REQUESTED =
            AtomicLongFieldUpdater.newUpdater(DeferredUpstream.class, "requested");

    // None, then the upstream, then the cancelled one; or the cancelled one at once.
    private volatile @Nullable Subscription upstream;

    // What nobody has passed on yet. Whoever takes it passes it on; it is looked at after the upstream was set, by both
    // sides.
    private volatile long requested;

    /**
     * Sets the upstream, to be followed by {@link #requestKept()}; cancels it if that was asked for before.
     *
     * @return false if it was not set
     */
    final boolean set(Subscription s) {
        if (UPSTREAM.compareAndSet(this, null, s)) {
            return true;
        }
        s.cancel();
        if (!isCancelled()) {
            Operators.reportSubscriptionSet();
        }
        return false;
    }

    /** Requests from the upstream what was kept. */
    final void requestKept() {
        Subscription s = upstream;
        if (s != null && requested > 0) {
            long kept = REQUESTED.getAndSet(this, 0);
            if (kept > 0) {
                s.request(kept);
            }
        }
    }

    /** What is not positive is for the upstream to answer; before there is one, it is reported and counts as nothing. */
    @Override
    public void request(long n) {
        Subscription s = upstream;
        if (s != null) {
            s.request(n);
        } else if (Operators.validate(n)) {
            Operators.addCap(REQUESTED, this, n);
            if (upstream != null) {
                requestKept();
            }
        }
    }

    @Override
    public void cancel() {
        Subscription s = UPSTREAM.getAndSet(this, Operators.cancelledSubscription());
        if (s != null) {
            // The cancelled one, if this is not the first: that does nothing.
            s.cancel();
        }
    }

    @SuppressWarnings("ReferenceEquality") // a constant
    final boolean isCancelled() {
        return upstream == Operators.cancelledSubscription();
    }

    /** The upstream, once it is there and while it is not cancelled. */
    final @Nullable Subscription upstream() {
        return isCancelled() ? null : upstream;
    }
}
