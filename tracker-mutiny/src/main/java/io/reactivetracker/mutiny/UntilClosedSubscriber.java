// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.mutiny;

import io.reactivetracker.Registration;
import io.smallrye.mutiny.subscription.MultiSubscriber;
import java.util.concurrent.Flow.Subscriber;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

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

    /** Subscribes to a source until an action that is registered with {@code close} runs. */
    static <T> void subscribe(
            Consumer<MultiSubscriber<T>> source,
            Subscriber<? super T> downstream,
            Function<Runnable, Registration> close) {
        UntilClosedSubscriber<T> subscriber = new UntilClosedSubscriber<>(downstream, close);
        if (!subscriber.listenFirst()) {
            return;
        }
        try {
            source.accept(subscriber);
        } catch (Throwable failure) {
            subscriber.cancelAfterErrors(failure);
            throw failure;
        }
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
