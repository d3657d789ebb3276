// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import io.reactivetracker.CancellationToken;
import io.reactivetracker.Registration;
import io.reactivetracker.internal.BlockingExecutor;
import io.reactivetracker.internal.CurrentTask;
import io.reactivetracker.internal.InterruptibleCall;
import io.reactivetracker.internal.Throwables;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The body of a group's task that runs blocking code: each attempt is a call on a thread that may block, and a cancel
 * of the task interrupts it.
 *
 * <p>The stage of an attempt completes when the code has returned, so the task counts as active until then.
 */
final class BlockingBody<T extends @Nullable Object> implements Function<TaskContext, CompletionStage<T>> {

    private final Callable<T> body;

    /** The current attempt; one comes after the other. */
    private volatile @Nullable InterruptibleCall<T> current;

    BlockingBody(Callable<T> body) {
        this.body = body;
    }

    /** Returns where the thread of the body stands; empty if the body is not running. */
    List<StackTraceElement> stack() {
        InterruptibleCall<T> call = current;
        return call == null ? List.of() : call.stack(OverdueTask.MAX_FRAMES);
    }

    @Override
    public CompletionStage<T> apply(TaskContext task) {
        InterruptibleCall<T> call = new InterruptibleCall<>(body);
        current = call;
        CompletableFuture<T> ended = new CompletableFuture<>();
        CancellationToken token = task.cancellationToken();
        Registration cancel = token.onCancel(call::cancel);
        try {
            BlockingExecutor.get().execute(() -> run(task, call, cancel, ended));
        } catch (Throwable noThread) {
            // The executor may have kept it, and it must not run after the task has failed.
            call.cancel();
            cancel.close();
            throw noThread;
        }
        return ended;
    }

    private void run(TaskContext task, InterruptibleCall<T> call, Registration cancel, CompletableFuture<T> ended) {
        T value;
        try {
            Object outer = CurrentTask.swap(task);
            try {
                value = call.call();
            } finally {
                CurrentTask.swap(outer);
                cancel.close();
            }
        } catch (Throwable failure) {
            if (call.isCancelled()) {
                Throwables.reportAfterCancel(failure, body);
                ended.cancel(false);
            } else {
                ended.completeExceptionally(failure);
            }
            return;
        }
        ended.complete(value);
    }
}
