// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Asks a store for one step; whatever goes wrong, in whichever way, becomes one clear failure. */
final class StoreStep {

    private StoreStep() {}

    /**
     * Asks, and passes the answer on: now, if the store has it already, else in the thread that brings it.
     *
     * @param step what is asked, for the message
     * @param key of what, for the message; null if of all
     * @param question asks the store
     * @param answer takes the value, not null, or else the failure; does not throw
     */
    static <T> void ask(
            String step,
            @Nullable Object key,
            Supplier<? extends @Nullable CompletionStage<? extends T>> question,
            BiConsumer<? super @Nullable T, ? super @Nullable Throwable> answer) {
        CompletionStage<? extends T> stage;
        try {
            stage = question.get();
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

    /** As {@link #ask}, for a query of which the caller wants to know one thing; what comes late the executor passes on. */
    static <T, R extends @Nullable Object> CompletableFuture<R> query(
            TaskRecorder<?> recorder,
            String step,
            @Nullable Object key,
            Supplier<? extends @Nullable CompletionStage<? extends T>> question,
            Function<? super T, ? extends R> wanted) {
        CompletableFuture<R> result = new CompletableFuture<>();
        boolean[] isLate = new boolean[1];
        Supplier<? extends @Nullable CompletionStage<? extends T>> noticed = () -> {
            CompletionStage<? extends T> stage = question.get();
            isLate[0] = stage != null && !Stages.isDone(stage);
            return stage;
        };
        StoreStep.<T>ask(step, key, noticed, (value, failed) -> {
            if (isLate[0]) {
                recorder.execute(() -> complete(result, wanted, value, failed));
            } else {
                complete(result, wanted, value, failed);
            }
        });
        return result;
    }

    private static <T, R extends @Nullable Object> void complete(
            CompletableFuture<R> result,
            Function<? super T, ? extends R> wanted,
            @Nullable T value,
            @Nullable Throwable failed) {
        if (value != null) {
            result.complete(wanted.apply(value));
        } else if (failed != null) {
            result.completeExceptionally(failed);
        }
    }

    /**
     * What callers are told.
     *
     * @param failed what the store threw or failed with; null if it gave null where it must not
     */
    static Throwable failure(String step, @Nullable Object key, @Nullable Throwable failed) {
        if (failed instanceof TaskAlreadyRecordedException || failed instanceof TaskNotSucceededException) {
            return failed;
        }
        Throwable cause = failed == null ? new NullPointerException("the store's answer was null") : failed;
        return new RecordStoreException(
                "the store failed at " + step + (key == null ? "" : " task " + Keys.inWords(key)) + ": " + cause,
                cause);
    }
}
