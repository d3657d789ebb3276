// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import io.reactivetracker.group.Continuation;
import io.reactivetracker.adapter.GroupTask;
import java.util.concurrent.CompletionStage;
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
        Object next = continuation.resume(task);
        if (next instanceof Publisher<?> publisher) {
            return adapt((Publisher<T>) publisher);
        }
        if (next instanceof CompletionStage<?> stage) {
            return Mono.fromCompletionStage((CompletionStage<T>) stage);
        }
        throw new IllegalStateException(
                "a continuation of a Reactor task must make a Publisher or a CompletionStage, but made "
                        + (next == null ? "null" : next.getClass().getName()));
    }
}
