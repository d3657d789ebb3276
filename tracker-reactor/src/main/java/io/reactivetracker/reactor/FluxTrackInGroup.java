// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import io.reactivetracker.group.TaskGroup;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxOperator;

/** A {@code Flux} each of whose subscriptions is a task of a group. */
final class FluxTrackInGroup<T> extends FluxOperator<T, T> implements PipelineOptions.Holder {

    private final TaskGroup group;
    private final PipelineOptions options;
    private final Supplier<@Nullable String> origin;

    FluxTrackInGroup(Flux<? extends T> source, TaskGroup group, PipelineOptions options) {
        super(source);
        this.group = group;
        this.options = options;
        this.origin = () -> Steps.originOf(source);
    }

    @Override
    public void subscribe(CoreSubscriber<? super T> actual) {
        GroupTaskSubscriber.subscribe(source, actual, group, options.tasks(), origin, Continuations.FLUX);
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
            return Attr.RunStyle.ASYNC;
        }
        return Steps.isPrivate(key) ? Steps.scan(source, key) : super.scanUnsafe(key);
    }
}
