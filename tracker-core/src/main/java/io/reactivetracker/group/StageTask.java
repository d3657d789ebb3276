// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import io.reactivetracker.internal.CurrentTask;
import io.reactivetracker.internal.Throwables;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A task of plain Java: its attempts are stages, one after the other, and it is the future of its outcome.
 *
 * <p>The outcome is that of whichever comes first, the last attempt or a cancel: {@code isSettled} or {@code isStopped},
 * under this object's lock, and never both. The task ends when it has its outcome and no attempt runs. It ends before the
 * future completes, so that whoever sees the future done finds the permit free and the task counted; only the future of a
 * task that was cancelled does not wait for its attempt.
 */
final class StageTask<T extends @Nullable Object> extends CompletableFuture<T> implements TaskBody {

    private final GroupTask task;

    // Guarded by this. The body is forgotten when it will not be called any more: who keeps the future need not keep
    // that.
    private @Nullable Function<? super TaskContext, ? extends CompletionStage<T>> body;
    private boolean isRunning;
    private boolean isStopped;
    private boolean isSettled;

    StageTask(GroupTask task, Function<? super TaskContext, ? extends CompletionStage<T>> body) {
        this.task = task;
        this.body = body;
    }

    StageTask<T> start() {
        if (task.start(this)) {
            attempt();
        }
        return this;
    }

    /** Cancels the task, which cancels this. */
    @Override
    public boolean cancel(boolean mayInterrupt) {
        // The future may be done while the task is not: orTimeout() completes only the former.
        if (!isSettled()) {
            task.cancellationToken().cancel();
            // The task tells us too, but maybe not before this returns: if another thread cancels it just now.
            cancelTask();
        }
        return isCancelled();
    }

    @Override
    public void attempt() {
        Function<? super TaskContext, ? extends CompletionStage<T>> start;
        synchronized (this) {
            start = body;
            if (isStopped || start == null) {
                return;
            }
            isRunning = true;
        }
        try {
            CompletionStage<T> stage;
            Object outer = CurrentTask.swap(task);
            try {
                stage = Objects.requireNonNull(next(start), "the body of the task returned null, not a stage");
            } finally {
                CurrentTask.swap(outer);
            }
            stage.whenComplete(this::settle);
        } catch (Throwable failure) {
            settle(null, failure);
        }
    }

    @SuppressWarnings("unchecked") // a continuation must fit its task, as it says
    private @Nullable CompletionStage<T> next(Function<? super TaskContext, ? extends CompletionStage<T>> start) {
        Continuation continuation = task.continuation();
        if (continuation == null) {
            return start.apply(task);
        }
        Object next = continuation.resume(task);
        if (next instanceof CompletionStage<?> stage) {
            return (CompletionStage<T>) stage;
        }
        throw new IllegalStateException("a continuation of a task of plain Java must make a CompletionStage, but made "
                + (next == null ? "null" : next.getClass().getName()));
    }

    @SuppressWarnings("NullAway") // the value of a stage of nullable results may be null
    private void settle(@Nullable T value, @Nullable Throwable failure) {
        boolean hasStopped;
        synchronized (this) {
            isRunning = false;
            hasStopped = isStopped;
            isSettled = !hasStopped && failure == null;
            if (hasStopped || isSettled) {
                forgetBody();
            }
        }
        if (hasStopped) {
            task.end(Outcome.CANCELLED);
        } else if (failure == null) {
            task.end(Outcome.SUCCEEDED);
            complete(value);
        } else {
            goOnOrFail(Throwables.unwrap(failure));
        }
    }

    private void goOnOrFail(Throwable error) {
        if (!task.retryOrResume(error)) {
            fail(error);
        }
    }

    @Override
    public void fail(Throwable error) {
        synchronized (this) {
            if (isStopped) {
                return;
            }
            isSettled = true;
            forgetBody();
        }
        task.end(task.outcomeOf(error));
        completeExceptionally(error);
    }

    @Override
    public void cancelTask() {
        boolean hasEnded;
        synchronized (this) {
            if (isSettled) {
                return;
            }
            isStopped = true;
            hasEnded = !isRunning;
            forgetBody();
        }
        if (hasEnded) {
            task.end(Outcome.CANCELLED);
        }
        completeExceptionally(task.cancellation());
    }

    private synchronized boolean isSettled() {
        return isSettled;
    }

    /** The caller holds the lock. */
    private void forgetBody() {
        body = null;
    }
}
