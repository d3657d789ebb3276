// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import io.reactivetracker.CancellationToken;
import io.reactivetracker.RunningTask;
import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskToken;
import io.reactivetracker.TaskTracker;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.core.publisher.Sinks;
import reactor.util.context.Context;

/** A task that runs for its own sake: the last subscriber of its {@code Mono}, and the token that counts it. */
final class SpawnedTask<T> extends TaskToken implements TaskHandle<T>, CoreSubscriber<T> {

    private final RunningTask task;
    private final CancellationToken abortion = CancellationToken.create();
    private final Sinks.One<T> outcome = Sinks.one();
    private @Nullable T value;
    private volatile boolean finished;

    private SpawnedTask(TaskTracker tracker, String name) {
        super(tracker, TaskOptions.named(name));
        this.task = Objects.requireNonNull(runningTask());
    }

    static <T> SpawnedTask<T> start(TaskTracker tracker, Mono<T> source, String name) {
        SpawnedTask<T> spawned = new SpawnedTask<>(tracker, name);
        new MonoCancelWith<>(source, spawned.abortion).subscribe((CoreSubscriber<T>) spawned);
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
        try (this) {
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
        try (this) {
            boolean isAwaited = outcome.currentSubscriberCount() > 0;
            outcome.tryEmitError(error);
            if (!isAwaited && !abortion.isCancelled()) {
                Operators.onErrorDropped(error, Context.empty());
            }
        }
    }

    @Override
    public long id() {
        return task.id();
    }

    @Override
    public String name() {
        return task.name();
    }

    @Override
    public Mono<T> join() {
        return outcome.asMono();
    }

    @Override
    public boolean abort() {
        return !finished && abortion.cancel();
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
