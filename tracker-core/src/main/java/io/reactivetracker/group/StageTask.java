// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import io.reactivetracker.TaskOptions;
import io.reactivetracker.TrackerClosedException;
import io.reactivetracker.internal.CancelScope;
import io.reactivetracker.internal.CurrentTask;
import io.reactivetracker.internal.Throwables;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A task of plain Java: its attempts are stages, one after the other, and its outcome is a future.
 *
 * <p>The outcome is that of the last attempt or a cancel, whichever comes first: {@code isSettled} or {@code
 * isStopped}, set under this object's lock, and never both. The task ends when it has its outcome and no attempt runs.
 * It ends before the future completes, so a thread that sees the future done finds the permit free and the task
 * counted; only the future of a cancelled task does not wait for its attempt.
 */
final class StageTask<T extends @Nullable Object> extends AbstractGroupTask {

    private final Result<T> result;

    // Guarded by this. The body is forgotten when it will not be called again, so the future does not retain it.
    private @Nullable Function<? super TaskContext, ? extends CompletionStage<T>> body;
    private boolean isRunning;
    private boolean isStopped;
    private boolean isSettled;

    // Releases the tasks whose cancel has cancelled this one, and that wait for the attempt. Guarded by this.
    private @Nullable List<Runnable> holds;

    @SuppressWarnings("this-escape") // to its own future
    private StageTask(
            TaskGroup group, TaskOptions options, Function<? super TaskContext, ? extends CompletionStage<T>> body) {
        super(group, options, null, () -> null);
        this.body = body;
        try {
            result = new Result<>(this);
        } catch (Throwable outOfMemory) {
            end(Outcome.FAILED);
            throw outOfMemory;
        }
    }

    /** Issues a task and starts it. */
    static <T extends @Nullable Object> CompletableFuture<T> start(
            TaskGroup group, TaskOptions options, Function<? super TaskContext, ? extends CompletionStage<T>> body) {
        StageTask<T> task;
        try {
            task = new StageTask<>(group, options, body);
        } catch (TrackerClosedException closed) {
            throw refusal(group, options);
        }
        try {
            if (task.start()) {
                task.runAttempt();
            }
            return task.result;
        } catch (Throwable failure) {
            task.end(Outcome.FAILED);
            throw failure;
        }
    }

    @Override
    protected void runAttempt() {
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
            Object outer = CurrentTask.swap(this);
            try {
                stage = next(start);
            } finally {
                CurrentTask.swap(outer);
            }
            stage.whenComplete(this::settle);
        } catch (Throwable failure) {
            settle(null, failure);
        }
    }

    @SuppressWarnings("unchecked") // the Javadoc of Continuation requires a result of the task's type
    private CompletionStage<T> next(Function<? super TaskContext, ? extends CompletionStage<T>> start) {
        Continuation continuation = continuation();
        if (continuation == null) {
            return Objects.requireNonNull(start.apply(this), "the body of the task returned null, not a stage");
        }
        return (CompletionStage<T>) Objects.requireNonNull(
                continuation.resume(this), "the continuation of the task returned null, not a stage");
    }

    @SuppressWarnings("NullAway") // the value of a stage of nullable results may be null
    private void settle(@Nullable T value, @Nullable Throwable failure) {
        boolean hasStopped;
        synchronized (this) {
            isRunning = false;
            hasStopped = isStopped;
            isSettled = !hasStopped && failure == null;
            if (hasStopped || isSettled) {
                body = null;
            }
        }
        if (hasStopped) {
            if (failure != null) {
                Throwables.reportAfterCancel(Throwables.unwrap(failure), this);
            }
            end(Outcome.CANCELLED);
            releaseHolds();
        } else if (failure == null) {
            end(Outcome.SUCCEEDED);
            result.complete(value);
        } else {
            retryOrFail(Throwables.unwrap(failure));
        }
    }

    private void retryOrFail(Throwable error) {
        if (!retryOrResume(error)) {
            fail(error);
        }
    }

    @Override
    protected void fail(Throwable error) {
        synchronized (this) {
            if (isStopped) {
                return;
            }
            isSettled = true;
            body = null;
        }
        end(outcomeOf(error));
        result.completeExceptionally(error);
    }

    @Override
    protected void cancelTask() {
        boolean hasEnded;
        synchronized (this) {
            if (isSettled) {
                return;
            }
            isStopped = true;
            hasEnded = !isRunning;
            if (hasEnded) {
                body = null;
            }
        }
        if (hasEnded) {
            end(Outcome.CANCELLED);
        }
        result.completeExceptionally(cancellation());
    }

    @Override
    List<StackTraceElement> stack() {
        Function<? super TaskContext, ? extends CompletionStage<T>> running;
        synchronized (this) {
            running = isRunning ? body : null;
        }
        return running instanceof BlockingBody<?> blocking ? blocking.stack() : List.of();
    }

    /** Keeps the task that this thread cancels counted while an attempt runs. */
    private synchronized void holdCancelledTask() {
        Runnable release = isRunning ? CancelScope.hold() : null;
        if (release != null) {
            if (holds == null) {
                holds = new ArrayList<>(1);
            }
            holds.add(release);
        }
    }

    private void releaseHolds() {
        List<Runnable> releases;
        synchronized (this) {
            releases = holds;
            holds = null;
        }
        if (releases != null) {
            releases.forEach(Runnable::run);
        }
    }

    private synchronized boolean isSettled() {
        return isSettled;
    }

    /** The future of a task. */
    private static final class Result<T extends @Nullable Object> extends CompletableFuture<T> {

        private final StageTask<T> task;

        Result(StageTask<T> task) {
            this.task = task;
        }

        /** Cancels the task, which completes this. */
        @Override
        public boolean cancel(boolean mayInterrupt) {
            // The future may be done while the task is not: orTimeout() completes only the former.
            if (!task.isSettled()) {
                task.cancellationToken().cancel();
                // If another thread cancels the task just now, that may not have reached it before this returns.
                task.cancelTask();
                task.holdCancelledTask();
            }
            return isCancelled();
        }
    }
}
