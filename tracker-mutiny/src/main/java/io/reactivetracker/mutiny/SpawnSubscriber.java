// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.mutiny;

import io.reactivetracker.CancellationToken;
import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskToken;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.adapter.GroupTask;
import io.reactivetracker.adapter.SpawnedTask;
import io.reactivetracker.group.TaskGroup;
import io.smallrye.mutiny.Context;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.smallrye.mutiny.subscription.ContextSupport;
import io.smallrye.mutiny.subscription.MultiSubscriber;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Flow.Subscription;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A spawned {@code Uni}: its last subscriber and its handle. */
final class SpawnSubscriber<T> extends SpawnedTask<T> implements TaskHandle<T>, MultiSubscriber<T>, ContextSupport {

    // Guarded by this object. Those who wait, until there is an outcome.
    private @Nullable List<UniEmitter<? super T>> waiting = new ArrayList<>();
    private @Nullable T result;
    private @Nullable Throwable failure;

    // One for the whole task, so that its operators share what they put into it.
    private final Context context = Context.empty();

    // Cancelled when nothing of the task runs any more.
    private final CancellationToken ended = CancellationToken.create();

    private SpawnSubscriber(TaskToken token) {
        super(token);
    }

    private SpawnSubscriber(GroupTask task) {
        super(task);
    }

    static <T> TaskHandle<T> start(TaskTracker tracker, TaskOptions options, Uni<T> source) {
        return spawn(tracker, options, token -> {
            SpawnSubscriber<T> spawned = new SpawnSubscriber<>(token);
            CancellableSubscriber<T> upstream = new CancellableSubscriber<>(spawned, spawned.abortToken());
            spawned.cutOffBy(upstream);
            try {
                PipelineStep.subscribe(source, upstream);
            } catch (Throwable failure) {
                // Closed in any case: the failure may be that of a close for which the stack was too deep.
                try (token) {
                    upstream.failInSubscribe(failure);
                }
            }
            return spawned;
        });
    }

    static <T> TaskHandle<T> start(TaskGroup group, TaskOptions options, Uni<T> source) {
        return spawn(group, options, (GroupTask task) -> {
            SpawnSubscriber<T> spawned = new SpawnSubscriber<>(task);
            GroupTaskSubscriber<T> upstream = new GroupTaskSubscriber<>(spawned, task);
            spawned.cutOffBy(upstream);
            Consumer<MultiSubscriber<T>> attempt = to -> PipelineStep.subscribe(source, to);
            upstream.run(attempt);
            return spawned;
        });
    }

    @Override
    public Context context() {
        return context;
    }

    @Override
    public void onSubscribe(Subscription s) {
        s.request(Long.MAX_VALUE);
    }

    @Override
    public void onItem(T item) {
        onNext(item);
    }

    @Override
    public void onFailure(Throwable error) {
        onError(error);
    }

    @Override
    public void onCompletion() {
        onComplete();
    }

    @Override
    protected void emitResult(@Nullable T item) {
        boolean unused = settle(item, null);
    }

    @Override
    protected boolean emitError(Throwable error) {
        return settle(null, error);
    }

    /** Keeps the outcome and tells those who wait; returns whether anybody does. */
    private boolean settle(@Nullable T item, @Nullable Throwable error) {
        List<UniEmitter<? super T>> told;
        synchronized (this) {
            told = waiting;
            waiting = null;
            result = item;
            failure = error;
        }
        if (told == null || told.isEmpty()) {
            return false;
        }
        for (UniEmitter<? super T> emitter : told) {
            try {
                tell(emitter, item, error);
            } catch (Throwable thrown) {
                // It must not keep the outcome from the others.
                Infrastructure.handleDroppedException(thrown);
            }
        }
        return true;
    }

    @SuppressWarnings("NullAway") // the item of a Uni may be null
    private static <T> void tell(UniEmitter<? super T> emitter, @Nullable T item, @Nullable Throwable error) {
        if (error != null) {
            emitter.fail(error);
        } else {
            emitter.complete(item);
        }
    }

    @Override
    protected void drop(Throwable error) {
        Infrastructure.handleDroppedException(error);
    }

    @Override
    protected void emitEnded() {
        ended.cancel();
    }

    @Override
    public Uni<Void> ended() {
        return MutinyTracking.whenCancelled(ended);
    }

    @Override
    public Uni<T> join() {
        return Uni.createFrom().emitter(this::join);
    }

    private void join(UniEmitter<? super T> emitter) {
        synchronized (this) {
            if (waiting != null) {
                waiting.add(emitter);
                emitter.onTermination(() -> leave(emitter));
                return;
            }
        }
        tell(emitter, result, failure);
    }

    private synchronized void leave(UniEmitter<? super T> emitter) {
        if (waiting != null) {
            waiting.remove(emitter);
        }
    }
}
