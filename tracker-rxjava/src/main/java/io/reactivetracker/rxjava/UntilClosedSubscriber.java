// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import io.reactivetracker.Registration;
import io.reactivex.rxjava3.core.Flowable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;

/**
 * One subscription that completes when a tracker or a group is closed.
 *
 * <p>It listens before it subscribes to the source, so that a closed tracker leaves the source untouched.
 */
final class UntilClosedSubscriber<T> extends CancellableSubscriber<T> {

    private final Function<Runnable, Registration> close;

    private UntilClosedSubscriber(Subscriber<? super T> downstream, Function<Runnable, Registration> close) {
        super(downstream, null);
        this.close = close;
    }

    /** Returns a {@code Flowable} that completes when an action that is registered with {@code close} runs. */
    static <T> Flowable<T> flowable(Flowable<T> source, Function<Runnable, Registration> close) {
        return OwnPublishers.flowable(downstream -> {
            UntilClosedSubscriber<T> subscriber = new UntilClosedSubscriber<>(downstream, close);
            if (!subscriber.listenFirst()) {
                return;
            }
            try {
                source.subscribe(subscriber);
            } catch (Throwable failure) {
                subscriber.cancelAfterErrors(failure);
                throw failure;
            }
        });
    }

    @Override
    protected Registration register(Runnable cut) {
        return close.apply(cut);
    }

    @Override
    protected void passOnCut() {
        subscribeDownstream();
        deliverComplete();
    }

    @Override
    protected @Nullable Throwable cancellationCause() {
        return null;
    }
}
