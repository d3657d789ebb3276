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

/** A spawned task: the last subscriber of its {@code Mono}, and the handle by which others wait for it or stop it. */
final class SpawnSubscriber<T> implements TaskHandle<T>, CoreSubscriber<T> {

    private final long id;
    private final String name;
    private final CancellationToken abortToken;
    private final Registration counted;
    private final Sinks.One<T> outcome = Sinks.one();
    private @Nullable T value;

    // Set before start returns this handle.
    private @Nullable CancelWithSubscriber<T> cancellable;

    private volatile boolean finished;

    private SpawnSubscriber(long id, String name, CancellationToken abortToken, Registration counted) {
        this.id = id;
        this.name = name;
        this.abortToken = abortToken;
        this.counted = counted;
    }

    /**
     * Starts a task of a tracker.
     *
     * @param options the options of the task, which have a name
     */
    static <T> SpawnSubscriber<T> start(TaskTracker tracker, TaskOptions options, Mono<T> source) {
        // Before the task is counted: this calls hooks, which may throw.
        Executor threadLocals = SubscriberThreadLocals.capture();
        TaskToken token = new TaskToken(tracker, options) {};
        RunningTask task = Objects.requireNonNull(token.runningTask());
        CancellationToken abortToken = CancellationToken.create(
                "task \"" + task.name() + "\" #" + task.id() + " of tracker \"" + tracker.name() + "\"");
        SpawnSubscriber<T> spawned = new SpawnSubscriber<>(task.id(), task.name(), abortToken, token::close);
        CancelWithSubscriber<T> cancellable = new CancelWithSubscriber<>(spawned, abortToken, threadLocals);
        spawned.cancellable = cancellable;
        try {
            source.subscribe(cancellable);
        } catch (Throwable failure) {
            // Closed in any case: an error that is thrown on is fatal, and is not sent to the subscriber.
            try (token) {
                cancellable.failInSubscribe(failure);
            }
        }
        return spawned;
    }

    static <T> SpawnSubscriber<T> start(
            TaskGroup group, TaskOptions options, Function<? super CancellationToken, ? extends Mono<T>> body) {
        // Before the task is issued: this calls hooks, which may throw, and an issued task must end.
        Executor threadLocals = SubscriberThreadLocals.capture();
        GroupTask task = GroupTask.issue(group, options, () -> null);
        // The subscriber of the group ends the task, after it has sent the last signal here.
        SpawnSubscriber<T> spawned =
                new SpawnSubscriber<>(task.id(), task.name(), task.cancellationToken(), Registration.none());
        Mono<T> source = Mono.defer(() -> body.apply(task.cancellationToken()));
        spawned.cancellable = GroupTaskSubscriber.run(source, spawned, task, threadLocals);
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
            if (!isAwaited && !abortToken.isCancelled()) {
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
        // The token may be cancelled while the last signal is being delivered; then that is the outcome.
        return !finished && abortToken.cancel() && cancellable != null && cancellable.wasCut();
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
