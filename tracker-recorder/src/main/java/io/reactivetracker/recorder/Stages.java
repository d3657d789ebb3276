// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import io.reactivetracker.internal.Throwables;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** How stages are listened to here. */
final class Stages {

    private Stages() {}

    /**
     * Whether a stage was completed with a value, as that of a store in memory always is when it is asked: then the value can
     * be had by {@code join}, without a further stage.
     */
    static boolean hasValue(CompletionStage<?> stage) {
        return stage instanceof CompletableFuture<?> future && future.isDone() && !future.isCompletedExceptionally();
    }

    /** Whether a stage is known to have ended: then {@link #whenDone} calls its action now. */
    static boolean isDone(CompletionStage<?> stage) {
        return stage instanceof CompletableFuture<?> future && future.isDone();
    }

    /**
     * Calls an action with the end of a stage; now, if it has ended. One that cannot be listened to has failed.
     *
     * @param action does not throw
     */
    static <T extends @Nullable Object> void whenDone(
            CompletionStage<? extends T> stage, BiConsumer<? super @Nullable T, ? super @Nullable Throwable> action) {
        if (hasValue(stage)) {
            action.accept(stage.toCompletableFuture().join(), null);
            return;
        }
        try {
            var unused = stage.whenComplete((value, failure) ->
                    action.accept(value, failure == null ? null : Throwables.unwrap(failure)));
        } catch (Throwable thrown) {
            action.accept(null, thrown);
        }
    }
}
