// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import io.reactivex.rxjava3.core.MaybeEmitter;
import io.reactivex.rxjava3.core.MaybeOnSubscribe;
import io.reactivex.rxjava3.functions.Supplier;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Starts a future for each observer, and cancels it when the observer disposes. RxJava's own {@code
 * fromCompletionStage} does not cancel.
 */
final class MaybeOfFuture<T> implements MaybeOnSubscribe<T> {

    private final Supplier<CompletableFuture<@Nullable T>> start;

    MaybeOfFuture(Supplier<CompletableFuture<@Nullable T>> start) {
        this.start = start;
    }

    @Override
    public void subscribe(MaybeEmitter<T> emitter) throws Throwable {
        CompletableFuture<@Nullable T> future = start.get();
        emitter.setCancellable(() -> future.cancel(true));
        CompletableFuture<?> unused = future.whenComplete((value, failure) -> {
            if (failure != null) {
                fail(emitter, failure);
            } else if (value != null) {
                emitter.onSuccess(value);
            } else {
                emitter.onComplete();
            }
        });
    }

    /** Drops the error of a future that the observer cancelled, which is its normal end. */
    private static void fail(MaybeEmitter<?> emitter, Throwable failure) {
        if (!emitter.tryOnError(failure) && !(failure instanceof CancellationException)) {
            RxJavaPlugins.onError(failure);
        }
    }
}
