// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivetracker.TaskOptions;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;

/** A task each attempt of which goes on until a test ends it; it pays no heed to a cancel. */
final class HeldWork {

    private final List<CompletableFuture<String>> attempts = new CopyOnWriteArrayList<>();
    private final List<TaskContext> contexts = new CopyOnWriteArrayList<>();
    private CompletableFuture<String> future = new CompletableFuture<>();

    private HeldWork() {}

    /** Submits such a task. */
    static HeldWork in(TaskGroup group, String name) {
        HeldWork work = new HeldWork();
        work.future = group.submit(TaskOptions.named(name), work::attempt);
        return work;
    }

    /** What a future has failed with, as it was given to it. */
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

    /** What {@code submit} returned. */
    CompletableFuture<String> future() {
        return future;
    }

    /** How often the body was called. */
    int attempts() {
        return attempts.size();
    }

    /** What the body was called with; it must have been called. */
    TaskContext task() {
        return contexts.get(contexts.size() - 1);
    }

    /** Ends the last attempt well. */
    void succeed() {
        attempts.get(attempts.size() - 1).complete("done");
    }

    /** Ends the last attempt with an error. */
    void fail(Throwable error) {
        attempts.get(attempts.size() - 1).completeExceptionally(error);
    }
}
