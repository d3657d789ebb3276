// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskToken;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.adapter.GroupTask;
import io.reactivetracker.adapter.SpawnedTask;
import io.reactivetracker.group.TaskGroup;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.FlowableSubscriber;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import io.reactivex.rxjava3.subjects.CompletableSubject;
import io.reactivex.rxjava3.subjects.MaybeSubject;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;

/** A spawned source: its last subscriber and its handle. */
final class SpawnSubscriber<T> extends SpawnedTask<T> implements TaskHandle<T>, FlowableSubscriber<T> {

    private final MaybeSubject<T> outcome = MaybeSubject.create();
    private final CompletableSubject ended = CompletableSubject.create();

    private SpawnSubscriber(TaskToken token) {
        super(token);
    }

    private SpawnSubscriber(GroupTask task) {
        super(task);
    }

    static <T> TaskHandle<T> start(TaskTracker tracker, TaskOptions options, Flowable<T> source) {
        return spawn(tracker, options, token -> {
            SpawnSubscriber<T> spawned = new SpawnSubscriber<>(token);
            CancellableSubscriber<T> upstream = new CancellableSubscriber<>(spawned, spawned.abortToken());
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

    static <T> TaskHandle<T> start(TaskGroup group, TaskOptions options, Flowable<T> source) {
        return spawn(group, options, (GroupTask task) -> {
            SpawnSubscriber<T> spawned = new SpawnSubscriber<>(task);
            GroupTaskSubscriber<T> upstream = new GroupTaskSubscriber<>(spawned, task);
            spawned.cutOffBy(upstream);
            upstream.run(context -> source);
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
            outcome.onComplete();
        } else {
            outcome.onSuccess(result);
        }
    }

    @Override
    protected boolean emitError(Throwable error) {
        boolean isAwaited = outcome.hasObservers();
        outcome.onError(error);
        return isAwaited;
    }

    @Override
    protected void emitEnded() {
        ended.onComplete();
    }

    @Override
    protected void drop(Throwable error) {
        RxJavaPlugins.onError(error);
    }

    @Override
    public Completable ended() {
        return ended.hide();
    }

    @Override
    public Maybe<T> join() {
        return outcome.hide();
    }
}
