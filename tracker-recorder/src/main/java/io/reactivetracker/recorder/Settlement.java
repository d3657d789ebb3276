// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import io.reactivetracker.internal.Throwables;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Records the end of one task, and asks the store again for as long as the lease is held. It is the future of that.
 *
 * <p>It completes in the caller's thread if the store answers there, otherwise on the recorder's executor, since what
 * depends on it is user code.
 */
final class Settlement extends CompletableFuture<Void> {

    /** The delay before the store is asked again; doubled each time, up to a part of the lease. */
    private static final long FIRST_DELAY_NANOS = 10_000_000;

    private static final int PARTS_OF_LEASE = 10;
    private static final int MAX_DOUBLINGS = 20;

    private final RecordedTask<?> task;

    /** Null if the task has succeeded. */
    private final @Nullable Throwable workFailure;

    // Written by the one request that is under way.
    private int misses;
    private volatile boolean isLate;
    private volatile @Nullable Throwable lastFailure;

    Settlement(RecordedTask<?> task, @Nullable Throwable workFailure) {
        this.task = task;
        this.workFailure = workFailure == null ? null : task.recorder.redacted(workFailure);
    }

    void start() {
        if (task.lease == null || task.lease.ending()) {
            ask();
        } else {
            // The token has been cancelled because of the loss. The store is not asked, since it may answer otherwise.
            completeExceptionally(lost());
        }
    }

    private void ask() {
        CompletionStage<Boolean> answer;
        try {
            answer = workFailure == null ? task.claim.succeed() : task.claim.fail(workFailure);
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
        Lease lease = task.lease;
        if (isTaken == null) {
            missed(failure);
        } else if (lease == null || lease.over()) {
            count(isTaken ? recorded() : RecorderEvent.LEASE_LOST);
            end(isTaken ? null : lost());
        }
        // Otherwise the loss of the lease came first and has ended this.
    }

    private RecorderEvent recorded() {
        if (workFailure != null) {
            return RecorderEvent.FAILED;
        }
        return task.isRevoke ? RecorderEvent.REVOKED : RecorderEvent.SUCCEEDED;
    }

    private void count(RecorderEvent event) {
        task.recorder.tally().add(event);
    }

    /** The store has failed: asks again later if the lease is still held then. */
    private void missed(@Nullable Throwable failure) {
        count(RecorderEvent.STORE_FAILED);
        Lease lease = task.lease;
        Throwable clear = StoreStep.failure("recording the end of", task.key(), failure);
        lastFailure = clear;
        if (lease == null) {
            count(RecorderEvent.NOT_RECORDED);
            end(notRecorded(clear));
            return;
        }
        long maxDelay = Math.max(FIRST_DELAY_NANOS, lease.nanos() / PARTS_OF_LEASE);
        long delay = Math.min(FIRST_DELAY_NANOS << Math.min(misses++, MAX_DOUBLINGS), maxDelay);
        isLate = true;
        try {
            task.recorder.timer().schedule(Duration.ofNanos(delay), this::askAgain);
        } catch (Throwable refused) {
            Throwables.suppress(clear, refused);
            if (lease.over()) {
                count(RecorderEvent.NOT_RECORDED);
                end(notRecorded(clear));
            }
        }
    }

    private void askAgain() {
        if (!isDone() && task.lease != null && task.lease.isHeld()) {
            ask();
        }
    }

    void leaseLost() {
        Throwable failure = lastFailure;
        isLate = true;
        end(notRecorded(
                failure != null
                        ? failure
                        : StoreStep.failure(
                                "recording the end of",
                                task.key(),
                                new TimeoutException("no answer while the lease was held"))));
    }

    private LeaseLostException lost() {
        LeaseLostException known = task.lease == null ? null : task.lease.loss();
        return known != null ? known : LeaseLostException.noticedBy(task, true, null);
    }

    private Throwable notRecorded(Throwable failure) {
        return workFailure == null
                ? new SuccessNotRecordedException(task.key(), task.fencingToken(), failure)
                : failure;
    }

    private void end(@Nullable Throwable failure) {
        if (isLate) {
            task.recorder.execute(() -> settle(failure));
        } else {
            settle(failure);
        }
    }

    private void settle(@Nullable Throwable failure) {
        if (failure == null) {
            complete(null);
        } else {
            completeExceptionally(failure);
        }
    }
}
