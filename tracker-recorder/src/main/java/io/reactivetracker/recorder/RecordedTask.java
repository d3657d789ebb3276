// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import io.reactivetracker.CancellationToken;
import io.reactivetracker.internal.Throwables;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
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
 *   <li>The work has succeeded: call {@code succeed()}, and tell the subscriber when that has answered. If it fails, with a
 *       {@link LeaseLostException} or a {@link SuccessNotRecordedException}, the subscriber gets that as its error, for the
 *       same task may be run again.
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
public final class RecordedTask<K> implements RecordContext<K> {

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

    /** How long to wait before the store is asked again to record an end: doubled each time, up to a part of the lease. */
    private static final long FIRST_DELAY_NANOS = 10_000_000;

    private static final int PARTS_OF_LEASE = 10;

    private final K key;
    private final RecordStore.Claim claim;
    private final TaskRecorder<K> recorder;
    private final @Nullable HeldLease lease;

    // Made when somebody asks for it: most tasks in memory never do. One with a lease has it from the start.
    private volatile @Nullable CancellationToken token;
    private @Nullable StageExecution<K, ?> run;

    // null -> the answer to the first call of succeed or fail, set once by the caller that makes it.
    private volatile @Nullable CompletableFuture<Void> settled;

    /**
     * Takes a claim over.
     *
     * @param askedAt when the store was asked for the claim
     */
    RecordedTask(K key, RecordStore.Claim claim, TaskRecorder<K> recorder, long askedAt) {
        this.key = key;
        this.claim = claim;
        this.recorder = recorder;
        Duration duration = claim.lease();
        if (duration == null) {
            lease = null;
        } else {
            token = CancellationToken.create();
            lease = new HeldLease(this, claim, recorder.renewal(duration), askedAt);
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
        CancellationToken made = token;
        if (made != null) {
            return made;
        }
        CancellationToken fresh = CancellationToken.create();
        CancellationToken first = (CancellationToken) TOKEN.compareAndExchange(this, null, fresh);
        if (first != null) {
            return first;
        }
        StageExecution<K, ?> listener = run;
        if (listener != null) {
            fresh.onCancel(listener::stop);
        }
        return fresh;
    }

    /** Whom to stop when the token is cancelled, without making one. To be called before anybody else has the task. */
    void onCancel(StageExecution<K, ?> listener) {
        run = listener;
        CancellationToken made = token;
        if (made != null) {
            made.onCancel(listener::stop);
        }
    }

    /** The lease was lost while the task runs. */
    void lost(LeaseLostException loss) {
        CancellationToken cancelled = cancellationToken();
        recorder.execute(() -> cancelled.cancel(loss));
    }

    /** The lease was lost while the store is asked to record the end. */
    void lostWhileEnding() {
        if (settled instanceof RecordedTask<?>.Settling settling) {
            settling.leaseIsLost();
        }
    }

    /**
     * Records that the task has succeeded, or that the revoke has.
     *
     * <p>The first call of this or of {@link #fail} counts; any other changes nothing, and gives what the first one gave. To
     * cancel the future stops nothing. A store that refuses or does not answer is asked again, and the lease is renewed
     * meanwhile, until the store has answered or the lease is lost.
     *
     * @return completes, with null, when the store has taken it; fails with a {@link LeaseLostException} if the key was no
     *     longer held, so that the success is not recorded; or with a {@link SuccessNotRecordedException} if the store failed
     *     for as long as the lease was held, or once if it gives no leases
     */
    public CompletableFuture<Void> succeed() {
        return settle(null);
    }

    /**
     * Records that the task has failed; or that the revoke has, by which what it was to revoke stays SUCCEEDED.
     *
     * <p>The first call of this or of {@link #succeed()} counts, and the store is asked again, as there.
     *
     * @param failure why; what {@link TaskRecorder#failure} tells from now on, if it was a task
     * @return completes, with null, when the store has taken it; fails with a {@link LeaseLostException} if the key was no
     *     longer held; or with a {@link RecordStoreException} if the store failed for as long as the lease was held, or once
     *     if it gives no leases
     */
    public CompletableFuture<Void> fail(Throwable failure) {
        Objects.requireNonNull(failure, "failure must not be null");
        return settle(failure);
    }

    private CompletableFuture<Void> settle(@Nullable Throwable workFailure) {
        Settling mine = new Settling(workFailure);
        @SuppressWarnings("unchecked") // the field has no other type
        CompletableFuture<Void> first = (CompletableFuture<Void>) SETTLED.compareAndExchange(this, null, mine);
        if (first != null) {
            return first;
        }
        if (lease == null || lease.ending()) {
            mine.ask();
        } else {
            // Whoever asked the token knows the key as lost; the store is not asked, lest it say otherwise.
            mine.completeExceptionally(lost());
        }
        return mine;
    }

    private LeaseLostException lost() {
        LeaseLostException known = lease == null ? null : lease.loss();
        return known != null ? known : new LeaseLostException(key, fencingToken(), null);
    }

    /**
     * The key, the fencing number, and whether the end was recorded.
     *
     * @return for people to read; the form may change
     */
    @Override
    public String toString() {
        return "RecordedTask[" + Keys.inWords(key) + ", fence " + fencingToken() + (settled == null ? ", held]" : ", ended]");
    }

    /**
     * The end of the task, while the store is told of it and after.
     *
     * <p>It is completed where the caller is, if the store has answered there; else by the recorder's executor, since what
     * depends on it is user code.
     */
    private final class Settling extends CompletableFuture<Void> {

        /** Null if the task has succeeded. */
        private final @Nullable Throwable workFailure;

        private volatile boolean isLate;
        private long delayNanos = FIRST_DELAY_NANOS;
        private volatile @Nullable Throwable lastFailure;

        Settling(@Nullable Throwable workFailure) {
            this.workFailure = workFailure == null ? null : recorder.redacted(workFailure);
        }

        void ask() {
            CompletionStage<Boolean> answer;
            try {
                answer = workFailure == null ? claim.succeed() : claim.fail(workFailure);
            } catch (Throwable thrown) {
                missed(thrown);
                return;
            }
            if (answer == null) {
                missed(null);
                return;
            }
            isLate |= !Stages.isDone(answer);
            Stages.<Boolean>whenDone(answer, this::answered);
        }

        private void answered(@Nullable Boolean isTaken, @Nullable Throwable failure) {
            if (isTaken == null) {
                missed(failure);
            } else if (lease != null && !lease.over()) {
                // The alarm of the lease was faster, and has told.
            } else if (isTaken) {
                tell(null);
            } else {
                tell(lost());
            }
        }

        /** The store has failed: it is asked again if the lease is still held then. */
        private void missed(@Nullable Throwable failure) {
            Throwable clear = StoreStep.failure("recording the end of", key, failure);
            lastFailure = clear;
            if (lease == null) {
                tell(notRecorded(clear));
                return;
            }
            long delay = delayNanos;
            delayNanos = Math.min(2 * delay, Math.max(FIRST_DELAY_NANOS, lease.nanos() / PARTS_OF_LEASE));
            isLate = true;
            try {
                recorder.timer().schedule(Duration.ofNanos(delay), this::askAgain);
            } catch (Throwable refused) {
                Throwables.suppress(clear, refused);
                if (lease.over()) {
                    tell(notRecorded(clear));
                }
            }
        }

        private void askAgain() {
            if (!isDone() && lease != null && lease.isHeld()) {
                ask();
            }
        }

        void leaseIsLost() {
            Throwable failure = lastFailure;
            isLate = true;
            tell(failure == null ? notRecorded(unanswered()) : notRecorded(failure));
        }

        private Throwable unanswered() {
            return StoreStep.failure(
                    "recording the end of", key, new TimeoutException("no answer while the lease was held"));
        }

        private Throwable notRecorded(Throwable failure) {
            return workFailure == null ? new SuccessNotRecordedException(key, fencingToken(), failure) : failure;
        }

        private void tell(@Nullable Throwable failure) {
            if (isLate) {
                recorder.execute(() -> end(failure));
            } else {
                end(failure);
            }
        }

        private void end(@Nullable Throwable failure) {
            if (failure == null) {
                complete(null);
            } else {
                completeExceptionally(failure);
            }
        }
    }
}
