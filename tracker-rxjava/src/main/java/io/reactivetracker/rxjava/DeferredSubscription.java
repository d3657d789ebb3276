// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import io.reactivetracker.adapter.AttemptSignals;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import org.reactivestreams.Subscription;

/** A subscription whose upstream comes later, or changes: keeps what is requested until there is one. */
class DeferredSubscription extends AttemptSignals<Subscription> implements Subscription {

    /** Sets the upstream, or cancels it; returns the kept demand, which the caller requests if it is positive. */
    final long set(Subscription upstream) {
        long demand = take(upstream);
        if (demand < 0) {
            TaskSubscription.reportSecondOnSubscribe(upstream);
        }
        return demand;
    }

    @Override
    public final void request(long n) {
        if (!requestFromAttempts(n)) {
            // No upstream is there to refuse it.
            RxJavaPlugins.onError(new IllegalArgumentException("n must be positive, but was " + n));
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
}
