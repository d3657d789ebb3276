// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import io.reactivetracker.internal.Failures;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Asks the store for a key, for a task or a revoke, and joins the task that has it if that is wished.
 *
 * <p>It is the future of what is made of the key, by whoever extends it. When that future has ended before the answer comes,
 * since it was cancelled, {@link #begun} is called all the same, to give the key back.
 */
abstract class Asking<K, R extends @Nullable Object> extends CompletableFuture<R>
        implements BiConsumer<RecordStore.@Nullable Claim, @Nullable Throwable> {

    private final TaskRecorder<K> recorder;
    private final K key;

    /** What is to begin: the options of a task, or a revoke if there are none. */
    private final @Nullable RecordOptions options;

    private long askedAt;

    Asking(TaskRecorder<K> recorder, K key, @Nullable RecordOptions options) {
        this.recorder = recorder;
        this.key = recorder.requireKey(key);
        this.options = options;
    }

    /** The key is held, until the task ends. */
    abstract void begun(RecordedTask<K> task);

    /** There is nothing to do, since another task of this key has succeeded. */
    abstract void joined();

    /** The key is not held. */
    abstract void refused(Throwable failure);

    /**
     * Asks for the first time.
     *
     * @return the task, if the store has granted the key at once, so that nobody knows of this future yet; else null, and
     *     one of the above is called: now or later
     */
    final @Nullable RecordedTask<K> askFirst() {
        CompletionStage<? extends RecordStore.Claim> answer = question();
        if (answer == null || !Stages.hasValue(answer)) {
            listen(answer);
            return null;
        }
        RecordStore.Claim claim = answer.toCompletableFuture().join();
        if (claim == null) {
            accept(null, null);
            return null;
        }
        return take(claim);
    }

    private void askAgain() {
        listen(question());
    }

    private @Nullable CompletionStage<? extends RecordStore.Claim> question() {
        askedAt = recorder.nanoTimeIfLeased();
        RecordStore<K> store = recorder.store();
        try {
            return options == null ? store.beginRevoke(key) : store.begin(key);
        } catch (Throwable thrown) {
            return CompletableFuture.failedFuture(thrown);
        }
    }

    private void listen(@Nullable CompletionStage<? extends RecordStore.Claim> answer) {
        if (answer == null) {
            accept(null, null);
        } else {
            Stages.<RecordStore.Claim>whenDone(answer, this);
        }
    }

    /** The store's answer. */
    @Override
    public final void accept(RecordStore.@Nullable Claim claim, @Nullable Throwable failure) {
        if (claim != null) {
            RecordedTask<K> task = take(claim);
            if (task != null) {
                begun(task);
            }
        } else if (options != null && options.joins() && failure instanceof TaskAlreadyRecordedException taken) {
            join(taken);
        } else {
            refused(StoreStep.failure(options == null ? "beginning to revoke" : "beginning", key, failure));
        }
    }

    private @Nullable RecordedTask<K> take(RecordStore.Claim claim) {
        try {
            return new RecordedTask<>(key, claim, recorder, askedAt).start();
        } catch (Throwable failure) {
            // A key that nobody could renew is not kept.
            StoreStep.<Boolean>ask("giving up", key, () -> claim.fail(failure), (isTaken, another) -> {
                if (another != null) {
                    Failures.suppress(failure, another);
                }
                refused(failure);
            });
            return null;
        }
    }

    private void join(TaskAlreadyRecordedException taken) {
        switch (taken.status()) {
            case SUCCEEDED -> joined();
            case RUNNING -> {
                CompletableFuture<TaskRecord> wait = recorder.whenSettled(key);
                Stages.<TaskRecord>whenDone(wait, this::hasWaited);
                Stages.<R>whenDone(this, (result, failure) -> wait.cancel(false));
            }
            default -> refused(taken);
        }
    }

    private void hasWaited(@Nullable TaskRecord settled, @Nullable Throwable failure) {
        Throwable reason = settled == null ? failure : settled.failure();
        if (reason != null) {
            refused(reason);
        } else if (settled != null && settled.status() == TaskStatus.SUCCEEDED) {
            joined();
        } else {
            // It was revoked or forgotten before it could be looked at: so the key is free.
            askAgain();
        }
    }
}
