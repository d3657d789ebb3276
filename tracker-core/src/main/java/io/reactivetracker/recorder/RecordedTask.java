// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import io.reactivetracker.CancellationToken;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A task, or a revoke, that has begun and holds its key until {@link #succeed()} or {@link #fail}: for adapters, which see to
 * its end whatever happens. Others use {@link TaskRecorder#record} and {@link TaskRecorder#revoke}.
 *
 * <p>While it runs the recorder renews its lease, if the store gave one. One that is never ended keeps its key for as long as
 * the process lives. When the lease is lost the {@linkplain #cancellationToken() token} is cancelled.
 *
 * <p>How an adapter ends it, so that all have the same rules:
 * <ul>
 *   <li>The work has succeeded: call {@code succeed()}, and tell the subscriber when that has answered. If it fails with a
 *       {@link LeaseLostException}, the subscriber gets that as its error, for somebody else may have run the same task. If
 *       it fails with a {@link RecordStoreException}, the subscriber gets its success all the same, and the exception goes
 *       to where undeliverable errors go.
 *   <li>The work has failed, or was thrown out: call {@code fail(error)}, and tell the subscriber of the error when that has
 *       answered; what went wrong on the way is added to the error as suppressed.
 *   <li>The subscriber has cancelled: cancel the upstream, then call {@code fail} with a {@link
 *       io.reactivetracker.TaskCancelledException}.
 *   <li>The token was cancelled: cancel the upstream, call {@code fail} with a {@code TaskCancelledException} of the token's
 *       cause, and tell that to the subscriber.
 * </ul>
 *
 * <p>Safe for use by several threads.
 *
 * @param <K> the type of the keys
 */
public final class RecordedTask<K> implements Attempt<K> {

    private static final VarHandle SETTLED;
    private static final VarHandle TOKEN;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            SETTLED = lookup.findVarHandle(RecordedTask.class, "settled", CompletableFuture.class);
            TOKEN = lookup.findVarHandle(RecordedTask.class, "token", CancellationToken.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final K key;
    private final RecordStore.Claim claim;
    private final @Nullable LeaseRenewal renewal;

    // Made when somebody asks for it: most tasks in memory never do. One with a lease has it from the start.
    private volatile @Nullable CancellationToken token;
    private @Nullable StageRun<K, ?> run;

    // null -> the answer to the first call of succeed or fail, set once by whoever makes it; in memory the claim does.
    private volatile @Nullable CompletableFuture<Void> settled;

    /**
     * Takes a claim over.
     *
     * @param askedAt when the store was asked for the claim
     */
    RecordedTask(K key, RecordStore.Claim claim, TaskRecorder<K> recorder, long askedAt) {
        this.key = key;
        this.claim = claim;
        Duration lease = claim.lease();
        if (lease == null) {
            renewal = null;
        } else {
            token = CancellationToken.create();
            renewal = new LeaseRenewal(this, claim, lease, recorder.timerOfLeases(), askedAt);
        }
    }

    RecordedTask<K> start() {
        if (renewal != null) {
            renewal.start();
        }
        return this;
    }

    @Override
    public K key() {
        return key;
    }

    @Override
    public long fence() {
        return claim.fence();
    }

    @Override
    public CancellationToken cancellationToken() {
        CancellationToken made = token;
        if (made != null) {
            return made;
        }
        CancellationToken fresh = CancellationToken.create();
        CancellationToken first = (CancellationToken) TOKEN.compareAndExchange(this, null, fresh);
        if (first != null) {
            return first;
        }
        StageRun<K, ?> listener = run;
        if (listener != null) {
            fresh.onCancel(listener::stop);
        }
        return fresh;
    }

    /** Whom to stop when the token is cancelled, without making one. To be called before anybody else has the task. */
    void onCancel(StageRun<K, ?> listener) {
        run = listener;
        CancellationToken made = token;
        if (made != null) {
            made.onCancel(listener::stop);
        }
    }

    /**
     * Records that the task has succeeded, or that the revoke has.
     *
     * <p>The first call of this or of {@link #fail} counts; any other changes nothing, and gives what the first one gave. To
     * cancel the future stops nothing.
     *
     * @return completes, with null, when the store has taken it; fails with a {@link LeaseLostException} if the key was no
     *     longer held, so that the success is not recorded; or with a {@link RecordStoreException} if the store failed, so
     *     that nobody knows
     */
    public CompletableFuture<Void> succeed() {
        return settle(null);
    }

    /**
     * Records that the task has failed; or that the revoke has, by which what it was to revoke stays SUCCEEDED.
     *
     * <p>The first call of this or of {@link #succeed()} counts, as there.
     *
     * @param failure why; what {@link TaskRecorder#failure} tells from now on, if it was a task
     * @return as {@link #succeed()}
     */
    public CompletableFuture<Void> fail(Throwable failure) {
        Objects.requireNonNull(failure, "failure must not be null");
        return settle(failure);
    }

    private CompletableFuture<Void> settle(@Nullable Throwable workFailure) {
        if (claim instanceof MemoryClaim<?> inMemory) {
            // It can be settled once, now, and without fail: there is no more to it.
            inMemory.settle(workFailure);
            return SharedAnswer.RECORDED;
        }
        Settling mine = new Settling(workFailure);
        @SuppressWarnings("unchecked") // the field has no other type
        CompletableFuture<Void> first = (CompletableFuture<Void>) SETTLED.compareAndExchange(this, null, mine);
        if (first != null) {
            return first;
        }
        if (renewal == null || renewal.close()) {
            mine.ask();
        } else {
            // Whoever asked the token knows the key as lost; the store is not asked, lest it say otherwise.
            mine.completeExceptionally(lost());
        }
        return mine;
    }

    private LeaseLostException lost() {
        Throwable cause = token == null ? null : token.cause();
        return cause instanceof LeaseLostException known ? known : new LeaseLostException(key, fence(), null);
    }

    /**
     * The key, the fencing number, and whether the end was recorded.
     *
     * @return for people to read; the form may change
     */
    @Override
    public String toString() {
        return "RecordedTask[" + Keys.inWords(key) + ", fence " + fence() + (hasEnded() ? ", ended]" : ", held]");
    }

    private boolean hasEnded() {
        return claim instanceof MemoryClaim<?> inMemory ? inMemory.status().isSettled() : settled != null;
    }

    /** The end of the task, while the store is told of it and after. */
    private final class Settling extends CompletableFuture<Void>
            implements BiConsumer<@Nullable Boolean, @Nullable Throwable> {

        /** Null if the task has succeeded. */
        private final @Nullable Throwable workFailure;

        Settling(@Nullable Throwable workFailure) {
            this.workFailure = workFailure;
        }

        void ask() {
            CompletionStage<Boolean> answer;
            try {
                answer = workFailure == null ? claim.succeed() : claim.fail(workFailure);
            } catch (Throwable thrown) {
                accept(null, thrown);
                return;
            }
            if (answer == null) {
                accept(null, null);
            } else {
                Stages.<Boolean>whenDone(answer, this);
            }
        }

        /** The store's answer. */
        @Override
        public void accept(@Nullable Boolean isTaken, @Nullable Throwable failure) {
            if (isTaken == null) {
                completeExceptionally(StoreStep.failure("recording the end of", key, failure));
            } else if (isTaken) {
                complete(null);
            } else {
                completeExceptionally(lost());
            }
        }
    }
}
