// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivetracker.TaskOptions;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;

/** A task whose attempts run until a test ends them; it ignores cancellation. */
final class HeldWork {

    private final List<CompletableFuture<String>> attempts = new CopyOnWriteArrayList<>();
    private final List<TaskContext> contexts = new CopyOnWriteArrayList<>();
    private CompletableFuture<String> future = new CompletableFuture<>();

    private HeldWork() {}

    /** Submits a held task. */
    static HeldWork in(TaskGroup group, String name) {
        return in(group, TaskOptions.named(name));
    }

    /** Submits a held task. */
    static HeldWork in(TaskGroup group, TaskOptions options) {
        HeldWork work = new HeldWork();
        work.future = group.submit(options, work::attempt);
        return work;
    }

    /** Returns the error of a failed future, without an added wrapper. */
    static Throwable errorOf(CompletableFuture<?> future) {
        assertThat(future).isCompletedExceptionally();
        return Objects.requireNonNull(future.handle((value, failure) -> failure).join());
    }

    private CompletionStage<String> attempt(TaskContext task) {
        CompletableFuture<String> stage = new CompletableFuture<>();
        contexts.add(task);
        attempts.add(stage);
        return stage;
    }

    /** Returns the result of {@code submit}. */
    CompletableFuture<String> future() {
        return future;
    }

    /** Returns the number of calls of the body. */
    int attempts() {
        return attempts.size();
    }

    /** Returns the argument of the body's last call; the body must have been called. */
    TaskContext task() {
        return contexts.get(contexts.size() - 1);
    }

    /** Completes the last attempt normally. */
    void succeed() {
        attempts.get(attempts.size() - 1).complete("done");
    }

    /** Fails the last attempt. */
    void fail(Throwable error) {
        attempts.get(attempts.size() - 1).completeExceptionally(error);
    }
}
