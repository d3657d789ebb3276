// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.micrometer;

import org.jspecify.annotations.Nullable;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoOperator;

/** A {@code Mono} each of whose subscriptions is a tracked task and an observation. */
final class MonoObserved<T> extends MonoOperator<T, T> {

    private final Mono<T> observed;
    private final ObservedTasks tasks;

    MonoObserved(Mono<T> tracked, Mono<T> observed, ObservedTasks tasks) {
        super(tracked);
        this.observed = observed;
        this.tasks = tasks;
    }

    @Override
    public void subscribe(CoreSubscriber<? super T> actual) {
        tasks.subscribe(source, observed, actual);
    }

    @Override
    @SuppressWarnings({"rawtypes", "ReferenceEquality"}) // attributes are constants
    public @Nullable Object scanUnsafe(Attr key) {
        return key == Attr.RUN_STYLE ? Attr.RunStyle.SYNC : super.scanUnsafe(key);
    }
}
