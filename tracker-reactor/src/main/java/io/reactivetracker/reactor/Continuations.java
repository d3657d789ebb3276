// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import io.reactivetracker.group.Continuation;
import io.reactivetracker.adapter.GroupTask;
import io.reactivetracker.adapter.PublisherContinuation;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.reactivestreams.FlowAdapters;
import org.reactivestreams.Publisher;
import reactor.core.CorePublisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** What the next attempt of a task subscribes to; a task that is a {@code Mono} goes on with at most one element. */
enum Continuations {
    FLUX {
        @Override
        <T> CorePublisher<T> adapt(Publisher<T> publisher) {
            return Flux.from(publisher);
        }
    },
    MONO {
        @Override
        <T> CorePublisher<T> adapt(Publisher<T> publisher) {
            return Mono.from(publisher);
        }
    };

    abstract <T> CorePublisher<T> adapt(Publisher<T> publisher);

    /** The task's own source, unless its policy has put something else in its place. */
    @SuppressWarnings("unchecked") // a continuation must fit its task, as it says
    <T> CorePublisher<? extends T> orElse(CorePublisher<? extends T> source, GroupTask task) {
        Continuation continuation = task.continuation();
        if (continuation == null) {
            return source;
        }
        if (continuation instanceof PublisherContinuation replacement) {
            return adapt(FlowAdapters.toPublisher((Flow.Publisher<T>) replacement.publisher(task)));
        }
        return Mono.fromCompletionStage((CompletionStage<T>) continuation.resume(task));
    }
}
