// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import io.reactivetracker.CancellationToken;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A task, or a revoke, that has begun and holds its key until {@link #succeed()} or {@link #fail} is called.
 *
 * <p>{@link TaskRecorder#record}, {@link TaskRecorder#revoke} and {@link RecordedExecution} end it whatever happens. A
 * caller of {@link TaskRecorder#begin} has to do that itself: a task that is never ended keeps its key for as long as
 * the process lives, since the recorder renews its lease. When the lease is lost, the {@linkplain #cancellationToken()
 * token} is cancelled.
 *
 * <p>Safe for use by several threads.
 *
 * @param <K> the type of the keys
 */
public final class RecordedTask<K> implements RecordContext<K> {

    private static final VarHandle SETTLEMENT;
    private static final VarHandle TOKEN;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            SETTLEMENT = lookup.findVarHandle(RecordedTask.class, "settlement", Settlement.class);
            TOKEN = lookup.findVarHandle(RecordedTask.class, "token", CancellationToken.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final TaskRecorder<K> recorder;
    final RecordStore.Claim claim;
    final @Nullable Lease lease;
    final boolean isRevoke;
    private final K key;

    // Created on demand: most tasks in memory never need it. A task with a lease has it from the start.
    private volatile @Nullable CancellationToken token;
    private @Nullable StageExecution<K, ?> execution;

    // null → the settlement of the first call of succeed or fail; set once, by compare-and-set.
    private volatile @Nullable Settlement settlement;

    /**
     * Takes a claim over.
     *
     * @param askedAt when the store was asked for the claim
     */
    RecordedTask(K key, RecordStore.Claim claim, TaskRecorder<K> recorder, long askedAt, boolean isRevoke) {
        this.isRevoke = isRevoke;
        this.key = key;
        this.claim = claim;
        this.recorder = recorder;
        Duration duration = claim.lease();
        if (duration == null) {
            lease = null;
        } else {
            token = CancellationToken.create();
            lease = new Lease(this, claim, recorder.renewal(duration), askedAt);
        }
    }

    RecordedTask<K> start() {
        if (lease != null) {
            lease.start();
        }
        return this;
    }

    @Override
    public K key() {
        return key;
    }

    @Override
    public long fencingToken() {
        return claim.fencingToken();
    }

    @Override
    public CancellationToken cancellationToken() {
        CancellationToken current = token;
        if (current != null) {
            return current;
        }
        CancellationToken fresh = CancellationToken.create();
        CancellationToken first = (CancellationToken) TOKEN.compareAndExchange(this, null, fresh);
        if (first != null) {
            return first;
        }
        StageExecution<K, ?> listener = execution;
        if (listener != null) {
            fresh.onCancel(listener::stop);
        }
        return fresh;
    }

    /**
     * Stops an execution when the token is cancelled, without creating the token. To be called before the work runs.
     */
    void onCancel(StageExecution<K, ?> listener) {
        execution = listener;
        CancellationToken current = token;
        if (current != null) {
            current.onCancel(listener::stop);
        }
    }

    /** The lease was lost while the task runs. */
    void lost(LeaseLostException loss) {
        CancellationToken cancelled = cancellationToken();
        recorder.execute(() -> cancelled.cancel(loss));
    }

    /** The lease was lost while the store is asked to record the end. */
    void lostWhileEnding() {
        Settlement pending = settlement;
        if (pending != null) {
            pending.leaseLost();
        }
    }

    /**
     * Records that the task, or the revoke, has succeeded.
     *
     * <p>The first call of this or of {@link #fail} counts; later calls have no effect and return the same future.
     * Cancelling the future has no effect on the task. If the store fails or does not answer, it is asked again, and
     * the lease is renewed meanwhile, until the store answers or the lease is lost.
     *
     * @return completes with null when the store has recorded the success. Fails with a {@link LeaseLostException} if
     *     the key was no longer held, so that the success is not recorded; or with a {@link
     *     SuccessNotRecordedException} if the store failed for as long as the lease was held, or once if it gives no
     *     leases
     */
    public CompletableFuture<Void> succeed() {
        return settle(null);
    }

    /**
     * Records that the task has failed; or that the revoke has, after which the key is SUCCEEDED as before.
     *
     * <p>The first call of this or of {@link #succeed()} counts, and the store is asked again, as described there.
     *
     * @param failure the cause, which {@link TaskRecorder#failure} returns from then on if this is a task
     * @return completes with null when the store has recorded the failure. Fails with a {@link LeaseLostException} if
     *     the key was no longer held; or with a {@link RecordStoreException} if the store failed for as long as the
     *     lease was held, or once if it gives no leases
     */
    public CompletableFuture<Void> fail(Throwable failure) {
        return settle(Objects.requireNonNull(failure, "failure must not be null"));
    }

    private CompletableFuture<Void> settle(@Nullable Throwable failure) {
        Settlement fresh = new Settlement(this, failure);
        Settlement first = (Settlement) SETTLEMENT.compareAndExchange(this, null, fresh);
        if (first != null) {
            return first;
        }
        fresh.start();
        return fresh;
    }

    /**
     * Returns the key, the fencing token, and whether the task has ended.
     *
     * @return a description for logs; its format may change
     */
    @Override
    public String toString() {
        return "RecordedTask[" + Keys.describe(key) + ", fencing token " + fencingToken()
                + (settlement == null ? ", held]" : ", ended]");
    }
}
