// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import io.reactivetracker.CancellationToken;
import io.reactivetracker.TaskCancelledException;
import java.util.concurrent.Executor;
import reactor.core.CorePublisher;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Operators;

/** One subscription that a {@link CancellationToken} can end. */
final class CancelWithSubscriber<T> extends CancellableSubscriber<T> {

    CancelWithSubscriber(CoreSubscriber<? super T> actual, CancellationToken token, Executor threadLocals) {
        super(actual, token, threadLocals);
    }

    static <T> void subscribe(
            CorePublisher<? extends T> source, CoreSubscriber<? super T> actual, CancellationToken token) {
        if (token.isCancelled()) {
            Operators.error(actual, TaskCancelledException.of(token));
            return;
        }
        CancelWithSubscriber<T> subscriber =
                new CancelWithSubscriber<>(actual, token, SubscriberThreadLocals.capture());
        try {
            source.subscribe(subscriber);
        } catch (Throwable failure) {
            subscriber.failInSubscribe(failure);
        }
    }
}
