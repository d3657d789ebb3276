// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import io.reactivetracker.TaskOptions;
import io.reactivetracker.TrackerClosedException;
import io.reactivetracker.internal.CurrentTask;
import io.reactivetracker.internal.JfrEvents;
import io.reactivetracker.internal.Throwables;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** A task that the group counts and does not run: active from the start, without a permit, until it is closed. */
final class GroupToken extends AbstractGroupTask {

    private GroupToken(TaskGroup group, TaskOptions options) {
        super(group, options);
    }

    static GroupToken issue(TaskGroup group, TaskOptions options) {
        try {
            return new GroupToken(group, options);
        } catch (TrackerClosedException closed) {
            throw refusal(group, options);
        }
    }

    static <T extends @Nullable Object> CompletionStage<T> track(TaskGroup group, CompletionStage<T> stage) {
        Objects.requireNonNull(stage, "stage must not be null");
        CompletableFuture<T> tracked = new CompletableFuture<>();
        GroupToken token = issue(group, TaskOptions.defaults());
        try {
            stage.whenComplete((result, failure) -> {
                try {
                    if (failure == null) {
                        tracked.complete(result);
                    } else {
                        tracked.completeExceptionally(failure);
                    }
                } finally {
                    token.end(failure == null ? Outcome.SUCCEEDED : token.outcomeOf(Throwables.unwrap(failure)));
                }
            });
        } catch (Throwable refused) {
            token.end(Outcome.FAILED);
            throw refused;
        }
        return tracked;
    }

    static Executor wrap(TaskGroup group, Executor executor) {
        Objects.requireNonNull(executor, "executor must not be null");
        return command -> {
            Objects.requireNonNull(command, "command must not be null");
            GroupToken token = issue(group, TaskOptions.defaults());
            try {
                executor.execute(() -> token.run(command));
            } catch (Throwable rejected) {
                token.recordRefusal(
                        JfrEvents.Refusal.EXECUTOR, rejected.getClass().getName());
                token.end(Outcome.REJECTED);
                throw rejected;
            }
        };
    }

    private void run(Runnable command) {
        Outcome outcome = Outcome.FAILED;
        Object outer = CurrentTask.swap(this);
        try {
            command.run();
            outcome = outcome();
        } finally {
            CurrentTask.swap(outer);
            end(outcome);
        }
    }

    private Outcome outcome() {
        return isCancelled() ? Outcome.CANCELLED : Outcome.SUCCEEDED;
    }

    @Override
    public void close() {
        end(outcome());
    }

    // Never called: a token is not started.

    @Override
    protected void runAttempt() {}

    @Override
    protected void fail(Throwable error) {}

    @Override
    protected void cancelTask() {}
}
