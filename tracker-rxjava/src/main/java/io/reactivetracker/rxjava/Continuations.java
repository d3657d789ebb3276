// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import io.reactivetracker.adapter.GroupTask;
import io.reactivetracker.adapter.PublisherContinuation;
import io.reactivetracker.group.Continuation;
import io.reactivex.rxjava3.core.Flowable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.function.Supplier;
import org.reactivestreams.FlowAdapters;
import org.reactivestreams.Publisher;

/** Finds the source of the next attempt of a task. */
final class Continuations {

    private Continuations() {}

    /** Returns the task's own source, or its replacement if the error policy has decided so. */
    @SuppressWarnings("unchecked") // the Javadoc of Continuation requires the type of the task's elements
    static <T> Publisher<? extends T> orElse(GroupTask task, Supplier<? extends Publisher<? extends T>> source) {
        Continuation continuation = task.continuation();
        if (continuation == null) {
            return source.get();
        }
        if (continuation instanceof PublisherContinuation replacement) {
            return FlowAdapters.toPublisher((Flow.Publisher<T>) replacement.publisher(task));
        }
        return Flowable.fromCompletionStage((CompletionStage<T>) continuation.resume(task));
    }
}
