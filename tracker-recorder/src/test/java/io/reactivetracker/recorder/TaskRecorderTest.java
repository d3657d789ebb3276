// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import static io.reactivetracker.recorder.Outcomes.assertRecorded;
import static io.reactivetracker.recorder.Outcomes.failureOf;
import static io.reactivetracker.recorder.Outcomes.refusalOf;
import static io.reactivetracker.recorder.Outcomes.resultOf;
import static io.reactivetracker.recorder.RecordOptions.orJoin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.test.UncaughtFailures;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

@SuppressWarnings("FutureReturnValueIgnored") // the outcome of the work is checked elsewhere
class TaskRecorderTest {

    private static final String KEY = "payment-1";

    private final TaskRecorder<String> recorder = TaskRecorder.create();
    private final HeldBody body = new HeldBody();
    private final IllegalStateException failure = new IllegalStateException("declined");

    private TaskStatus status() {
        return resultOf(recorder.status(KEY));
    }

    private CompletableFuture<String> record() {
        return recorder.record(KEY, body);
    }

    private void succeeded() {
        assertThat(recorder.record(KEY, attempt -> CompletableFuture.completedFuture("done")))
                .isCompletedWithValue("done");
    }

    private void failed() {
        assertThat(failureOf(recorder.record(KEY, attempt -> CompletableFuture.failedFuture(failure))))
                .isSameAs(failure);
    }

    @Test
    void aTaskIsNotFoundThenRunsThenHasSucceeded() {
        assertThat(status()).isEqualTo(TaskStatus.NOT_FOUND);
        CompletableFuture<String> run = record();
        assertThat(status()).isEqualTo(TaskStatus.RUNNING);
        assertThat(run).isNotDone();
        body.work.complete("receipt");
        assertThat(resultOf(run)).isEqualTo("receipt");
        assertThat(status()).isEqualTo(TaskStatus.SUCCEEDED);
        assertThat(resultOf(recorder.failure(KEY))).isNull();
    }

    @Test
    void aTaskThatFailsIsFailedAndTellsWhy() {
        CompletableFuture<String> run = record();
        body.work.completeExceptionally(failure);
        assertThat(failureOf(run)).isSameAs(failure);
        assertThat(status()).isEqualTo(TaskStatus.FAILED);
        assertRecorded(resultOf(recorder.failure(KEY)), failure);
    }

    @Test
    void whatFailedMayRunAgainAndSucceed() {
        failed();
        succeeded();
        assertThat(status()).isEqualTo(TaskStatus.SUCCEEDED);
        assertThat(resultOf(recorder.failure(KEY))).isNull();
    }

    @Test
    void whatIsToldHasBeenRecordedBefore() {
        List<TaskStatus> seen = new ArrayList<>();
        CompletableFuture<String> run = record();
        run.whenComplete((value, failed) -> seen.add(status()));
        body.work.complete("receipt");
        failedOther(seen);
        assertThat(seen).containsExactly(TaskStatus.SUCCEEDED, TaskStatus.FAILED);
    }

    private void failedOther(List<TaskStatus> seen) {
        HeldBody other = new HeldBody();
        recorder.record("other", other).whenComplete((value, failed) -> seen.add(resultOf(recorder.status("other"))));
        other.work.completeExceptionally(failure);
    }

    @Test
    void oneThatRunsKeepsOthersFromStarting() {
        CompletableFuture<String> run = record();
        assertThat(refusalOf(record())).isEqualTo(TaskStatus.RUNNING);
        assertThat(body.starts()).isOne();
        body.work.complete("receipt");
        assertThat(run).isCompletedWithValue("receipt");
    }

    @Test
    void oneThatHasSucceededIsRefusedAndStaysSucceeded() {
        // R1 of async_tasks_recorder: there it stayed RUNNING.
        succeeded();
        for (int i = 0; i < 3; i++) {
            assertThat(refusalOf(record())).isEqualTo(TaskStatus.SUCCEEDED);
            assertThat(status()).isEqualTo(TaskStatus.SUCCEEDED);
        }
        assertThat(body.starts()).isZero();
        assertThat(recorder.revoke(KEY, attempt -> CompletableFuture.completedFuture("undone")))
                .isCompletedWithValue("undone");
        succeeded();
    }

    @Test
    void theRefusalTellsTheKeyTheStatusAndWhatToDo() {
        record();
        TaskAlreadyRecordedException refusal = (TaskAlreadyRecordedException) failureOf(record());
        assertThat(refusal.key()).isEqualTo(KEY);
        assertThat(refusal)
                .hasMessage("task \"payment-1\" is already running: orJoin() waits for it")
                .hasNoCause();
        assertThat(refusal.getStackTrace()).isEmpty();
        body.work.complete("receipt");
        assertThat(failureOf(record()))
                .hasMessage("task \"payment-1\" has already succeeded: it runs again only after a revoke");
        var revoke = recorder.revoke(KEY, new HeldBody());
        assertThat(failureOf(record())).hasMessage("task \"payment-1\" is being revoked");
        assertThat(revoke).isNotDone();
    }

    @Test
    void aRevokeOfWhatHasNotSucceededIsRefusedAndLeavesItAsItIs() {
        // R2: there every later revoke appeared to be in progress.
        assertThat(refusalOf(recorder.revoke(KEY, body))).isEqualTo(TaskStatus.NOT_FOUND);
        failed();
        assertThat(refusalOf(recorder.revoke(KEY, body))).isEqualTo(TaskStatus.FAILED);
        assertThat(status()).isEqualTo(TaskStatus.FAILED);
        assertRecorded(resultOf(recorder.failure(KEY)), failure);
        CompletableFuture<String> run = record();
        TaskNotSucceededException refusal = (TaskNotSucceededException) failureOf(recorder.revoke(KEY, new HeldBody()));
        assertThat(refusal).hasMessage("task \"payment-1\" cannot be revoked: it is RUNNING, not SUCCEEDED");
        assertThat(refusal.key()).isEqualTo(KEY);
        assertThat(refusal.getStackTrace()).isEmpty();
        assertThat(status()).isEqualTo(TaskStatus.RUNNING);
        body.work.complete("receipt");
        assertThat(run).isCompletedWithValue("receipt");
        assertThat(body.starts()).isOne();
        HeldBody undo = new HeldBody();
        CompletableFuture<String> revoke = recorder.revoke(KEY, undo);
        assertThat(refusalOf(recorder.revoke(KEY, undo))).isEqualTo(TaskStatus.REVOKING);
        assertThat(undo.starts()).isOne();
        undo.work.complete("undone");
        assertThat(revoke).isCompletedWithValue("undone");
    }

    @Test
    void whatIsRevokedIsRevokingAndThenNotFoundAndMayRunAgain() {
        succeeded();
        CompletableFuture<String> revoke = recorder.revoke(KEY, body);
        assertThat(status()).isEqualTo(TaskStatus.REVOKING);
        assertThat(refusalOf(recorder.record(KEY, new HeldBody()))).isEqualTo(TaskStatus.REVOKING);
        assertThat(refusalOf(recorder.record(KEY, orJoin(), new HeldBody()))).isEqualTo(TaskStatus.REVOKING);
        body.work.complete("undone");
        assertThat(resultOf(revoke)).isEqualTo("undone");
        assertThat(status()).isEqualTo(TaskStatus.NOT_FOUND);
        succeeded();
    }

    @Test
    void aRevokeThatFailsInAnyWayLeavesTheSuccess() {
        succeeded();
        assertThat(failureOf(recorder.revoke(KEY, attempt -> CompletableFuture.failedFuture(failure))))
                .isSameAs(failure);
        assertThat(status()).isEqualTo(TaskStatus.SUCCEEDED);
        assertThat(failureOf(recorder.revoke(KEY, attempt -> {
                    throw failure;
                })))
                .isSameAs(failure);
        assertThat(status()).isEqualTo(TaskStatus.SUCCEEDED);
        CompletableFuture<String> revoke = recorder.revoke(KEY, body);
        assertThat(revoke.cancel(true)).isTrue();
        assertThat(status()).isEqualTo(TaskStatus.SUCCEEDED);
        assertThat(resultOf(recorder.failure(KEY))).isNull();
        assertThat(recorder.revoke(KEY, attempt -> CompletableFuture.completedFuture("undone")))
                .isCompletedWithValue("undone");
    }

    @Test
    @SuppressWarnings("NullAway") // a body may return null
    void whatThrowsIsFailed() {
        // R3: there it stayed RUNNING.
        assertThat(failureOf(recorder.record(KEY, attempt -> {
                    throw failure;
                })))
                .isSameAs(failure);
        assertThat(status()).isEqualTo(TaskStatus.FAILED);
        StackOverflowError error = new StackOverflowError("of the work");
        assertThat(failureOf(recorder.record(KEY, attempt -> {
                    throw error;
                })))
                .isSameAs(error);
        assertRecorded(resultOf(recorder.failure(KEY)), error);
        assertThat(failureOf(recorder.record(KEY, attempt -> null)))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("the body of the task returned null, not a stage");
        assertThat(status()).isEqualTo(TaskStatus.FAILED);
        succeeded();
    }

    @Test
    void whatIsCancelledIsFailedAtOnce() {
        CompletableFuture<String> run = record();
        assertThat(run.cancel(true)).isTrue();
        assertThat(run).isCancelled();
        assertThat(failureOf(run)).isInstanceOf(TaskCancelledException.class);
        assertThat(body.attempt().cancellationToken().isCancelled()).isTrue();
        assertThat(status()).isEqualTo(TaskStatus.FAILED);
        assertThat(resultOf(recorder.failure(KEY))).isSameAs(failureOf(run));
        assertThat(run.cancel(true)).isTrue();
        succeeded();
        // The later outcome of the stage makes no difference.
        body.work.completeExceptionally(failure);
        assertThat(status()).isEqualTo(TaskStatus.SUCCEEDED);
    }

    @Test
    void aSuccessThatCameBeforeTheCancelStays() {
        CompletableFuture<String> run = record();
        body.work.complete("receipt");
        assertThat(run.cancel(true)).isFalse();
        body.attempt().cancellationToken().cancel();
        assertThat(run).isCompletedWithValue("receipt");
        assertThat(status()).isEqualTo(TaskStatus.SUCCEEDED);
    }

    @Test
    void theTokenOfAnAttemptCancelsItToo() {
        CompletableFuture<String> run = record();
        body.attempt().cancellationToken().cancel(failure);
        assertThat(failureOf(run)).isInstanceOf(TaskCancelledException.class).hasCause(failure);
        assertThat(status()).isEqualTo(TaskStatus.FAILED);
        assertThat(resultOf(recorder.failure(KEY)))
                .isInstanceOf(TaskCancelledException.class)
                .satisfies(cancelled -> assertRecorded(cancelled.getCause(), failure));
        HeldBody second = new HeldBody();
        CompletableFuture<String> again = recorder.record(KEY, second);
        assertThat(second.attempt().cancellationToken().isCancelled()).isFalse();
        assertThat(second.attempt().cancellationToken())
                .isSameAs(second.attempt().cancellationToken());
        assertThat(again).isNotDone();
    }

    @Test
    void anAttemptThatCancelsItselfWhileItStartsIsFailed() {
        CompletableFuture<String> run = recorder.record(KEY, attempt -> {
            attempt.cancellationToken().cancel();
            return body.work;
        });
        assertThat(failureOf(run)).isInstanceOf(TaskCancelledException.class);
        assertThat(status()).isEqualTo(TaskStatus.FAILED);
    }

    @Test
    void aTimeoutOfTheFutureDoesNotCancelTheTask() {
        CompletableFuture<String> run = record();
        run.completeExceptionally(failure);
        assertThat(status()).isEqualTo(TaskStatus.RUNNING);
        body.work.complete("receipt");
        assertThat(status()).isEqualTo(TaskStatus.SUCCEEDED);
    }

    @Test
    void anAttemptKnowsItsKeyAndItsFence() {
        record();
        assertThat(body.attempt().key()).isEqualTo(KEY);
        assertThat(body.attempt().fencingToken()).isPositive();
        assertThat(body.attempt()).asString().contains("payment-1").contains("held");
        body.work.complete("receipt");
        assertThat(body.attempt()).asString().contains("ended");
    }

    @Test
    void fencesIncreaseStrictlyWhateverBecomesOfTheRecord() {
        List<Long> fences = new ArrayList<>();
        for (int round = 0; round < 5; round++) {
            fence(fences, false);
            fence(fences, true);
            assertThat(recorder.revoke(KEY, attempt -> {
                        fences.add(attempt.fencingToken());
                        return CompletableFuture.completedFuture(true);
                    }))
                    .isCompletedWithValue(true);
            fence(fences, true);
            assertThat(resultOf(recorder.forget(KEY))).isTrue();
        }
        assertThat(fences).hasSize(20).isSorted().doesNotHaveDuplicates();
    }

    private void fence(List<Long> fences, boolean succeeds) {
        recorder.record(KEY, attempt -> {
            fences.add(attempt.fencingToken());
            return succeeds ? CompletableFuture.completedFuture("done") : CompletableFuture.failedFuture(failure);
        });
    }

    @Test
    void whoJoinsEndsAsTheOneThatRuns() {
        CompletableFuture<String> run = record();
        CompletableFuture<String> joined = recorder.record(KEY, orJoin(), body);
        assertThat(joined).isNotDone();
        body.work.complete("receipt");
        assertThat(run).isCompletedWithValue("receipt");
        assertThat(joined).isCompletedWithValue(null);
        assertThat(body.starts()).isOne();
    }

    @Test
    void whoJoinsAFailureGetsIt() {
        CompletableFuture<String> run = record();
        CompletableFuture<String> joined = recorder.record(KEY, orJoin(), body);
        body.work.completeExceptionally(failure);
        assertThat(failureOf(run)).isSameAs(failure);
        assertRecorded(failureOf(joined), failure);
        assertThat(body.starts()).isOne();
    }

    @Test
    void whoJoinsWhatHasSucceededHasNothingToDo() {
        succeeded();
        assertThat(recorder.record(KEY, orJoin(), body)).isCompletedWithValue(null);
        assertThat(body.starts()).isZero();
        assertThat(status()).isEqualTo(TaskStatus.SUCCEEDED);
    }

    @Test
    void whoWantsToJoinAndFindsNobodyRuns() {
        CompletableFuture<String> run = recorder.record(KEY, orJoin(), body);
        assertThat(status()).isEqualTo(TaskStatus.RUNNING);
        body.work.complete("receipt");
        assertThat(run).isCompletedWithValue("receipt");
    }

    @Test
    void whoHasCancelledItsJoinTouchesNobody() {
        CompletableFuture<String> run = record();
        CompletableFuture<String> joined = recorder.record(KEY, orJoin(), body);
        assertThat(joined.cancel(true)).isTrue();
        assertThat(run).isNotDone();
        assertThat(status()).isEqualTo(TaskStatus.RUNNING);
        body.work.complete("receipt");
        assertThat(run).isCompletedWithValue("receipt");
        assertThat(joined).isCancelled();
    }

    @Test
    void aWaitEndsWithWhatBecameOfTheTask() {
        record();
        CompletableFuture<TaskRecord> wait = recorder.whenSettled(KEY);
        assertThat(wait).isNotDone();
        body.work.completeExceptionally(failure);
        assertRecorded(resultOf(wait).failure(), failure);
        succeeded();
        assertThat(resultOf(recorder.whenSettled(KEY))).isEqualTo(TaskRecord.of(TaskStatus.SUCCEEDED));
        assertThat(resultOf(recorder.whenSettled("other"))).isEqualTo(TaskRecord.of(TaskStatus.NOT_FOUND));
    }

    @Test
    void aWaitForARevokeEndsWithIt() {
        succeeded();
        recorder.revoke(KEY, body);
        CompletableFuture<TaskRecord> wait = recorder.whenSettled(KEY);
        assertThat(wait).isNotDone();
        body.work.complete("undone");
        assertThat(resultOf(wait).status()).isEqualTo(TaskStatus.NOT_FOUND);
    }

    @Test
    void aWaitIsToldOfItsOwnTaskAlthoughTheNextOneBeginsInTheSameInstant() {
        CompletableFuture<String> run = record();
        HeldBody next = new HeldBody();
        // The first waiter begins the next task; the second waiter must not wait for that task.
        recorder.whenSettled(KEY).thenRun(() -> {
            recorder.record(KEY, next);
        });
        CompletableFuture<TaskRecord> wait = recorder.whenSettled(KEY);
        body.work.completeExceptionally(failure);
        assertThat(run).isCompletedExceptionally();
        assertThat(next.starts()).isOne();
        assertThat(status()).isEqualTo(TaskStatus.RUNNING);
        assertRecorded(resultOf(wait).failure(), failure);
    }

    @Test
    void waitsAreToldInTheirOrderAndACancelledOneNever() {
        record();
        List<String> told = new ArrayList<>();
        List<CompletableFuture<TaskRecord>> waits = new ArrayList<>();
        for (String name : List.of("a", "b", "c")) {
            CompletableFuture<TaskRecord> wait = recorder.whenSettled(KEY);
            waits.add(wait);
            wait.thenRun(() -> told.add(name));
        }
        waits.get(1).cancel(false);
        body.work.complete("receipt");
        assertThat(told).containsExactly("a", "c");
        assertThat(waits.get(1)).isCancelled();
    }

    @Test
    void theStoreTellsEachWhoWaitsOnceAndNobodyWhoHasLeft() {
        RecordStore<String> store = RecordStore.inMemory();
        RecordStore.Claim claim = resultOf(store.begin(KEY).toCompletableFuture());
        List<String> told = new ArrayList<>();
        store.onSettled(KEY, record -> told.add("a " + record.status()));
        store.onSettled(KEY, record -> {
            throw failure;
        });
        store.onSettled(KEY, record -> told.add("gone")).close();
        store.onSettled(KEY, record -> told.add("b " + record.status()));
        try (UncaughtFailures uncaught = new UncaughtFailures()) {
            assertThat(claim.succeed()).isCompletedWithValue(true);
            assertThat(uncaught.seen).containsExactly(failure);
        }
        assertThat(told).containsExactly("a SUCCEEDED", "b SUCCEEDED");
        // A registration is returned even if there is nothing to wait for.
        store.onSettled(KEY, record -> told.add("late")).close();
        store.onSettled("other", record -> told.add("other " + record.status())).close();
        assertThat(told).endsWith("late", "other NOT_FOUND").hasSize(4);
    }

    @Test
    void optionsAndAFailureFromElsewhereTellWhatTheyAre() {
        assertThat(RecordOptions.defaults()).hasToString("RecordOptions[]");
        assertThat(orJoin()).hasToString("RecordOptions[orJoin]");
        RecordedFailureException elsewhere = new RecordedFailureException("java.io.IOException", "reset");
        assertThat(elsewhere).hasMessage("java.io.IOException: reset");
        assertThat(elsewhere.failureType()).isEqualTo("java.io.IOException");
        assertThat(elsewhere.failureMessage()).isEqualTo("reset");
        assertThat(new RecordedFailureException("java.io.IOException", null))
                .hasMessage("java.io.IOException")
                .extracting(RecordedFailureException::failureMessage)
                .isNull();
    }

    @Test
    void keysAreListedAndCountedByStatus() {
        succeeded();
        recorder.record("r", body);
        recorder.record("f", attempt -> CompletableFuture.failedFuture(failure));
        for (String key : List.of("s", "v")) {
            recorder.record(key, attempt -> CompletableFuture.completedFuture("done"));
        }
        recorder.revoke("v", new HeldBody());
        assertThat(resultOf(recorder.keys(TaskStatus.SUCCEEDED))).containsExactlyInAnyOrder(KEY, "s");
        assertThat(resultOf(recorder.keys(TaskStatus.RUNNING))).containsExactly("r");
        assertThat(resultOf(recorder.keys(TaskStatus.FAILED))).containsExactly("f");
        assertThat(resultOf(recorder.keys(TaskStatus.REVOKING))).containsExactly("v");
        assertThat(resultOf(recorder.counts()))
                .isEqualTo(Map.of(
                        TaskStatus.SUCCEEDED,
                        2L,
                        TaskStatus.RUNNING,
                        1L,
                        TaskStatus.FAILED,
                        1L,
                        TaskStatus.REVOKING,
                        1L));
        assertThat(recorder).asString().contains("in memory, 5 keys");
    }

    @Test
    void anEmptyRecorderCountsNothing() {
        assertThat(resultOf(recorder.counts()))
                .isEqualTo(Map.of(
                        TaskStatus.SUCCEEDED,
                        0L,
                        TaskStatus.RUNNING,
                        0L,
                        TaskStatus.FAILED,
                        0L,
                        TaskStatus.REVOKING,
                        0L));
        assertThat(resultOf(recorder.keys(TaskStatus.RUNNING))).isEmpty();
    }

    @Test
    void whatIsNotFoundIsNoList() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> recorder.keys(TaskStatus.NOT_FOUND))
                .withMessageContaining("NOT_FOUND");
    }

    @Test
    void onlyWhatIsSettledCanBeForgotten() {
        assertThat(resultOf(recorder.forget(KEY))).isFalse();
        record();
        assertThat(resultOf(recorder.forget(KEY))).isFalse();
        assertThat(status()).isEqualTo(TaskStatus.RUNNING);
        body.work.complete("receipt");
        var revoke = recorder.revoke(KEY, new HeldBody());
        assertThat(resultOf(recorder.forget(KEY))).isFalse();
        assertThat(revoke.cancel(false)).isTrue();
        assertThat(resultOf(recorder.forget(KEY))).isTrue();
        assertThat(status()).isEqualTo(TaskStatus.NOT_FOUND);
        failed();
        assertThat(resultOf(recorder.forget(KEY))).isTrue();
        assertThat(resultOf(recorder.failure(KEY))).isNull();
        assertThat(recorder).asString().contains("0 keys");
    }

    @Test
    void recordersOfOneStoreKnowTheSame() {
        RecordStore<String> store = RecordStore.inMemory();
        TaskRecorder<String> one = TaskRecorder.create(store);
        TaskRecorder<String> other = TaskRecorder.create(store);
        one.record(KEY, body);
        assertThat(refusalOf(other.record(KEY, body))).isEqualTo(TaskStatus.RUNNING);
        CompletableFuture<TaskRecord> wait = other.whenSettled(KEY);
        body.work.complete("receipt");
        assertThat(resultOf(wait).status()).isEqualTo(TaskStatus.SUCCEEDED);
    }

    @Test
    void anAdapterBeginsAndEndsByItself() {
        RecordedTask<String> task = Objects.requireNonNull(resultOf(recorder.begin(KEY, RecordOptions.defaults())));
        assertThat(refusalOf(recorder.begin(KEY, RecordOptions.defaults()))).isEqualTo(TaskStatus.RUNNING);
        CompletableFuture<RecordedTask<String>> joined = recorder.begin(KEY, orJoin());
        assertThat(task.succeed()).isCompleted();
        assertThat(joined).isCompletedWithValue(null);
        assertThat(status()).isEqualTo(TaskStatus.SUCCEEDED);
        RecordedTask<String> revoke = resultOf(recorder.beginRevoke(KEY));
        assertThat(refusalOf(recorder.beginRevoke(KEY))).isEqualTo(TaskStatus.REVOKING);
        assertThat(revoke.fail(failure)).isCompleted();
        assertThat(status()).isEqualTo(TaskStatus.SUCCEEDED);
        assertThat(resultOf(recorder.beginRevoke(KEY)).succeed()).isCompleted();
        assertThat(status()).isEqualTo(TaskStatus.NOT_FOUND);
    }

    @Test
    void theFirstEndOfATaskCounts() {
        RecordedTask<String> task = Objects.requireNonNull(resultOf(recorder.begin(KEY, RecordOptions.defaults())));
        CompletableFuture<Void> first = task.fail(failure);
        RecordedTask<String> next = Objects.requireNonNull(resultOf(recorder.begin(KEY, RecordOptions.defaults())));
        assertThat(task.succeed()).isSameAs(first);
        assertThat(task.fail(failure)).isSameAs(first);
        assertThat(status()).isEqualTo(TaskStatus.RUNNING);
        CompletableFuture<Void> second = next.succeed();
        assertThat(next.fail(failure)).isSameAs(second).isCompleted();
        assertThat(status()).isEqualTo(TaskStatus.SUCCEEDED);
    }

    @Test
    void toCancelAWishToJoinStopsWaitingOnly() {
        record();
        CompletableFuture<RecordedTask<String>> wish = recorder.begin(KEY, orJoin());
        assertThat(wish.cancel(false)).isTrue();
        body.work.completeExceptionally(failure);
        assertThat(wish).isCancelled();
        assertThat(failureOf(wish)).isExactlyInstanceOf(CancellationException.class);
    }

    @Test
    @SuppressWarnings("NullAway") // the test expects a refusal
    void whatIsNullIsRefusedAtOnceAndByName() {
        assertThatNullPointerException()
                .isThrownBy(() -> recorder.record(KEY, null))
                .withMessage("body must not be null");
        assertThatNullPointerException()
                .isThrownBy(() -> recorder.record(KEY, null, body))
                .withMessage("options must not be null");
        assertThatNullPointerException()
                .isThrownBy(() -> recorder.begin(KEY, null))
                .withMessage("options must not be null");
        assertThatNullPointerException()
                .isThrownBy(() -> recorder.revoke(KEY, null))
                .withMessage("body must not be null");
        assertThatNullPointerException().isThrownBy(() -> recorder.keys(null)).withMessage("status must not be null");
        assertThatNullPointerException()
                .isThrownBy(() -> TaskRecorder.create(null))
                .withMessage("store must not be null");
        assertThatNullPointerException()
                .isThrownBy(() -> TaskRecorder.create(RecordStore.inMemory(), null))
                .withMessage("timer must not be null");
        RecordedTask<String> task = Objects.requireNonNull(resultOf(recorder.begin(KEY, RecordOptions.defaults())));
        assertThatNullPointerException().isThrownBy(() -> task.fail(null)).withMessage("failure must not be null");
        assertThat(status()).isEqualTo(TaskStatus.RUNNING);
        assertThat(task.succeed()).isCompleted();
    }

    @Test
    void whoCannotWaitAnyLongerMayGiveUp() throws Exception {
        CompletableFuture<String> run = record();
        CompletableFuture<String> joined =
                recorder.record(KEY, orJoin(), body).completeOnTimeout("given up", 0, TimeUnit.NANOSECONDS);
        assertThat(joined.get()).isEqualTo("given up");
        body.work.complete("receipt");
        assertThat(run).isCompletedWithValue("receipt");
    }
}
