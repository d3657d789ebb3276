// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.adapter.flow;

import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.adapter.TaskSignals;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** A subscription that a tracker counts. */
final class TrackedSubscriber<T> extends TaskSignals implements Flow.Subscriber<T>, Flow.Subscription {

    private final Flow.Subscriber<? super T> downstream;
    private Flow.@Nullable Subscription upstream;

    TrackedSubscriber(Flow.Subscriber<? super T> downstream, TaskTracker tracker) {
        super(tracker, TaskOptions.defaults());
        this.downstream = downstream;
    }

    void failInSubscribe(Throwable failure) {
        cancelAfterErrors(failure);
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        upstream = subscription;
        downstream.onSubscribe(this);
    }

    @Override
    public void onNext(T element) {
        downstream.onNext(element);
    }

    @Override
    public void onError(Throwable error) {
        if (end()) {
            try (this) {
                downstream.onError(error);
            }
        }
    }

    @Override
    public void onComplete() {
        if (end()) {
            try (this) {
                downstream.onComplete();
            }
        }
    }

    @Override
    public void request(long n) {
        if (upstream != null) {
            upstream.request(n);
        }
    }

    @Override
    public void cancel() {
        cancelOnce();
    }

    @Override
    protected void cancelUpstream() {
        if (upstream != null) {
            upstream.cancel();
        }
    }
}
