// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import io.reactivetracker.internal.Throwables;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Reads the results of stages, without a further stage where one has completed. */
final class Stages {

    private Stages() {}

    /**
     * Returns true if a stage is known to have completed; {@link #whenDone} then calls its action before it returns.
     */
    static boolean isDone(CompletionStage<?> stage) {
        // A minimal stage is a CompletableFuture whose isDone() throws; its conversion has the result.
        return stage instanceof CompletableFuture<?> future
                && future.toCompletableFuture().isDone();
    }

    /** Returns the value of a stage that has completed with one; null if it has not, or if the value is null. */
    static <T> @Nullable T valueNow(CompletionStage<? extends T> stage) {
        if (!isDone(stage)) {
            return null;
        }
        CompletableFuture<? extends T> done = stage.toCompletableFuture();
        return done.isCompletedExceptionally() ? null : done.join();
    }

    /**
     * Calls an action with the result of a stage: now, if it has completed, and then the caller gets what the action
     * throws. Otherwise the action runs in the thread that completes the stage and must not throw. A stage that throws
     * counts as failed.
     */
    static <T extends @Nullable Object> void whenDone(
            CompletionStage<? extends T> stage, BiConsumer<? super @Nullable T, ? super @Nullable Throwable> action) {
        if (isDone(stage)) {
            CompletableFuture<? extends T> done = stage.toCompletableFuture();
            if (done.isCompletedExceptionally()) {
                action.accept(
                        null,
                        Throwables.unwrap(done.<Throwable>handle((value, failure) -> failure)
                                .join()));
            } else {
                action.accept(done.join(), null);
            }
            return;
        }
        try {
            var unused = stage.whenComplete(
                    (value, failure) -> action.accept(value, failure == null ? null : Throwables.unwrap(failure)));
        } catch (Throwable thrown) {
            action.accept(null, thrown);
        }
    }
}
