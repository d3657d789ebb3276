// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import static io.reactivetracker.recorder.LeasedStore.INTERVAL;
import static io.reactivetracker.recorder.LeasedStore.LEASE;
import static io.reactivetracker.recorder.Outcomes.failureOf;
import static io.reactivetracker.recorder.Outcomes.refusalOf;
import static io.reactivetracker.recorder.Outcomes.resultOf;
import static io.reactivetracker.recorder.RecordOptions.orJoin;
import static org.assertj.core.api.Assertions.assertThat;

import io.reactivetracker.Registration;
import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.TaskTimer;
import io.reactivetracker.test.ManualTimer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Owners that hold keys by leases: live, dead, and wrongly presumed dead. */
@SuppressWarnings("FutureReturnValueIgnored") // the outcome of the work is checked elsewhere
class LeaseTest {

    private static final String KEY = "payment-1";
    private static final Duration THIRD = LEASE.dividedBy(3);

    private final ManualTimer clock = new ManualTimer();
    private final LeasedStore store = new LeasedStore(clock);
    private final TaskRecorder<String> recorder = recorderBy(clock);

    /** The clock of another process. It stands still, so that process renews nothing and notices nothing. */
    private final ManualTimer stopped = new ManualTimer();

    private final TaskRecorder<String> dead = recorderBy(stopped);
    private final HeldBody body = new HeldBody();
    private final IllegalStateException failure = new IllegalStateException("declined");

    private TaskRecorder<String> recorderBy(TaskTimer timer) {
        return TaskRecorder.builder(store).timer(timer).executor(Runnable::run).build();
    }

    private TaskStatus status() {
        return resultOf(recorder.status(KEY));
    }

    @Test
    void aLeaseIsRenewedForAsLongAsTheTaskRuns() {
        CompletableFuture<String> run = recorder.record(KEY, body);
        clock.advance(LEASE.multipliedBy(10));
        assertThat(store.renewals).isEqualTo(30);
        assertThat(status()).isEqualTo(TaskStatus.RUNNING);
        assertThat(body.attempt().cancellationToken().isCancelled()).isFalse();
        body.work.complete("receipt");
        assertThat(run).isCompletedWithValue("receipt");
        assertThat(status()).isEqualTo(TaskStatus.SUCCEEDED);
    }

    @Test
    void allTasksThatRunAreRenewedByOneQuestionInEachThirdOfALease() {
        List<HeldBody> bodies = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            HeldBody one = new HeldBody();
            bodies.add(one);
            recorder.record("key " + i, one);
            clock.advance(Duration.ofMillis(50));
        }
        assertThat(clock.pending()).isOne();
        clock.advance(LEASE.multipliedBy(3).minusSeconds(5));
        assertThat(store.rounds).isEqualTo(9);
        assertThat(store.renewals).isEqualTo(900);
        assertThat(bodies).noneMatch(one -> one.attempt().cancellationToken().isCancelled());
        bodies.forEach(one -> one.work.complete("receipt"));
        assertThat(clock.pending()).isZero();
    }

    @Test
    void aLeaseThatIsGrantedBetweenTwoRoundsIsLostAtItsEndAndNotAtTheNextRound() {
        recorder.record("another", new HeldBody());
        clock.advance(THIRD.dividedBy(2));
        recorder.record(KEY, body);
        store.answerToRenew = CompletableFuture::new;
        clock.advance(LEASE.minusNanos(1));
        assertThat(body.attempt().cancellationToken().isCancelled()).isFalse();
        clock.advance(Duration.ofNanos(1));
        assertThat(body.attempt().cancellationToken().isCancelled()).isTrue();
    }

    @Test
    void aStoreThatCannotEvenBeAskedToRenewHasMissedARound() {
        recorder.record(KEY, body);
        store.answerToAll = () -> {
            throw failure;
        };
        clock.advance(THIRD);
        store.answerToAll = List::of;
        clock.advance(THIRD);
        assertThat(body.attempt().cancellationToken().isCancelled()).isFalse();
        clock.advance(THIRD);
        assertThat(body.attempt().cancellationToken().cause()).hasCauseInstanceOf(RecordStoreException.class);
    }

    @Test
    void nothingIsRenewedAfterTheEnd() {
        recorder.record(KEY, body);
        body.work.completeExceptionally(failure);
        assertThat(clock.pending()).isZero();
        clock.advance(LEASE);
        assertThat(store.renewals).isZero();
    }

    @Test
    void whatADeadOwnerLeftIsFailedAndIsTakenOverWithAGreaterFence() {
        CompletableFuture<String> lost = dead.record(KEY, body);
        clock.advance(LEASE.minusNanos(1));
        assertThat(refusalOf(recorder.record(KEY, new HeldBody()))).isEqualTo(TaskStatus.RUNNING);
        clock.advance(Duration.ofNanos(1));
        assertThat(status()).isEqualTo(TaskStatus.FAILED);
        assertThat(resultOf(recorder.failure(KEY)))
                .isInstanceOf(LeaseLostException.class)
                .hasMessageContaining("the lease on task \"payment-1\" with fencing token 1 ran out");
        HeldBody next = new HeldBody();
        recorder.record(KEY, next);
        assertThat(next.attempt().fencingToken()).isGreaterThan(body.attempt().fencingToken());
        assertThat(lost).isNotDone();
    }

    @Test
    void aLateSuccessOfAnOwnerThatLostItsLeaseIsRefused() {
        CompletableFuture<String> late = dead.record(KEY, body);
        clock.advance(LEASE);
        HeldBody next = new HeldBody();
        CompletableFuture<String> run = recorder.record(KEY, next);
        body.work.complete("receipt");
        assertThat(failureOf(late)).isInstanceOfSatisfying(LeaseLostException.class, lost -> {
            assertThat(lost.key()).isEqualTo(KEY);
            assertThat(lost.fencingToken()).isEqualTo(body.attempt().fencingToken());
            assertThat(lost).hasNoCause();
        });
        assertThat(status()).isEqualTo(TaskStatus.RUNNING);
        next.work.complete("second receipt");
        assertThat(run).isCompletedWithValue("second receipt");
    }

    @Test
    void aLateSuccessIsRefusedEvenIfNobodyHasTakenOver() {
        CompletableFuture<String> late = dead.record(KEY, body);
        clock.advance(LEASE);
        assertThat(status()).isEqualTo(TaskStatus.FAILED);
        body.work.complete("receipt");
        assertThat(failureOf(late)).isInstanceOf(LeaseLostException.class);
        assertThat(status()).isEqualTo(TaskStatus.FAILED);
    }

    @Test
    void aLateFailureIsToldWithTheLossInTow() {
        CompletableFuture<String> late = dead.record(KEY, body);
        clock.advance(LEASE);
        body.work.completeExceptionally(failure);
        assertThat(failureOf(late)).isSameAs(failure);
        assertThat(failure.getSuppressed()).singleElement().isInstanceOf(LeaseLostException.class);
    }

    @Test
    void anOwnerThatLearnsOfItsLossIsCancelledAtOnce() {
        CompletableFuture<String> run = recorder.record(KEY, body);
        store.answerToRenew = () -> CompletableFuture.completedFuture(false);
        clock.advance(THIRD);
        assertThat(body.attempt().cancellationToken().cause()).isInstanceOf(LeaseLostException.class);
        assertThat(failureOf(run)).isInstanceOf(TaskCancelledException.class);
        assertThat(failureOf(run).getCause())
                .isSameAs(body.attempt().cancellationToken().cause());
        // It is the cause already.
        assertThat(failureOf(run).getSuppressed()).isEmpty();
        assertThat(clock.pending()).isZero();
        clock.advance(LEASE);
        assertThat(store.renewals).isOne();
        // The store was not asked to record it: the current owner keeps the key.
        assertThat(resultOf(recorder.failure(KEY))).isInstanceOf(LeaseLostException.class);
    }

    @Test
    void aRenewalThatFailsOnceIsTriedAgain() {
        recorder.record(KEY, body);
        store.answerToRenew = () -> CompletableFuture.failedFuture(failure);
        clock.advance(THIRD);
        store.answerToRenew = () -> {
            throw failure;
        };
        clock.advance(THIRD);
        store.answerToRenew = null;
        clock.advance(THIRD.minusNanos(1));
        assertThat(store.renewals).isEqualTo(2);
        assertThat(body.attempt().cancellationToken().isCancelled()).isFalse();
        // The lease holds until one nanosecond before its end. A renewal exactly at the end is too late.
        clock.advance(Duration.ofNanos(1));
        assertThat(body.attempt().cancellationToken().isCancelled()).isTrue();
    }

    @Test
    void aRenewalThatSucceedsAfterOneThatFailedHoldsTheKey() {
        recorder.record(KEY, body);
        store.answerToRenew = () -> CompletableFuture.failedFuture(failure);
        clock.advance(THIRD);
        store.answerToRenew = null;
        clock.advance(LEASE.multipliedBy(2));
        assertThat(body.attempt().cancellationToken().isCancelled()).isFalse();
        assertThat(status()).isEqualTo(TaskStatus.RUNNING);
    }

    @Test
    void anOwnerThatCannotReachTheStoreCountsItsLeaseAsLostAndTellsWhatKeptItFromRenewing() {
        CompletableFuture<String> run = recorder.record(KEY, body);
        store.answerToRenew = () -> CompletableFuture.failedFuture(failure);
        clock.advance(LEASE.minusNanos(1));
        assertThat(run).isNotDone();
        clock.advance(Duration.ofNanos(1));
        Throwable lost = Objects.requireNonNull(failureOf(run).getCause());
        assertThat(lost).isInstanceOf(LeaseLostException.class);
        assertThat(lost.getCause()).isInstanceOf(RecordStoreException.class).hasCause(failure);
        assertThat(lost.getCause())
                .hasMessage("the store failed at renewing the lease of task \"payment-1\": " + failure);
    }

    @Test
    void aStoreThatNeverAnswersKeepsNobodyInTheBelief() {
        CompletableFuture<String> run = recorder.record(KEY, body);
        store.answerToRenew = CompletableFuture::new;
        clock.advance(LEASE);
        assertThat(failureOf(run)).isInstanceOf(TaskCancelledException.class);
        assertThat(store.renewals).isEqualTo(2);
    }

    @Test
    void aRenewalIsCountedFromWhenItWasAsked() {
        recorder.record(KEY, body);
        CompletableFuture<Boolean> slow = new CompletableFuture<>();
        store.answerToRenew = () -> slow;
        clock.advance(THIRD.multipliedBy(2));
        store.answerToRenew = CompletableFuture::new;
        slow.complete(true);
        // Both renewals were answered just now; the later one was sent after two thirds of the lease.
        clock.advance(LEASE.minusNanos(1));
        assertThat(body.attempt().cancellationToken().isCancelled()).isFalse();
        clock.advance(Duration.ofNanos(1));
        assertThat(body.attempt().cancellationToken().isCancelled()).isTrue();
    }

    @Test
    void aTaskThatWasLostDoesNotAskTheStoreAgain() {
        RecordedTask<String> task = Objects.requireNonNull(resultOf(recorder.begin(KEY, RecordOptions.defaults())));
        store.answerToRenew = CompletableFuture::new;
        clock.advance(THIRD.multipliedBy(2));
        // One renewal succeeded, but its answer was lost.
        store.hold(KEY);
        clock.advance(THIRD);
        assertThat(task.cancellationToken().isCancelled()).isTrue();
        assertThat(status()).isEqualTo(TaskStatus.RUNNING);
        CompletableFuture<Void> late = task.succeed();
        assertThat(failureOf(late)).isSameAs(task.cancellationToken().cause());
        assertThat(task.fail(failure)).isSameAs(late);
        assertThat(status()).isEqualTo(TaskStatus.RUNNING);
        clock.advance(LEASE);
        assertThat(status()).isEqualTo(TaskStatus.FAILED);
    }

    @Test
    void aRevokeIsHeldByALeaseTooAndWhatADeadOneLeftIsSucceeded() {
        recorder.record(KEY, attempt -> CompletableFuture.completedFuture("receipt"));
        CompletableFuture<String> late = dead.revoke(KEY, body);
        assertThat(status()).isEqualTo(TaskStatus.REVOKING);
        clock.advance(LEASE);
        assertThat(status()).isEqualTo(TaskStatus.SUCCEEDED);
        body.work.complete("undone");
        assertThat(failureOf(late)).isInstanceOf(LeaseLostException.class);
        assertThat(status()).isEqualTo(TaskStatus.SUCCEEDED);
        assertThat(recorder.revoke(KEY, attempt -> CompletableFuture.completedFuture("undone")))
                .isCompletedWithValue("undone");
        assertThat(status()).isEqualTo(TaskStatus.NOT_FOUND);
    }

    @Test
    void aWaitFindsOutThatTheOwnerDied() {
        dead.record(KEY, body);
        CompletableFuture<TaskRecord> wait = recorder.whenSettled(KEY);
        CompletableFuture<String> joined = recorder.record(KEY, orJoin(), new HeldBody());
        clock.advance(LEASE.minusNanos(1));
        assertThat(wait).isNotDone();
        clock.advance(INTERVAL);
        assertThat(resultOf(wait).failure()).isInstanceOf(LeaseLostException.class);
        assertThat(failureOf(joined)).isInstanceOf(LeaseLostException.class);
        assertThat(clock.pending()).isZero();
        assertThat(store.listening(KEY)).isZero();
    }

    @Test
    void aWaitLooksAtOnceAndThenEachInterval() {
        dead.record(KEY, body);
        CompletableFuture<TaskRecord> wait = recorder.whenSettled(KEY);
        assertThat(store.looks).isOne();
        clock.advance(INTERVAL.multipliedBy(5));
        assertThat(store.looks).isEqualTo(6);
        body.work.complete("receipt");
        assertThat(wait).isNotDone();
        clock.advance(INTERVAL);
        assertThat(resultOf(wait).status()).isEqualTo(TaskStatus.SUCCEEDED);
        assertThat(resultOf(recorder.whenSettled(KEY)).status()).isEqualTo(TaskStatus.SUCCEEDED);
        assertThat(clock.pending()).isZero();
    }

    @Test
    void allWaitsForAKeyShareOneLookInEachInterval() {
        dead.record(KEY, body);
        List<CompletableFuture<TaskRecord>> waits = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            waits.add(recorder.whenSettled(KEY));
        }
        int looks = store.looks;
        clock.advance(INTERVAL.multipliedBy(5));
        assertThat(store.looks).isEqualTo(looks + 5);
        waits.remove(0).cancel(false);
        body.work.complete("receipt");
        clock.advance(INTERVAL);
        assertThat(store.looks).isEqualTo(looks + 6);
        assertThat(waits).allMatch(CompletableFuture::isDone);
        assertThat(clock.pending()).isZero();
        assertThat(store.listening(KEY)).isZero();
    }

    @Test
    void thoseWhoComeWhileALookIsUnderWayShareTheNextAndAreNotToldWhatWasTrueBefore() {
        CompletableFuture<TaskRecord> slow = new CompletableFuture<>();
        store.answerToFind = slow;
        CompletableFuture<TaskRecord> first = recorder.whenSettled(KEY);
        store.answerToFind = null;
        dead.record(KEY, body);
        CompletableFuture<TaskRecord> second = recorder.whenSettled(KEY);
        CompletableFuture<TaskRecord> third = recorder.whenSettled(KEY);
        assertThat(store.looks).isOne();
        slow.complete(TaskRecord.of(TaskStatus.NOT_FOUND));
        assertThat(resultOf(first).status()).isEqualTo(TaskStatus.NOT_FOUND);
        assertThat(second).isNotDone();
        assertThat(third).isNotDone();
        assertThat(store.looks).isEqualTo(2);
    }

    @Test
    void aWaitThatIsToldNeedNotLook() {
        dead.record(KEY, body);
        CompletableFuture<TaskRecord> wait = recorder.whenSettled(KEY);
        // This notification comes too early and is ignored.
        store.notify(KEY);
        assertThat(wait).isNotDone();
        body.work.complete("receipt");
        store.notify(KEY);
        assertThat(resultOf(wait).status()).isEqualTo(TaskStatus.SUCCEEDED);
        assertThat(store.looks).isOne();
        assertThat(clock.pending()).isZero();
        assertThat(store.listening(KEY)).isZero();
    }

    @Test
    void aCancelledWaitLeavesNothing() {
        dead.record(KEY, body);
        CompletableFuture<TaskRecord> wait = recorder.whenSettled(KEY);
        CompletableFuture<String> joined = recorder.record(KEY, orJoin(), body);
        assertThat(store.listening(KEY)).isEqualTo(2);
        assertThat(clock.pending()).isOne();
        wait.cancel(false);
        joined.cancel(false);
        assertThat(store.listening(KEY)).isZero();
        assertThat(clock.pending()).isZero();
        assertThat(store.looks).isEqualTo(2);
    }

    @Test
    void whoJoinedWhatIsGoneWhenItCouldBeLookedAtRunsItself() {
        dead.record(KEY, body);
        HeldBody own = new HeldBody();
        CompletableFuture<String> joined = recorder.record(KEY, orJoin(), own);
        body.work.complete("receipt");
        assertThat(resultOf(dead.forget(KEY))).isTrue();
        assertThat(own.starts()).isZero();
        clock.advance(INTERVAL);
        assertThat(own.starts()).isOne();
        assertThat(status()).isEqualTo(TaskStatus.RUNNING);
        own.work.complete("own");
        assertThat(joined).isCompletedWithValue("own");
    }

    @Test
    void aKeyThatNobodyCouldRenewIsGivenBack() {
        TaskTimer refusing = new TaskTimer() {
            @Override
            public long nanoTime() {
                return clock.nanoTime();
            }

            @Override
            public Registration schedule(Duration delay, Runnable action) {
                throw failure;
            }
        };
        TaskRecorder<String> refused = recorderBy(refusing);
        assertThat(failureOf(refused.record(KEY, body))).isSameAs(failure);
        assertThat(failureOf(refused.begin(KEY, RecordOptions.defaults()))).isSameAs(failure);
        assertThat(body.starts()).isZero();
        assertThat(status()).isEqualTo(TaskStatus.FAILED);
        assertThat(resultOf(recorder.failure(KEY))).isSameAs(failure);
        dead.record(KEY, body);
        assertThat(failureOf(refused.whenSettled(KEY))).isSameAs(failure);
    }

    @Test
    void aTimerThatGivesOutLaterLosesTheLease() {
        Giving giving = new Giving();
        CompletableFuture<String> run = recorderBy(giving).record(KEY, body);
        giving.refusal = failure;
        clock.advance(THIRD);
        assertThat(failureOf(run).getCause())
                .isInstanceOf(LeaseLostException.class)
                .hasCause(failure);
        assertThat(store.renewals).isZero();
    }

    @Test
    void aWaitThatIsCancelledJustWhenItSetsItsAlarmLeavesNone() {
        Giving giving = new Giving();
        recorder.record(KEY, body);
        CompletableFuture<TaskRecord> wait = recorderBy(giving).whenSettled(KEY);
        int before = clock.pending();
        giving.meanwhile = () -> wait.cancel(false);
        clock.advance(LeasedStore.INTERVAL);
        assertThat(wait).isCancelled();
        assertThat(clock.pending()).isEqualTo(before - 1);
    }

    @Test
    void aTaskThatEndsJustWhenItsRenewalIsSetLeavesNone() {
        Giving giving = new Giving();
        CompletableFuture<String> run = recorderBy(giving).record(KEY, body);
        giving.meanwhile = () -> body.work.complete("receipt");
        clock.advance(THIRD);
        assertThat(run).isCompletedWithValue("receipt");
        assertThat(clock.pending()).isZero();
    }

    /** A timer that may refuse an alarm, or run another action meanwhile. */
    private final class Giving implements TaskTimer {

        private @Nullable RuntimeException refusal;
        private Runnable meanwhile = () -> {};

        @Override
        public long nanoTime() {
            return clock.nanoTime();
        }

        @Override
        public Registration schedule(Duration delay, Runnable action) {
            if (refusal != null) {
                throw refusal;
            }
            Registration alarm = clock.schedule(delay, action);
            meanwhile.run();
            return alarm;
        }
    }
}
