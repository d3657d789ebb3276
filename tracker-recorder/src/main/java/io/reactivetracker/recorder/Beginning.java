// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A task, or a revoke, that is begun for an adapter: the future of the {@link RecordedTask}, or of null if it has joined. */
final class Beginning<K> extends Asking<K, @Nullable RecordedTask<K>> {

    Beginning(TaskRecorder<K> recorder, K key, @Nullable RecordOptions options, Consumer<? super Throwable> dropped) {
        super(recorder, key, options, dropped);
    }

    CompletableFuture<@Nullable RecordedTask<K>> start() {
        RecordedTask<K> task = askFirst();
        return task == null ? this : CompletableFuture.completedFuture(task);
    }

    @Override
    void begun(RecordedTask<K> task) {
        if (!complete(task)) {
            giveBack(task);
        }
    }

    @Override
    void joined() {
        complete(null);
    }

    @Override
    boolean refused(Throwable reason) {
        return completeExceptionally(reason);
    }
}
