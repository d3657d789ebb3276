// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.internal.Throwables;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A recorded task, or a revoke, whose work is a stage and whose outcome is a future.
 *
 * <p>The first of the stage's end and a cancel counts. A cancel completes the future before it is recorded; all other
 * outcomes reach the future when they are recorded.
 */
final class StageExecution<K, T extends @Nullable Object> extends RecordedExecution<K> {

    private final Function<? super RecordContext<K>, ? extends CompletionStage<T>> body;
    private final Outcome outcome = new Outcome();

    // The value of a stage that has succeeded, until that is recorded.
    private @Nullable T value;

    StageExecution(ClaimRequest<K> request, Function<? super RecordContext<K>, ? extends CompletionStage<T>> body) {
        super(request);
        this.body = body;
    }

    CompletableFuture<T> outcome() {
        return outcome;
    }

    @Override
    protected void startWork(RecordedTask<K> begun) {
        begun.onCancel(this);
        CompletionStage<T> stage;
        try {
            stage = Objects.requireNonNull(body.apply(begun), "the body of the task returned null, not a stage");
        } catch (Throwable failure) {
            stageEnded(null, failure);
            return;
        }
        Stages.<T>whenDone(stage, this::stageEnded);
    }

    private void stageEnded(@Nullable T result, @Nullable Throwable failure) {
        if (failure == null) {
            value = result;
            workSucceeded();
        } else if (end()) {
            recordFailure(failure, () -> outcome.completeExceptionally(failure));
        }
    }

    /** Ends the task because its token, or the future, was cancelled. */
    void stop() {
        if (end()) {
            RecordedTask<K> begun = task();
            TaskCancelledException cancelled = begun == null
                    ? new TaskCancelledException(null)
                    : TaskCancelledException.of(begun.cancellationToken());
            outcome.completeExceptionally(cancelled);
            if (begun != null) {
                recordFailure(cancelled, () -> {});
            }
            // The task may have begun after cancel() has looked for its token.
            cancelWork();
        }
    }

    @Override
    protected void cancelWork() {
        RecordedTask<K> begun = task();
        if (begun != null) {
            begun.cancellationToken().cancel();
        }
    }

    @Override
    @SuppressWarnings("NullAway") // the value may be null if T is nullable, and is null if the task has joined another
    protected void emitComplete() {
        outcome.complete(value);
    }

    @Override
    protected void emitError(Throwable error) {
        outcome.completeExceptionally(error);
    }

    @Override
    protected void drop(Throwable error) {
        Throwables.reportUncaught(error);
    }

    @Override
    void joining(CompletableFuture<TaskRecord> wait) {
        Stages.<T>whenDone(outcome, (result, failure) -> wait.cancel(false));
    }

    @Override
    boolean isWithdrawn() {
        return outcome.isDone();
    }

    /** The outcome of the task; cancelling it cancels the task. */
    private final class Outcome extends CompletableFuture<T> {

        @Override
        public boolean cancel(boolean mayInterrupt) {
            if (!isDone()) {
                cancelWork();
                // The token stops this too, but maybe later, if another thread is cancelling it just now.
                stop();
            }
            return isCancelled();
        }
    }
}
