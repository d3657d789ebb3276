// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import io.reactivetracker.TaskTracker;
import org.jspecify.annotations.Nullable;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoOperator;

/** A {@code Mono} each of whose subscriptions is counted as a task. */
final class MonoTrackWith<T> extends MonoOperator<T, T> implements PipelineOptions.Holder {

    private final TaskTracker tracker;
    private final PipelineOptions options;

    MonoTrackWith(Mono<? extends T> source, TaskTracker tracker, PipelineOptions options) {
        super(source);
        this.tracker = tracker;
        this.options = options;
    }

    @Override
    public void subscribe(CoreSubscriber<? super T> actual) {
        TrackWithSubscriber.subscribe(source, actual, tracker, options.tasks());
    }

    @Override
    public PipelineOptions options() {
        return options;
    }

    @Override
    @SuppressWarnings({"rawtypes", "ReferenceEquality"}) // attributes are constants
    public @Nullable Object scanUnsafe(Attr key) {
        if (key == Attr.NAME) {
            return options.nameOfPipeline();
        }
        if (key == Attr.RUN_STYLE) {
            return Attr.RunStyle.SYNC;
        }
        return Steps.isPrivate(key) ? Steps.scan(source, key) : super.scanUnsafe(key);
    }
}
