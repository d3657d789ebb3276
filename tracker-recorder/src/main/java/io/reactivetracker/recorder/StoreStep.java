// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Asks a store for one step. Whatever goes wrong becomes one clear failure. */
final class StoreStep {

    private StoreStep() {}

    /**
     * Asks, and passes the answer on: now if the store has it, otherwise in the thread that brings it.
     *
     * @param step the step, for messages
     * @param key the key, for messages; null if the step concerns all keys
     * @param request asks the store
     * @param answer receives the value, which is not null, or the failure; does not throw
     */
    static <T> void ask(
            String step,
            @Nullable Object key,
            Supplier<? extends @Nullable CompletionStage<? extends T>> request,
            BiConsumer<? super @Nullable T, ? super @Nullable Throwable> answer) {
        CompletionStage<? extends T> stage;
        try {
            stage = request.get();
        } catch (Throwable thrown) {
            answer.accept(null, failure(step, key, thrown));
            return;
        }
        if (stage == null) {
            answer.accept(null, failure(step, key, null));
            return;
        }
        Stages.<T>whenDone(stage, (value, failed) -> {
            if (value != null) {
                answer.accept(value, null);
            } else {
                answer.accept(null, failure(step, key, failed));
            }
        });
    }

    /** Asks for a value and maps it. An answer that comes late completes the future on the recorder's executor. */
    static <T, R extends @Nullable Object> CompletableFuture<R> query(
            TaskRecorder<?> recorder,
            String step,
            @Nullable Object key,
            Supplier<? extends @Nullable CompletionStage<? extends T>> request,
            Function<? super T, ? extends R> mapper) {
        CompletableFuture<R> result = new CompletableFuture<>();
        boolean[] isLate = new boolean[1];
        Supplier<? extends @Nullable CompletionStage<? extends T>> observed = () -> {
            CompletionStage<? extends T> stage = request.get();
            isLate[0] = stage != null && !Stages.isDone(stage);
            return stage;
        };
        StoreStep.<T>ask(step, key, observed, (value, failed) -> {
            Runnable completion = () -> {
                if (value != null) {
                    result.complete(mapper.apply(value));
                } else if (failed != null) {
                    result.completeExceptionally(failed);
                }
            };
            if (isLate[0]) {
                recorder.execute(completion);
            } else {
                completion.run();
            }
        });
        return result;
    }

    /**
     * Returns the failure that callers get.
     *
     * @param failed what the store threw or failed with; null if its answer was null
     */
    static Throwable failure(String step, @Nullable Object key, @Nullable Throwable failed) {
        if (failed instanceof TaskAlreadyRecordedException || failed instanceof TaskNotSucceededException) {
            return failed;
        }
        Throwable cause = failed == null ? new NullPointerException("the store's answer was null") : failed;
        return new RecordStoreException(
                "the store failed at " + step + (key == null ? "" : " task " + Keys.describe(key)) + ": " + cause,
                cause);
    }
}
