// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import io.reactivetracker.CancellationToken;
import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskToken;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.adapter.GroupTask;
import io.reactivetracker.adapter.SpawnedTask;
import io.reactivetracker.group.TaskGroup;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.core.publisher.Sinks;
import reactor.util.context.Context;

/** A spawned {@code Mono}: its last subscriber and its handle. */
final class SpawnSubscriber<T> extends SpawnedTask<T> implements TaskHandle<T>, CoreSubscriber<T> {

    private final Sinks.One<T> outcome = Sinks.one();
    private final Sinks.Empty<Void> ended = Sinks.empty();

    private SpawnSubscriber(TaskToken token) {
        super(token);
    }

    private SpawnSubscriber(GroupTask task) {
        super(task);
    }

    /**
     * Starts a task of a tracker.
     *
     * @param options the options of the task, which have a name
     */
    static <T> TaskHandle<T> start(TaskTracker tracker, TaskOptions options, Mono<T> source) {
        // Before the task is counted: this calls hooks, which may throw.
        Executor threadLocals = SubscriberThreadLocals.capture();
        return spawn(tracker, options, token -> {
            SpawnSubscriber<T> spawned = new SpawnSubscriber<>(token);
            CancelWithSubscriber<T> upstream = new CancelWithSubscriber<>(spawned, spawned.abortToken(), threadLocals);
            spawned.cutOffBy(upstream);
            try {
                source.subscribe(upstream);
            } catch (Throwable failure) {
                // Closed in any case: the failure may be that of a close for which the stack was too deep.
                try (token) {
                    upstream.failInSubscribe(failure);
                }
            }
            return spawned;
        });
    }

    static <T> TaskHandle<T> start(
            TaskGroup group, TaskOptions options, Function<? super CancellationToken, ? extends Mono<T>> body) {
        // Before the task is issued: this calls hooks, which may throw.
        Executor threadLocals = SubscriberThreadLocals.capture();
        return spawn(group, options, (GroupTask task) -> {
            SpawnSubscriber<T> spawned = new SpawnSubscriber<>(task);
            GroupTaskSubscriber<T> upstream = new GroupTaskSubscriber<>(spawned, task, threadLocals);
            spawned.cutOffBy(upstream);
            upstream.run(Mono.defer(() -> body.apply(task.cancellationToken())), threadLocals);
            return spawned;
        });
    }

    @Override
    public void onSubscribe(Subscription s) {
        s.request(Long.MAX_VALUE);
    }

    @Override
    protected void emitResult(@Nullable T result) {
        if (result == null) {
            outcome.tryEmitEmpty();
        } else {
            outcome.tryEmitValue(result);
        }
    }

    @Override
    protected boolean emitError(Throwable error) {
        boolean isAwaited = outcome.currentSubscriberCount() > 0;
        outcome.tryEmitError(error);
        return isAwaited;
    }

    @Override
    protected void emitEnded() {
        ended.tryEmitEmpty();
    }

    @Override
    protected void drop(Throwable error) {
        Operators.onErrorDropped(error, Context.empty());
    }

    @Override
    public Mono<Void> ended() {
        return ended.asMono();
    }

    @Override
    public Mono<T> join() {
        return outcome.asMono();
    }
}
