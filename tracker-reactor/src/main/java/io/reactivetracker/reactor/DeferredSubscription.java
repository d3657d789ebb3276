// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import io.reactivetracker.adapter.AttemptSignals;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.publisher.Operators;

/**
 * A subscription whose upstream comes later, or changes: keeps the demand until there is an upstream.
 *
 * <p>Unlike Reactor's own, it passes on a cancel that comes while the upstream is serving the kept demand: a request to
 * an endless source would otherwise never return.
 */
class DeferredSubscription extends AttemptSignals<Subscription> implements Subscription {

    /** Sets the upstream, or cancels it; returns the kept demand, which the caller requests if it is positive. */
    final long set(Subscription upstream) {
        long demand = take(upstream);
        if (demand < 0) {
            Operators.reportSubscriptionSet();
        }
        return demand;
    }

    /** Requests from the upstream, which answers if n is not positive; without an upstream that is reported. */
    @Override
    public final void request(long n) {
        if (!requestFromAttempts(n)) {
            Operators.reportBadRequest(n);
        }
    }

    @Override
    public final void cancel() {
        cancelAttempts();
    }

    @Override
    protected final void request(Subscription upstream, long n) {
        upstream.request(n);
    }

    @Override
    protected final void cancel(Subscription upstream) {
        upstream.cancel();
    }

    /** Returns the upstream, or null if there is none. */
    final @Nullable Subscription parent() {
        return upstream();
    }
}
