// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.adapter.flow;

import io.reactivetracker.CancellationToken;
import io.reactivetracker.adapter.CancellableSignals;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** A subscription that a token or a task can cut off. */
class CancellableSubscriber<T> extends CancellableSignals implements Flow.Subscriber<T>, Flow.Subscription {

    private final Flow.Subscriber<? super T> downstream;

    // Written before the gate is entered, so a cut that comes later sees it.
    private Flow.@Nullable Subscription upstream;

    CancellableSubscriber(Flow.Subscriber<? super T> downstream, @Nullable CancellationToken token) {
        super(token);
        this.downstream = downstream;
    }

    void failInSubscribe(Throwable failure) {
        cancelAfterErrors(failure);
    }

    void passOnComplete() {
        downstream.onComplete();
    }

    @Override
    protected void passOnError(Throwable error) {
        downstream.onError(error);
    }

    @Override
    public final void onSubscribe(Flow.Subscription subscription) {
        upstream = subscription;
        if (!enter()) {
            cancelUpstream();
            return;
        }
        try {
            listen();
            downstream.onSubscribe(this);
        } finally {
            leaveAndTell();
        }
    }

    @Override
    public final void onNext(T element) {
        if (enter()) {
            try {
                downstream.onNext(element);
            } finally {
                leaveAndTell();
            }
        }
    }

    @Override
    public final void onError(Throwable error) {
        if (isLastSignal()) {
            passOnError(error);
        }
    }

    @Override
    public final void onComplete() {
        if (isLastSignal()) {
            passOnComplete();
        }
    }

    @Override
    public final void request(long n) {
        if (upstream != null) {
            upstream.request(n);
        }
    }

    @Override
    public void cancel() {
        boolean unused = end();
        cancelUpstream();
    }

    @Override
    protected final void cancelUpstream() {
        if (upstream != null && claimCancel()) {
            upstream.cancel();
        }
    }
}
