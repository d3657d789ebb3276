// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskTracker;
import reactor.core.Fuseable;

/** A tracked subscription whose downstream says of each element whether it took it. */
final class ConditionalTrackWithSubscriber<T> extends TrackWithSubscriber<T>
        implements Fuseable.ConditionalSubscriber<T> {

    ConditionalTrackWithSubscriber(
            Fuseable.ConditionalSubscriber<? super T> actual, TaskTracker tracker, TaskOptions options) {
        super(actual, tracker, options);
    }

    @Override
    public boolean tryOnNext(T element) {
        if (isDone()) {
            onNext(element);
            return true;
        }
        try {
            return ((Fuseable.ConditionalSubscriber<? super T>) actual).tryOnNext(element);
        } catch (Throwable failure) {
            cancelAfter(failure);
            throw failure;
        }
    }
}
