// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.internal.Throwables;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A request to claim a key of a recorder, for a task or for a revoke. An operator keeps one and passes it to the {@link
 * RecordedExecution} of each subscription, which sends it.
 *
 * <p>Immutable, so one request serves any number of executions and threads.
 *
 * @param <K> the type of the keys
 */
public final class ClaimRequest<K> {

    private final TaskRecorder<K> recorder;
    private final K key;

    /** Null for a revoke. */
    private final @Nullable RecordOptions options;

    private ClaimRequest(TaskRecorder<K> recorder, K key, @Nullable RecordOptions options) {
        this.recorder = Objects.requireNonNull(recorder, "recorder must not be null");
        this.key = Objects.requireNonNull(key, "key must not be null");
        this.options = options;
    }

    /**
     * Returns a request to claim a key for a task. It is refused with a {@link TaskAlreadyRecordedException} if the key
     * is taken.
     *
     * @param <K> the type of the keys
     * @param recorder the recorder
     * @param key the key
     * @param options whether to join a task that holds the key
     * @return a request
     */
    public static <K> ClaimRequest<K> task(TaskRecorder<K> recorder, K key, RecordOptions options) {
        return new ClaimRequest<>(recorder, key, Objects.requireNonNull(options, "options must not be null"));
    }

    /**
     * Returns a request to claim a key for the revoke of a success. It is refused with a {@link
     * TaskNotSucceededException} if there is no success to revoke.
     *
     * @param <K> the type of the keys
     * @param recorder the recorder
     * @param key the key
     * @return a request
     */
    public static <K> ClaimRequest<K> revoke(TaskRecorder<K> recorder, K key) {
        return new ClaimRequest<>(recorder, key, null);
    }

    /** Refuses a key that the store cannot keep. To be called before {@link #send}. */
    void checkKey() {
        recorder.requireKey(key);
    }

    /** Asks the store; the future is that of the task that has begun, or of null if it has joined a success. */
    CompletableFuture<@Nullable RecordedTask<K>> send() {
        FutureClaimant<K> claimant = new FutureClaimant<>();
        send(claimant);
        return claimant.future;
    }

    /** Asks the store on behalf of a claimant. The claimant is called now if the store answers at once. */
    void send(Claimant<K> claimant) {
        CompletionStage<? extends RecordStore.Claim> answer;
        long askedAt = 0;
        try {
            askedAt = recorder.nanoTimeIfLeased();
            answer = options == null
                    ? recorder.store().beginRevoke(key)
                    : recorder.store().begin(key);
        } catch (Throwable thrown) {
            notGranted(claimant, thrown);
            return;
        }
        if (answer == null) {
            notGranted(claimant, null);
            return;
        }
        RecordStore.Claim granted = Stages.<RecordStore.Claim>valueNow(answer);
        if (granted != null) {
            granted(claimant, granted, askedAt, false);
            return;
        }
        boolean isLate = !Stages.isDone(answer);
        long from = askedAt;
        Stages.<RecordStore.Claim>whenDone(answer, (claim, failure) -> {
            if (claim != null) {
                granted(claimant, claim, from, isLate);
            } else if (isLate) {
                recorder.execute(() -> claimant.call(() -> notGranted(claimant, failure)));
            } else {
                notGranted(claimant, failure);
            }
        });
    }

    private void granted(Claimant<K> claimant, RecordStore.Claim claim, long askedAt, boolean isLate) {
        RecordedTask<K> task;
        try {
            // In the store's thread, so that the lease is renewed from now on.
            task = new RecordedTask<>(key, claim, recorder, askedAt, options == null).start();
        } catch (Throwable failure) {
            // Nobody could renew the lease, so the key is not kept.
            StoreStep.<Boolean>ask(
                    "giving up", key, () -> claim.fail(failure), (taken, another) -> fail(claimant, failure, another));
            return;
        }
        recorder.tally().add(RecorderEvent.BEGUN);
        if (!isLate) {
            claimant.granted(task);
            return;
        }
        try {
            recorder.executor().execute(() -> claimant.call(() -> claimant.granted(task)));
        } catch (Throwable rejected) {
            Stages.<@Nullable Void>whenDone(
                    task.fail(rejected), (recorded, another) -> fail(claimant, rejected, another));
        }
    }

    private void notGranted(Claimant<K> claimant, @Nullable Throwable failure) {
        if (options == null
                || !options.joins()
                || !(failure instanceof TaskAlreadyRecordedException taken)
                || taken.status() == TaskStatus.REVOKING) {
            boolean isRefusal =
                    failure instanceof TaskAlreadyRecordedException || failure instanceof TaskNotSucceededException;
            recorder.tally().add(isRefusal ? RecorderEvent.REFUSED : RecorderEvent.STORE_FAILED);
            fail(
                    claimant,
                    StoreStep.failure(options == null ? "beginning to revoke" : "beginning", key, failure),
                    null);
            return;
        }
        recorder.tally().add(RecorderEvent.JOINED);
        if (taken.status() == TaskStatus.SUCCEEDED) {
            claimant.joined();
        } else {
            CompletableFuture<TaskRecord> wait = recorder.whenSettled(key);
            boolean isLate = !wait.isDone();
            claimant.joining(wait);
            Stages.<TaskRecord>whenDone(wait, (settled, another) -> {
                if (isLate) {
                    claimant.call(() -> settled(claimant, settled, another));
                } else {
                    settled(claimant, settled, another);
                }
            });
        }
    }

    /** The task that the claimant joins has ended. */
    private void settled(Claimant<K> claimant, @Nullable TaskRecord record, @Nullable Throwable failure) {
        if (record == null) {
            fail(claimant, Objects.requireNonNull(failure), null);
        } else if (record.failure() != null) {
            claimant.refused(record.failure());
        } else if (record.status() == TaskStatus.SUCCEEDED) {
            claimant.joined();
        } else if (!claimant.isWithdrawn()) {
            // It was revoked or forgotten before it could be looked at, so the key is free.
            send(claimant);
        }
    }

    private void fail(Claimant<K> claimant, Throwable failure, @Nullable Throwable another) {
        if (another != null) {
            Throwables.suppress(failure, another);
        }
        boolean isAnswer = failure instanceof TaskAlreadyRecordedException
                || failure instanceof TaskNotSucceededException
                || failure instanceof CancellationException;
        if (!claimant.refused(failure) && !isAnswer) {
            claimant.dropSafely(failure);
        }
    }

    /**
     * Receives the answer to a request: one call of {@code granted}, {@code joined} or {@code refused}.
     *
     * <p>If the store answers late, the claimant is called on the recorder's executor, since it runs user code. What it
     * throws there is dropped; what it throws before {@link #send} returns reaches the sender.
     */
    abstract static class Claimant<K> {

        /** The key is held until the task ends. Called also if the claimant was withdrawn, to give the key back. */
        abstract void granted(RecordedTask<K> task);

        /** Another task of this key has succeeded, so there is nothing to do. */
        abstract void joined();

        /** The key is not held. Returns false if the claimant was withdrawn, so that nobody was told. */
        abstract boolean refused(Throwable reason);

        /** The claimant joins a task. Cancels the wait when the claimant is withdrawn. */
        abstract void joining(CompletableFuture<TaskRecord> wait);

        /** Returns true if nobody waits for the answer any more. */
        abstract boolean isWithdrawn();

        /** Receives a failure that no caller can be told. */
        abstract void drop(Throwable failure);

        final void dropSafely(Throwable failure) {
            try {
                drop(failure);
            } catch (Throwable thrown) {
                Throwables.reportUncaught(thrown);
            }
        }

        final void call(Runnable callback) {
            try {
                callback.run();
            } catch (Throwable failure) {
                dropSafely(failure);
            }
        }

        /** Gives a key back that was granted after the claimant was withdrawn, or whose work was cancelled. */
        final void giveBack(RecordedTask<K> task) {
            Stages.<@Nullable Void>whenDone(task.fail(new TaskCancelledException(null)), (recorded, notRecorded) -> {
                if (notRecorded != null) {
                    dropSafely(notRecorded);
                }
            });
        }
    }

    private static final class FutureClaimant<K> extends Claimant<K> {

        private final CompletableFuture<@Nullable RecordedTask<K>> future = new CompletableFuture<>();

        @Override
        void granted(RecordedTask<K> task) {
            if (!future.complete(task)) {
                giveBack(task);
            }
        }

        @Override
        void joined() {
            future.complete(null);
        }

        @Override
        boolean refused(Throwable reason) {
            return future.completeExceptionally(reason);
        }

        @Override
        void joining(CompletableFuture<TaskRecord> wait) {
            Stages.<@Nullable RecordedTask<K>>whenDone(future, (task, failure) -> wait.cancel(false));
        }

        @Override
        boolean isWithdrawn() {
            return future.isDone();
        }

        @Override
        void drop(Throwable failure) {
            Throwables.reportUncaught(failure);
        }
    }
}
