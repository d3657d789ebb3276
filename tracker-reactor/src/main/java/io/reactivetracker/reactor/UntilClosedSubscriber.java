// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import io.reactivetracker.Registration;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.CorePublisher;
import reactor.core.CoreSubscriber;

/**
 * One subscription that completes when a tracker or a group is closed.
 *
 * <p>It listens before it subscribes to the source, so that a closed tracker leaves the source untouched.
 */
final class UntilClosedSubscriber<T> extends CancelWithSubscriber<T> {

    private final Function<Runnable, Registration> close;

    private UntilClosedSubscriber(
            CoreSubscriber<? super T> actual, Function<Runnable, Registration> close, Executor threadLocals) {
        super(actual, null, threadLocals);
        this.close = close;
    }

    /** Subscribes to a source until an action that is registered with {@code close} runs. */
    static <T> void subscribe(
            CorePublisher<? extends T> source,
            CoreSubscriber<? super T> actual,
            Function<Runnable, Registration> close) {
        UntilClosedSubscriber<T> subscriber =
                new UntilClosedSubscriber<>(actual, close, SubscriberThreadLocals.capture());
        if (!subscriber.listenFirst()) {
            return;
        }
        try {
            source.subscribe(subscriber);
        } catch (Throwable failure) {
            subscriber.failInSubscribe(failure);
        }
    }

    @Override
    protected Registration register(Runnable cut) {
        return close.apply(cut);
    }

    @Override
    protected void passOnCut() {
        tellOfCut(this::deliverComplete);
    }

    @Override
    protected @Nullable Throwable cancellationCause() {
        return null;
    }
}
