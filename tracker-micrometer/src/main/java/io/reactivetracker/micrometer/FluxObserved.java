// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.micrometer;

import org.jspecify.annotations.Nullable;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxOperator;

/** A {@code Flux} each of whose subscriptions is a tracked task and an observation. */
final class FluxObserved<T> extends FluxOperator<T, T> {

    private final Flux<T> observed;
    private final ObservedTasks tasks;

    FluxObserved(Flux<T> tracked, Flux<T> observed, ObservedTasks tasks) {
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
