// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import io.reactivetracker.CancellationToken;
import io.reactivetracker.Registration;
import io.reactivetracker.RunningTask;
import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskToken;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.adapter.GroupTask;
import io.reactivetracker.group.TaskGroup;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.core.publisher.Sinks;
import reactor.util.context.Context;

/** A task that runs for its own sake: the last subscriber of its {@code Mono}. */
final class SpawnedTask<T> implements TaskHandle<T>, CoreSubscriber<T> {

    private final long id;
    private final String name;
    private final CancellationToken abortion;
    private final Registration counted;
    private final Sinks.One<T> outcome = Sinks.one();
    private @Nullable T value;

    // Known before anybody has this handle.
    private @Nullable CancellableSubscriber<T> cancellable;

    private volatile boolean finished;

    private SpawnedTask(long id, String name, CancellationToken abortion, Registration counted) {
        this.id = id;
        this.name = name;
        this.abortion = abortion;
        this.counted = counted;
    }

    static <T> SpawnedTask<T> start(TaskTracker tracker, Mono<T> source, String name) {
        TaskToken token = tracker.token(name);
        RunningTask task = Objects.requireNonNull(token.runningTask());
        CancellationToken abortion =
                CancellationToken.create("task \"" + name + "\" #" + task.id() + " of tracker \"" + tracker.name() + "\"");
        SpawnedTask<T> spawned = new SpawnedTask<>(task.id(), name, abortion, token::close);
        CancelWithSubscriber<T> cancellable =
                new CancelWithSubscriber<>(spawned, abortion, SubscriberThreadLocals.capture());
        spawned.cancellable = cancellable;
        try {
            source.subscribe(cancellable);
        } catch (Throwable failure) {
            // Closed in any case: what throws here is fatal, and nobody was told.
            try (token) {
                cancellable.failInSubscribe(failure);
            }
        }
        return spawned;
    }

    static <T> SpawnedTask<T> start(
            TaskGroup group, TaskOptions options, Function<? super CancellationToken, ? extends Mono<T>> body) {
        // Before the task is issued, since it calls hooks of others, which may throw.
        Executor threadLocals = SubscriberThreadLocals.capture();
        GroupTask task = GroupTask.issue(group, options, () -> null);
        // Its pipeline sees to the end of a task of a group, after this has been told.
        SpawnedTask<T> spawned = new SpawnedTask<>(task.id(), task.name(), task.cancellationToken(), Registration.none());
        Mono<T> source = Mono.defer(() -> body.apply(task.cancellationToken()));
        spawned.cancellable = GroupTaskSubscriber.run(source, spawned, task, Continuations.MONO, threadLocals);
        return spawned;
    }

    @Override
    public void onSubscribe(Subscription s) {
        s.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(T element) {
        value = element;
    }

    @Override
    public void onComplete() {
        finished = true;
        try (counted) {
            if (value == null) {
                outcome.tryEmitEmpty();
            } else {
                outcome.tryEmitValue(value);
            }
        }
    }

    @Override
    public void onError(Throwable error) {
        finished = true;
        try (counted) {
            boolean isAwaited = outcome.currentSubscriberCount() > 0;
            outcome.tryEmitError(error);
            if (!isAwaited && !abortion.isCancelled()) {
                Operators.onErrorDropped(error, Context.empty());
            }
        }
    }

    @Override
    public long id() {
        return id;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Mono<T> join() {
        return outcome.asMono();
    }

    @Override
    public boolean abort() {
        // The token may be cancelled when the last signal is on its way already; then that is the outcome.
        return !finished && abortion.cancel() && cancellable != null && cancellable.wasCut();
    }

    @Override
    public boolean isFinished() {
        return finished;
    }

    @Override
    public String toString() {
        return "TaskHandle[" + name() + " #" + id() + (finished ? ", finished]" : ", running]");
    }
}
