// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.internal.Throwables;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Asks the store for a key, for a task or a revoke, and joins the task that has it if that is wished.
 *
 * <p>It is the future of what is made of the key, by whoever extends it. When that future has ended before the answer comes,
 * since it was cancelled, {@link #begun} is called all the same, to give the key back. What goes wrong from then on is told
 * to whoever takes what is dropped; that others have the key is nothing that goes wrong.
 *
 * <p>An answer that comes late is taken in the thread that brings it, so that the lease is renewed from then on; what is to
 * be done with it is user code, and runs on the recorder's executor.
 */
abstract class Asking<K, R extends @Nullable Object> extends CompletableFuture<R> {

    private final TaskRecorder<K> recorder;
    private final K key;

    /** What is to begin: the options of a task, or a revoke if there are none. */
    private final @Nullable RecordOptions options;

    private final Consumer<? super Throwable> dropped;

    private long askedAt;

    /**
     * Makes the question.
     *
     * @param dropped takes what goes wrong when nobody waits for the answer any more
     */
    Asking(TaskRecorder<K> recorder, K key, @Nullable RecordOptions options, Consumer<? super Throwable> dropped) {
        this.recorder = recorder;
        this.key = recorder.requireKey(key);
        this.options = options;
        this.dropped = dropped;
    }

    /** The key is held, until the task ends. */
    abstract void begun(RecordedTask<K> task);

    /** There is nothing to do, since another task of this key has succeeded. */
    abstract void joined();

    /**
     * The key is not held.
     *
     * @return false if nobody waits for the answer any more, so that nobody was told
     */
    abstract boolean refused(Throwable reason);

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
        RecordStore<K> store = recorder.store();
        try {
            askedAt = recorder.nanoTimeIfLeased();
            return options == null ? store.beginRevoke(key) : store.begin(key);
        } catch (Throwable thrown) {
            return CompletableFuture.failedFuture(thrown);
        }
    }

    private void listen(@Nullable CompletionStage<? extends RecordStore.Claim> answer) {
        if (answer == null) {
            accept(null, null);
        } else if (Stages.isDone(answer)) {
            Stages.<RecordStore.Claim>whenDone(answer, this::accept);
        } else {
            Stages.<RecordStore.Claim>whenDone(answer, this::acceptLate);
        }
    }

    private void accept(RecordStore.@Nullable Claim claim, @Nullable Throwable failure) {
        if (claim == null) {
            notGranted(failure);
            return;
        }
        RecordedTask<K> task = take(claim);
        if (task != null) {
            begun(task);
        }
    }

    private void acceptLate(RecordStore.@Nullable Claim claim, @Nullable Throwable failure) {
        if (claim == null) {
            recorder.execute(() -> notGranted(failure));
            return;
        }
        RecordedTask<K> task = take(claim);
        if (task == null) {
            return;
        }
        try {
            recorder.executor().execute(() -> begun(task));
        } catch (Throwable refused) {
            // No thread may run the work.
            Stages.<@Nullable Void>whenDone(task.fail(refused), (nothing, notRecorded) -> {
                if (notRecorded != null) {
                    Throwables.suppress(refused, notRecorded);
                }
                hasFailed(refused);
            });
        }
    }

    private void notGranted(@Nullable Throwable failure) {
        if (options != null && options.joins() && failure instanceof TaskAlreadyRecordedException taken) {
            join(taken);
        } else {
            hasFailed(StoreStep.failure(options == null ? "beginning to revoke" : "beginning", key, failure));
        }
    }

    private @Nullable RecordedTask<K> take(RecordStore.Claim claim) {
        try {
            return new RecordedTask<>(key, claim, recorder, askedAt).start();
        } catch (Throwable failure) {
            // A key that nobody could renew is not kept.
            StoreStep.<Boolean>ask("giving up", key, () -> claim.fail(failure), (isTaken, another) -> {
                if (another != null) {
                    Throwables.suppress(failure, another);
                }
                hasFailed(failure);
            });
            return null;
        }
    }

    private void hasFailed(Throwable failure) {
        boolean isAnswer = failure instanceof TaskAlreadyRecordedException
                || failure instanceof TaskNotSucceededException
                || failure instanceof CancellationException;
        if (!refused(failure) && !isAnswer) {
            drop(failure);
        }
    }

    /** Gives a key back that was granted when nobody waited for it any more. */
    final void giveBack(RecordedTask<K> task) {
        Stages.<@Nullable Void>whenDone(task.fail(new TaskCancelledException(null)), (nothing, notRecorded) -> {
            if (notRecorded != null) {
                drop(notRecorded);
            }
        });
    }

    private void drop(Throwable failure) {
        try {
            dropped.accept(failure);
        } catch (Throwable thrown) {
            Throwables.reportUncaught(thrown);
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
        if (failure != null) {
            hasFailed(failure);
        } else if (settled != null && settled.failure() != null) {
            refused(settled.failure());
        } else if (settled != null && settled.status() == TaskStatus.SUCCEEDED) {
            joined();
        } else if (!isDone()) {
            // It was revoked or forgotten before it could be looked at: so the key is free.
            askAgain();
        }
    }
}
