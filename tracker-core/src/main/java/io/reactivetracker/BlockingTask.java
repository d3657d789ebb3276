// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import io.reactivetracker.internal.BlockingExecutor;
import io.reactivetracker.internal.CancelScope;
import io.reactivetracker.internal.CurrentTask;
import io.reactivetracker.internal.InterruptibleCall;
import io.reactivetracker.internal.Throwables;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * A blocking body that a tracker counts until it has returned. Cancelling the future interrupts the body, and completes
 * the future at once; the count waits for the body.
 */
final class BlockingTask<T extends @Nullable Object> extends CompletableFuture<T> implements Runnable {

    private final TaskToken token;
    private final Callable<T> body;
    private final InterruptibleCall<T> call;

    // Guarded by this: releases the tasks that wait for the body; null once it has returned.
    private @Nullable List<Runnable> holds = new ArrayList<>();

    private BlockingTask(TaskToken token, Callable<T> body) {
        this.token = token;
        this.body = body;
        this.call = new InterruptibleCall<>(body);
    }

    /** Starts a body. The token is closed if it cannot be started. */
    static <T extends @Nullable Object> BlockingTask<T> start(TaskToken token, Callable<T> body) {
        BlockingTask<T> task = null;
        try {
            Executor executor = BlockingExecutor.get();
            task = new BlockingTask<>(token, body);
            executor.execute(task);
            return task;
        } catch (Throwable noThread) {
            if (task != null) {
                // The executor may have kept it, and it must not run uncounted.
                task.call.cancel();
            }
            token.close();
            throw noThread;
        }
    }

    /** The count is released before the future completes, so a thread that sees it done finds the task uncounted. */
    @Override
    public void run() {
        T value;
        try {
            Object outer = CurrentTask.swap(token);
            try {
                value = call.call();
            } finally {
                CurrentTask.swap(outer);
                token.close();
                releaseHolds();
            }
        } catch (Throwable failure) {
            if (call.isCancelled()) {
                Throwables.reportAfterCancel(failure, body);
                super.cancel(true);
            } else {
                completeExceptionally(failure);
            }
            return;
        }
        complete(value);
    }

    @Override
    public boolean cancel(boolean mayInterrupt) {
        // The code first: dependents of this future run in this thread, and may block.
        call.cancel();
        holdCancelledTask();
        return super.cancel(mayInterrupt);
    }

    private synchronized void holdCancelledTask() {
        if (holds != null) {
            Runnable release = CancelScope.hold();
            if (release != null) {
                holds.add(release);
            }
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
}
