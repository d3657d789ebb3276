// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TrackedStageTest {

    private final TaskTracker tracker = TaskTracker.create("orders");
    private final CompletableFuture<String> stage = new CompletableFuture<>();
    private final CompletableFuture<String> tracked = tracker.track(stage).toCompletableFuture();

    @Test
    void isCountedUntilItCompletes() {
        assertThat(tracker.size()).isOne();
        stage.complete("shipped");
        assertThat(tracker.size()).isZero();
        assertThat(tracked).isCompletedWithValue("shipped");
    }

    @Test
    void isCountedUntilItFails() {
        IOException failure = new IOException("no ship");
        stage.completeExceptionally(failure);
        assertThat(tracker.size()).isZero();
        assertThat(tracked).isCompletedExceptionally();
        assertThatExceptionOfType(CompletionException.class)
                .isThrownBy(tracked::join)
                .withCause(failure);
    }

    @Test
    void isCountedUntilItIsCancelled() {
        stage.cancel(false);
        assertThat(tracker.size()).isZero();
        assertThat(tracked).isCompletedExceptionally();
    }

    @Test
    void isNotCountedAnyMoreIfItIsCompleteAlready() {
        assertThat(tracker.track(CompletableFuture.completedStage("done")).toCompletableFuture())
                .isCompletedWithValue("done");
        assertThat(tracker.size()).isOne();
    }

    @Test
    void mayCompleteWithNull() {
        CompletableFuture<@Nullable String> empty = new CompletableFuture<>();
        CompletableFuture<@Nullable String> result = tracker.track(empty).toCompletableFuture();
        empty.complete(null);
        assertThat(result).isCompletedWithValue(null);
        assertThat(tracker.size()).isOne();
    }

    @Test
    void isCountedWhileWhatDependsOnItRuns() {
        List<Long> sizes = new ArrayList<>();
        CompletableFuture<Void> unused = tracked.thenAccept(result -> sizes.add(tracker.size()));
        stage.complete("shipped");
        assertThat(sizes).containsExactly(1L);
        assertThat(tracker.size()).isZero();
    }

    @Test
    void isCountedUntilItEndsEvenIfItsResultIsNotNeededAnyMore() {
        tracked.cancel(true);
        assertThat(tracker.size()).isOne();
        assertThat(stage).isNotDone();
        stage.complete("shipped");
        assertThat(tracker.size()).isZero();
    }

    @Test
    void isNotCountedIfItRefusesToBeWatched() {
        CompletableFuture<String> refusing = new CompletableFuture<>() {
            @Override
            public CompletableFuture<String> whenComplete(
                    BiConsumer<? super String, ? super @Nullable Throwable> action) {
                throw new IllegalStateException("not me");
            }
        };
        assertThatIllegalStateException()
                .isThrownBy(() -> tracker.track(refusing))
                .withMessage("not me");
        assertThat(tracker.size()).isOne();
    }
}
