// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import io.reactivetracker.CancellationToken;
import io.reactivex.rxjava3.core.FlowableSubscriber;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/** One subscription to a {@code Flowable} that can be cancelled from aside. */
class CancellableSubscriber<T> extends CancellableSubscription<Subscription>
        implements FlowableSubscriber<T>, Subscription {

    private final Subscriber<? super T> downstream;

    CancellableSubscriber(Subscriber<? super T> downstream, @Nullable CancellationToken token) {
        super(token);
        this.downstream = downstream;
    }

    @Override
    Object downstream() {
        return downstream;
    }

    @Override
    final void passOnSubscribe() {
        downstream.onSubscribe(this);
    }

    void deliver(T element) {
        downstream.onNext(element);
    }

    @Override
    void deliverError(Throwable error) {
        downstream.onError(error);
    }

    void deliverComplete() {
        downstream.onComplete();
    }

    @Override
    final void cancel(Subscription subscription) {
        subscription.cancel();
    }

    @Override
    public final void onSubscribe(Subscription s) {
        subscribed(Objects.requireNonNull(s, "subscription must not be null"));
    }

    @Override
    public final void onNext(T element) {
        if (enter()) {
            try {
                passOn(element);
            } finally {
                leaveAndTell();
            }
        } else if (!isCut()) {
            passOn(element);
        }
    }

    private void passOn(T element) {
        try {
            deliver(element);
        } catch (Throwable failure) {
            cancelAfterErrors(failure);
            throw failure;
        }
    }

    @Override
    public final void onComplete() {
        if (isLastSignal()) {
            deliverComplete();
        }
    }

    @Override
    public final void request(long n) {
        Subscription s = upstream;
        if (s == null) {
            return;
        }
        try {
            s.request(n);
        } catch (Throwable failure) {
            cancelAfterErrors(failure);
            throw failure;
        }
    }

    @Override
    public final void cancel() {
        cancelForDownstream();
    }
}
