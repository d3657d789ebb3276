// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import io.reactivetracker.CancellationToken;
import io.reactivetracker.Registration;
import io.reactivetracker.RunningTask;
import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskToken;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.adapter.GroupTask;
import io.reactivetracker.group.TaskGroup;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.FlowableSubscriber;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import io.reactivex.rxjava3.subjects.MaybeSubject;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;

/** A spawned task: the last subscriber of its source, and the handle to wait for it or to abort it. */
final class SpawnSubscriber<T> implements TaskHandle<T>, FlowableSubscriber<T> {

    private final long id;
    private final String name;
    private final CancellationToken abortToken;
    private final Registration counted;
    private final MaybeSubject<T> outcome = MaybeSubject.create();
    private @Nullable T value;

    // Set before start returns this handle.
    private @Nullable CancellableSubscriber<T> cancellable;

    private volatile boolean finished;

    private SpawnSubscriber(long id, String name, CancellationToken abortToken, Registration counted) {
        this.id = id;
        this.name = name;
        this.abortToken = abortToken;
        this.counted = counted;
    }

    static <T> TaskHandle<T> start(TaskTracker tracker, String name, Flowable<T> source) {
        TaskToken token = tracker.token(name);
        RunningTask task = Objects.requireNonNull(token.runningTask());
        CancellationToken abortToken = CancellationToken.create(
                "task \"" + name + "\" #" + task.id() + " of tracker \"" + tracker.name() + "\"");
        SpawnSubscriber<T> spawned = new SpawnSubscriber<>(task.id(), name, abortToken, token::close);
        CancellableSubscriber<T> cancellable = new CancellableSubscriber<>(spawned, abortToken);
        spawned.cancellable = cancellable;
        try {
            source.subscribe(cancellable);
        } catch (Throwable failure) {
            try {
                cancellable.failInSubscribe(failure);
            } catch (Throwable fatal) {
                // The subscriber was told nothing.
                token.close();
                throw fatal;
            }
        }
        return spawned;
    }

    static <T> TaskHandle<T> start(TaskGroup group, TaskOptions options, Flowable<T> source) {
        GroupTask task = GroupTask.issue(group, options, () -> null);
        // The subscriber of the group ends the task, after it has sent the last signal here.
        SpawnSubscriber<T> spawned =
                new SpawnSubscriber<>(task.id(), task.name(), task.cancellationToken(), Registration.none());
        spawned.cancellable = GroupTaskSubscriber.run(task, spawned, () -> source);
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
                outcome.onComplete();
            } else {
                outcome.onSuccess(value);
            }
        }
    }

    @Override
    public void onError(Throwable error) {
        finished = true;
        try (counted) {
            boolean isAwaited = outcome.hasObservers();
            outcome.onError(error);
            if (!isAwaited && !abortToken.isCancelled()) {
                RxJavaPlugins.onError(error);
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
    public Maybe<T> join() {
        return outcome.hide();
    }

    @Override
    public boolean abort() {
        // If the last signal is on its way already when the token is cancelled, that signal is the outcome.
        return !finished && abortToken.cancel() && cancellable != null && cancellable.wasCut();
    }

    @Override
    public boolean isFinished() {
        return finished;
    }

    @Override
    public String toString() {
        return "TaskHandle[" + name + " #" + id + (finished ? ", finished]" : ", running]");
    }
}
