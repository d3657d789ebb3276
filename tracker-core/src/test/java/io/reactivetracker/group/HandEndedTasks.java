// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivetracker.TaskOptions;
import io.reactivetracker.test.ManualTimer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** A group whose tasks start when admitted and end when the test says so. Not thread-safe. */
final class HandEndedTasks {

    final ManualTimer timer = new ManualTimer();
    final TaskGroup group;

    private final List<String> started = new ArrayList<>();
    private final Set<String> running = new LinkedHashSet<>();
    private final Map<String, CompletableFuture<String>> stages = new HashMap<>();
    private final Map<String, CompletableFuture<String>> futures = new HashMap<>();

    HandEndedTasks(Admission admission) {
        this(admission, ErrorPolicy.continueOnError());
    }

    HandEndedTasks(Admission admission, ErrorPolicy policy) {
        group = DirectGroups.builder("orders")
                .timer(timer)
                .admission(admission)
                .onError(policy)
                .build();
    }

    void submit(String... names) {
        for (String name : names) {
            futures.put(name, group.submit(TaskOptions.named(name), task -> {
                started.add(name);
                running.add(name);
                CompletableFuture<String> stage = new CompletableFuture<>();
                stages.put(name, stage);
                return stage;
            }));
        }
    }

    /** Submits tasks named by their numbers. */
    void submitNumbered(int first, int last) {
        for (int number = first; number <= last; number++) {
            submit(Integer.toString(number));
        }
    }

    void succeed(String... names) {
        for (String name : names) {
            assertThat(running.remove(name)).as(name + " runs").isTrue();
            stage(name).complete(name);
        }
    }

    void fail(String... names) {
        for (String name : names) {
            assertThat(running.remove(name)).as(name + " runs").isTrue();
            stage(name).completeExceptionally(new IllegalStateException(name + " failed"));
        }
    }

    void succeedAll() {
        while (!running.isEmpty()) {
            succeed(running.iterator().next());
        }
    }

    void cancel(String... names) {
        for (String name : names) {
            future(name).cancel(true);
        }
    }

    CompletableFuture<String> future(String name) {
        return Objects.requireNonNull(futures.get(name));
    }

    /** Returns the names of the tasks whose bodies were called, in call order. */
    List<String> started() {
        return started;
    }

    /** Returns the names of the called tasks that the test has not ended. */
    List<String> running() {
        return List.copyOf(running);
    }

    void assertPending(int queued, int active) {
        TaskCounts counts = group.counts();
        assertThat(counts.queued()).as("queued").isEqualTo(queued);
        assertThat(counts.active()).as("active").isEqualTo(active);
        assertBalanced(counts);
    }

    /** Closes the group, which must have no tasks left, and checks its totals. */
    void assertDrained(int succeeded, int failed, int cancelled, int rejected) {
        assertThat(group.closeAndDrain().isDone()).isTrue();
        assertThat(group.counts())
                .isEqualTo(TaskCounts.none()
                        .with(Outcome.SUCCEEDED, succeeded)
                        .with(Outcome.FAILED, failed)
                        .with(Outcome.CANCELLED, cancelled)
                        .with(Outcome.REJECTED, rejected));
        assertThat(timer.pending()).isZero();
    }

    static void assertBalanced(TaskCounts counts) {
        assertThat(counts.issued())
                .isEqualTo(counts.queued()
                        + counts.active()
                        + counts.succeeded()
                        + counts.failed()
                        + counts.cancelled()
                        + counts.timedOut()
                        + counts.rejected());
    }

    private CompletableFuture<String> stage(String name) {
        return Objects.requireNonNull(stages.get(name));
    }
}
