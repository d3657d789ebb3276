// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import static io.reactivetracker.group.HeldWork.errorOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import io.reactivetracker.Registration;
import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskTimer;
import io.reactivetracker.adapter.GroupTask;
import io.reactivetracker.test.ManualTimer;
import io.reactivetracker.test.UncaughtFailures;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ShutdownTest {

    private static final Duration GRACE = Duration.ofSeconds(30);
    private static final Duration WAIT = Duration.ofSeconds(5);

    private final ManualTimer timer = new ManualTimer();
    private final TaskGroup group = DirectGroups.builder("orders").timer(timer).build();
    private final TaskGroup mails = group.child("mails");

    @Test
    void isOverAsSoonAsAllTasksHaveEnded() {
        HeldWork work = HeldWork.in(mails, "welcome");
        CompletableFuture<ShutdownReport> report =
                group.shutdown(Shutdown.grace(GRACE).thenCancel(WAIT));
        timer.advance(Duration.ofSeconds(10));
        assertThat(report).isNotDone();
        work.succeed();
        assertThat(report.thenApply(ShutdownTest::withoutTasks))
                .isCompletedWithValue(drained("orders", Duration.ofSeconds(10), 1, 0, 0, 0, 0));
        assertThat(timer.pending()).isZero();
        assertThat(group.cancellationToken().isCancelled()).isFalse();
    }

    @Test
    void refusesNewTasksAndChildrenInTheWholeTreeFromTheFirstInstant() {
        HeldWork work = HeldWork.in(mails, "welcome");
        CompletableFuture<ShutdownReport> report = group.shutdown(Shutdown.grace(GRACE));
        assertThatExceptionOfType(GroupClosedException.class).isThrownBy(() -> HeldWork.in(mails, "late"));
        assertThatExceptionOfType(GroupClosedException.class).isThrownBy(() -> HeldWork.in(group, "late"));
        assertThatExceptionOfType(GroupClosedException.class).isThrownBy(() -> mails.child("late"));
        work.succeed();
        assertThat(report.join().completed()).isEqualTo(1);
    }

    @Test
    void reportsOnlyWhatEndedSinceItBegan() {
        HeldWork.in(mails, "sent before").succeed();
        HeldWork.in(mails, "failed before").fail(new IllegalStateException("no mail"));
        HeldWork.in(mails, "cancelled before").future().cancel(false);
        TaskGroup full = group.childBuilder("full")
                .admission(candidate -> {
                    candidate.reject("full");
                    return () -> {};
                })
                .build();
        HeldWork.in(full, "rejected before");
        HeldWork work = HeldWork.in(mails, "welcome");
        CompletableFuture<ShutdownReport> report = group.shutdown(Shutdown.grace(GRACE));
        work.succeed();
        // The cancelled task runs until its stage completes.
        timer.advance(GRACE);
        assertThat(report.join().completed()).isOne();
        assertThat(report.join().failed()).isZero();
        assertThat(report.join().cancelled()).isZero();
        assertThat(report.join().rejected()).isZero();
    }

    @Test
    void letsATaskUseTheGroupsBelowItsOwnToTheLast() {
        TaskGroup letters = mails.child("letters");
        HeldWork order = HeldWork.in(group, "order");
        CompletableFuture<ShutdownReport> report = group.shutdown(Shutdown.grace(GRACE));
        assertThat(group.isClosed()).isTrue();
        HeldWork mail = HeldWork.in(mails, "of the order");
        order.succeed();
        assertThat(mails.isClosed()).isTrue();
        HeldWork letter = HeldWork.in(letters, "of the mail");
        mail.succeed();
        assertThat(letters.isClosed()).isTrue();
        assertThat(report).isNotDone();
        letter.succeed();
        assertThat(report.join().completed()).isEqualTo(3);
    }

    @Test
    void closesWhatItsGraceHasLeftOpen() {
        HeldWork order = HeldWork.in(group, "order");
        CompletableFuture<ShutdownReport> report =
                group.shutdown(Shutdown.grace(GRACE).thenCancel(WAIT));
        HeldWork mail = HeldWork.in(mails, "welcome");
        timer.advance(GRACE);
        assertThat(mails.isClosed()).isTrue();
        assertThat(errorOf(mail.future())).isInstanceOf(TaskCancelledException.class);
        order.succeed();
        mail.succeed();
        assertThat(report.join().cancelled()).isEqualTo(2);
    }

    @Test
    void closesATreeThatIsDeeperThanAnyStack() {
        TaskGroup deepest = group;
        for (int i = 0; i < 100_000; i++) {
            deepest = deepest.child("level " + i);
        }
        HeldWork work = HeldWork.in(deepest, "deep");
        CompletableFuture<ShutdownReport> report = group.shutdown(Shutdown.grace(GRACE));
        assertThat(deepest.isClosed()).isTrue();
        assertThat(report).isNotDone();
        work.succeed();
        assertThat(report.join().isDrained()).isTrue();
    }

    @Test
    void lendsTasksAGraceAndCancelsWhatIsLeft() {
        HeldWork quick = HeldWork.in(group, "quick");
        HeldWork slow = HeldWork.in(mails, "slow");
        CompletableFuture<ShutdownReport> report =
                group.shutdown(Shutdown.grace(GRACE).thenCancel(WAIT));
        quick.succeed();
        timer.advance(GRACE.minusNanos(1));
        assertThat(slow.future()).isNotDone();
        timer.advance(Duration.ofNanos(1));
        assertThat(errorOf(slow.future()))
                .isInstanceOf(TaskCancelledException.class)
                .hasCauseInstanceOf(TimeoutException.class)
                .hasMessage("task \"slow\" #" + slow.task().id() + " of group \"mails\" was cancelled:"
                        + " java.util.concurrent.TimeoutException: the shutdown of group \"orders\" gave its tasks 30.0 s to"
                        + " end")
                // A normal event: neither it nor its cause is logged with a stack trace.
                .satisfies(cancelled -> assertThat(cancelled.getStackTrace()).isEmpty())
                .cause()
                .satisfies(reason -> assertThat(reason.getStackTrace()).isEmpty());
        assertThat(report).isNotDone();
        timer.advance(Duration.ofSeconds(2));
        slow.succeed();
        assertThat(report.thenApply(ShutdownTest::withoutTasks))
                .isCompletedWithValue(drained("orders", Duration.ofSeconds(32), 1, 0, 1, 0, 0));
        assertThat(timer.pending()).isZero();
    }

    @Test
    void reportsATaskThatIgnoresTheCancelAsStuck() {
        timer.advance(Duration.ofSeconds(1));
        HeldWork stuck = HeldWork.in(mails, "welcome");
        timer.advance(Duration.ofSeconds(7));
        CompletableFuture<ShutdownReport> future =
                group.shutdown(Shutdown.grace(GRACE).thenCancel(WAIT));
        timer.advance(GRACE.plus(WAIT).minusNanos(1));
        assertThat(future).isNotDone();
        timer.advance(Duration.ofNanos(1));
        ShutdownReport report = future.join();
        assertThat(report.isDrained()).isFalse();
        assertThat(report.took()).isEqualTo(GRACE.plus(WAIT));
        assertThat(report.cancelled()).isZero();
        assertThat(report.stuck())
                .containsExactly(
                        new StuckTask("mails", stuck.task().id(), "welcome", Duration.ofSeconds(42), false, null));
        assertThat(timer.pending()).isZero();
        stuck.succeed();
        assertThat(group.drained().isDone()).isTrue();
        assertThat(group.counts()).isEqualTo(TaskCounts.none().with(Outcome.CANCELLED, 1));
        assertThat(future.join()).isSameAs(report);
    }

    @Test
    void cancelsNothingUnlessItIsAskedTo() {
        TaskGroup limited = group.childBuilder("limited")
                .admission(Admission.concurrency(1))
                .build();
        HeldWork running = HeldWork.in(limited, "running");
        HeldWork queued = HeldWork.in(limited, "queued");
        CompletableFuture<ShutdownReport> report = group.shutdown(Shutdown.grace(GRACE));
        timer.advance(GRACE);
        assertThat(report.join().stuck())
                .extracting(StuckTask::name, StuckTask::isQueued, StuckTask::age)
                .containsExactly(tuple("running", false, GRACE), tuple("queued", true, GRACE));
        assertThat(report.join().isDrained()).isFalse();
        assertThat(group.cancellationToken().isCancelled()).isFalse();
        running.succeed();
        queued.succeed();
        assertThat(queued.future()).isCompletedWithValue("done");
        assertThat(group.drained().isDone()).isTrue();
    }

    @Test
    void reportsStuckTasksOfTheWholeTreeOldestFirstWithWhereTheyWereMade() {
        GroupTask first = GroupTask.issue(mails, TaskOptions.named("first"), () -> "Mails.java:7");
        GroupTask second = GroupTask.issue(group, TaskOptions.named("second"), () -> null);
        GroupTask third = GroupTask.issue(mails, TaskOptions.named("third"), () -> {
            throw new IllegalStateException("nobody knows");
        });
        CompletableFuture<ShutdownReport> report = group.shutdown(Shutdown.grace(Duration.ZERO));
        timer.advance(Duration.ZERO);
        assertThat(report.join().stuck())
                .containsExactly(
                        new StuckTask("mails", first.id(), "first", Duration.ZERO, false, "Mails.java:7"),
                        new StuckTask("orders", second.id(), "second", Duration.ZERO, false, null),
                        new StuckTask(
                                "mails",
                                third.id(),
                                "third",
                                Duration.ZERO,
                                false,
                                "java.lang.IllegalStateException: nobody knows"));
        for (GroupTask task : List.of(first, second, third)) {
            task.end(Outcome.CANCELLED);
        }
    }

    @Test
    void countsWhatHappensMeanwhileAndNotWhatWasBefore() {
        HeldWork.in(group, "before").succeed();
        HeldWork.in(group, "before").fail(new IOException("before"));
        TaskGroup full = group.childBuilder("full")
                .admission(Admission.concurrency(1, 1))
                .onError(ErrorPolicy.retry(1, Backoff.fixed(Duration.ofSeconds(1)))
                        .releasingPermit())
                .build();
        HeldWork fails = HeldWork.in(group, "fails");
        HeldWork succeeds = HeldWork.in(group, "succeeds");
        HeldWork isCancelled = HeldWork.in(mails, "cancelled");
        HeldWork rejected = HeldWork.in(full, "rejected");
        HeldWork runs = HeldWork.in(full, "runs");
        CompletableFuture<ShutdownReport> report = group.shutdown(Shutdown.grace(GRACE));
        rejected.fail(new IOException("again"));
        runs.fail(new IOException("again"));
        fails.fail(new IOException("no ship"));
        succeeds.succeed();
        isCancelled.future().cancel(true);
        isCancelled.succeed();
        timer.advance(Duration.ofSeconds(1));
        // Both have requested a permit again: one runs, and one waits.
        assertThat(report).isNotDone();
        rejected.succeed();
        runs.succeed();
        assertThat(report.thenApply(ShutdownTest::withoutTasks))
                .isCompletedWithValue(drained("orders", Duration.ofSeconds(1), 3, 1, 1, 0, 0));
    }

    @Test
    void countsWhatIsRejectedMeanwhile() {
        TaskGroup full = group.childBuilder("full")
                .admission(Admission.concurrency(1, 0))
                .build();
        HeldWork running = HeldWork.in(full, "running");
        GroupTask task = GroupTask.issue(full, TaskOptions.named("late"), () -> null);
        CompletableFuture<ShutdownReport> report = group.shutdown(Shutdown.grace(GRACE));
        new CalledBody(() -> {}, rejection -> task.end(task.outcomeOf(rejection))).start(task);
        running.succeed();
        assertThat(report.join().rejected()).isEqualTo(1);
        assertThat(report.join().completed()).isEqualTo(1);
    }

    // ---- a time for each phase, or one budget for all

    @Test
    void theWaitAfterTheGraceBeginsWithTheCancelHoweverLongThatTakes() {
        HeldWork work = slowToCancel(Duration.ofSeconds(4));
        CompletableFuture<ShutdownReport> report =
                group.shutdown(Shutdown.grace(GRACE).thenCancel(WAIT));
        timer.advance(GRACE);
        timer.advance(Duration.ofSeconds(1).minusNanos(1));
        assertThat(report).isNotDone();
        timer.advance(Duration.ofNanos(1));
        assertThat(report.join().took()).isEqualTo(GRACE.plus(WAIT));
        work.succeed();
    }

    @Test
    void aCancelThatTakesItsTimeUsesUpTheOneBudget() {
        HeldWork work = slowToCancel(Duration.ofSeconds(4));
        CompletableFuture<ShutdownReport> report = group.shutdown(Shutdown.within(GRACE, WAIT));
        timer.advance(GRACE.minus(WAIT));
        assertThat(work.future()).isCancelled();
        assertThat(report).isNotDone();
        timer.advance(Duration.ofSeconds(1).minusNanos(1));
        assertThat(report).isNotDone();
        timer.advance(Duration.ofNanos(1));
        assertThat(report.join().took()).isEqualTo(GRACE);
        assertThat(report.join().stuck()).hasSize(1);
        work.succeed();
    }

    @Test
    void aCancelThatTakesLongerThanTheOneBudgetDoesNotOutlastIt() {
        HeldWork work = slowToCancel(WAIT.plusSeconds(4));
        CompletableFuture<ShutdownReport> report = group.shutdown(Shutdown.within(GRACE, WAIT));
        timer.advance(GRACE.minus(WAIT));
        assertThat(report.join().took()).isEqualTo(GRACE);
        work.succeed();
    }

    @Test
    void oneBudgetIsGraceAndWaitTogether() {
        HeldWork work = HeldWork.in(mails, "welcome");
        CompletableFuture<ShutdownReport> report = group.shutdown(Shutdown.within(GRACE, WAIT));
        timer.advance(GRACE.minus(WAIT).minusNanos(1));
        assertThat(work.future()).isNotDone();
        timer.advance(Duration.ofNanos(1));
        assertThat(work.future()).isCancelled();
        timer.advance(WAIT.minusNanos(1));
        assertThat(report).isNotDone();
        timer.advance(Duration.ofNanos(1));
        assertThat(report.join().took()).isEqualTo(GRACE);
        work.succeed();
    }

    @Test
    void aBudgetThatIsAllKeptForTheCancelCancelsAtOnce() {
        HeldWork work = HeldWork.in(mails, "welcome");
        CompletableFuture<ShutdownReport> report = group.shutdown(Shutdown.within(WAIT, WAIT));
        timer.advance(Duration.ZERO);
        assertThat(work.future()).isCancelled();
        work.succeed();
        assertThat(report.join().isDrained()).isTrue();
    }

    // ---- a timeout of zero

    @Test
    void noGraceAndNoCancelIsALook() {
        HeldWork work = HeldWork.in(mails, "welcome");
        CompletableFuture<ShutdownReport> report = group.shutdown(Shutdown.grace(Duration.ZERO));
        timer.advance(Duration.ZERO);
        assertThat(report.join().stuck()).hasSize(1);
        assertThat(report.join().took()).isZero();
        assertThat(work.future()).isNotDone();
        work.succeed();
    }

    @Test
    void noGraceCancelsAtOnce() {
        HeldWork work = HeldWork.in(mails, "welcome");
        CompletableFuture<ShutdownReport> report =
                group.shutdown(Shutdown.grace(Duration.ZERO).thenCancel(Duration.ZERO));
        timer.advance(Duration.ZERO);
        assertThat(work.future()).isCancelled();
        assertThat(report.join().stuck()).hasSize(1);
        work.succeed();
    }

    @Test
    void tasksThatHeedTheCancelHaveEndedEvenIfThereIsNoTimeToWait() {
        CompletableFuture<String> work = mails.submit(TaskOptions.named("welcome"), task -> {
            CompletableFuture<String> stage = new CompletableFuture<>();
            task.cancellationToken().onCancel(() -> stage.complete("stopped"));
            return stage;
        });
        CompletableFuture<ShutdownReport> report =
                group.shutdown(Shutdown.grace(Duration.ZERO).thenCancel(Duration.ZERO));
        timer.advance(Duration.ZERO);
        assertThat(work).isCancelled();
        assertThat(report.thenApply(ShutdownTest::withoutTasks))
                .isCompletedWithValue(drained("orders", Duration.ZERO, 0, 0, 1, 0, 0));
    }

    @Test
    void timesLongerThanAnyClockAreTaken() {
        TaskGroup real = DirectGroups.builder("orders").build();
        HeldWork work = HeldWork.in(real, "welcome");
        Duration forEver = Duration.ofSeconds(Long.MAX_VALUE);
        CompletableFuture<ShutdownReport> report =
                real.shutdown(Shutdown.grace(forEver).thenCancel(forEver));
        CompletableFuture<ShutdownReport> budget = real.shutdown(Shutdown.within(forEver, Duration.ZERO));
        work.succeed();
        assertThat(report.join().isDrained()).isTrue();
        assertThat(budget.join().isDrained()).isTrue();
    }

    // ---- repeated calls, and an empty group

    @Test
    void anEmptyGroupIsOverAtOnce() {
        assertThat(group.shutdown(Shutdown.grace(GRACE).thenCancel(WAIT)))
                .isCompletedWithValue(drained("orders", Duration.ZERO, 0, 0, 0, 0, 0));
        assertThat(timer.pending()).isZero();
        assertThat(mails.isClosed()).isTrue();
    }

    @Test
    void cancellingTheFutureStopsNoStage() {
        HeldWork work = HeldWork.in(mails, "welcome");
        CompletableFuture<ShutdownReport> report =
                group.shutdown(Shutdown.grace(GRACE).thenCancel(WAIT));
        CompletableFuture<ShutdownReport> completed =
                group.shutdown(Shutdown.grace(GRACE).thenCancel(WAIT));
        report.cancel(true);
        completed.completeExceptionally(new IOException("not wanted"));
        timer.advance(GRACE);
        assertThat(work.future()).isCancelled();
        work.succeed();
        assertThat(group.drained().isDone()).isTrue();
        assertThat(timer.pending()).isZero();
    }

    @Test
    void aSecondShutdownHasItsOwnTimesAndItsOwnReport() {
        HeldWork work = HeldWork.in(mails, "welcome");
        CompletableFuture<ShutdownReport> patient =
                group.shutdown(Shutdown.grace(GRACE).thenCancel(GRACE));
        timer.advance(Duration.ofSeconds(1));
        CompletableFuture<ShutdownReport> hasty =
                group.shutdown(Shutdown.grace(WAIT).thenCancel(WAIT));
        timer.advance(WAIT);
        assertThat(work.future()).isCancelled();
        timer.advance(WAIT);
        assertThat(hasty.join().stuck()).hasSize(1);
        assertThat(hasty.join().took()).isEqualTo(WAIT.plus(WAIT));
        assertThat(patient).isNotDone();
        work.succeed();
        assertThat(withoutTasks(patient.join())).isEqualTo(drained("orders", Duration.ofSeconds(11), 0, 0, 1, 0, 0));
        assertThat(timer.pending()).isZero();
    }

    @Test
    void aShutdownOfAChildLeavesTheParentOpen() {
        HeldWork work = HeldWork.in(mails, "welcome");
        HeldWork other = HeldWork.in(group, "other");
        CompletableFuture<ShutdownReport> report =
                mails.shutdown(Shutdown.grace(Duration.ZERO).thenCancel(WAIT));
        timer.advance(Duration.ZERO);
        work.succeed();
        assertThat(withoutTasks(report.join())).isEqualTo(drained("mails", Duration.ZERO, 0, 0, 1, 0, 0));
        assertThat(group.isClosed()).isFalse();
        other.succeed();
        assertThat(other.future()).isCompletedWithValue("done");
    }

    @Test
    void aTaskThatWaitsToBeTriedAgainIsCancelledToo() {
        TaskGroup retrying = group.childBuilder("retrying")
                .onError(ErrorPolicy.retry(9, Backoff.fixed(Duration.ofHours(1))))
                .build();
        HeldWork work = HeldWork.in(retrying, "again");
        CompletableFuture<ShutdownReport> report =
                group.shutdown(Shutdown.grace(GRACE).thenCancel(WAIT));
        work.fail(new IOException("no ship"));
        timer.advance(GRACE);
        assertThat(withoutTasks(report.join())).isEqualTo(drained("orders", GRACE, 0, 0, 1, 0, 0));
        assertThat(timer.pending()).isZero();
    }

    // ---- its description

    @Test
    void tellsItsStagesWhenPrinted() {
        assertThat(Shutdown.grace(GRACE)).hasToString("Shutdown[grace 30.0 s]");
        assertThat(Shutdown.grace(GRACE).thenCancel(WAIT))
                .hasToString("Shutdown[grace 30.0 s, then cancel and wait 5.0 s]");
        assertThat(Shutdown.within(GRACE, WAIT))
                .hasToString("Shutdown[grace 25.0 s, then cancel and wait 5.0 s, in one budget]");
    }

    // ---- its listener

    @Test
    void aListenerHearsOfEachStageInOrder() {
        HeldWork quick = HeldWork.in(group, "quick");
        HeldWork slow = HeldWork.in(mails, "slow");
        StageLog log = new StageLog();
        CompletableFuture<ShutdownReport> report =
                group.shutdown(Shutdown.grace(GRACE).listener(log).thenCancel(WAIT));
        assertThat(log.stages).containsExactly("closed with 2");
        quick.succeed();
        slow.task().cancellationToken().onCancel(() -> log.stages.add("cancelled slow"));
        timer.advance(GRACE);
        assertThat(log.stages).containsExactly("closed with 2", "cancelling slow PT30S", "cancelled slow");
        slow.succeed();
        assertThat(log.stages)
                .containsExactly("closed with 2", "cancelling slow PT30S", "cancelled slow", "over " + report.join());
    }

    @Test
    void aListenerHearsOfNoCancelIfTheGraceWasEnough() {
        StageLog log = new StageLog();
        HeldWork work = HeldWork.in(mails, "welcome");
        CompletableFuture<ShutdownReport> report =
                group.shutdown(Shutdown.within(GRACE, WAIT).listener(log));
        work.succeed();
        assertThat(log.stages).containsExactly("closed with 1", "over " + report.join());
    }

    @Test
    void aListenerOfAnEmptyGroupHearsThatItIsClosedBeforeItIsOver() {
        StageLog log = new StageLog();
        CompletableFuture<ShutdownReport> report =
                group.shutdown(Shutdown.grace(GRACE).thenCancel(WAIT).listener(log));
        assertThat(log.stages).containsExactly("closed with 0", "over " + report.join());
    }

    @Test
    void aListenerHearsThatItIsOverThoughTheCancelEndsTheLastTaskWithNoTimeToWait() {
        StageLog log = new StageLog();
        HeldWork work = HeldWork.in(mails, "welcome");
        work.task().cancellationToken().onCancel(work::succeed);
        CompletableFuture<ShutdownReport> report = group.shutdown(
                Shutdown.grace(Duration.ZERO).thenCancel(Duration.ZERO).listener(log));
        timer.advance(Duration.ZERO);
        assertThat(report.join().isDrained()).isTrue();
        assertThat(log.stages).containsExactly("closed with 1", "cancelling welcome PT0S", "over " + report.join());
    }

    @Test
    void aListenerThatThrowsDisturbsNothing() {
        HeldWork work = HeldWork.in(mails, "welcome");
        work.task().cancellationToken().onCancel(work::succeed);
        try (UncaughtFailures uncaught = new UncaughtFailures()) {
            CompletableFuture<ShutdownReport> report =
                    group.shutdown(Shutdown.grace(GRACE).thenCancel(WAIT).listener(new ShutdownListener() {
                        @Override
                        public void onClosed(long pending) {
                            throw new IllegalStateException("closed");
                        }

                        @Override
                        public void onCancelling(ShutdownReport soFar) {
                            throw new AssertionError("cancelling");
                        }

                        @Override
                        public void onOver(ShutdownReport over) {
                            throw new IllegalStateException("over");
                        }
                    }));
            timer.advance(GRACE);
            assertThat(report.join().cancelled()).isOne();
            assertThat(uncaught.seen).extracting(Throwable::getMessage).containsExactly("closed", "cancelling", "over");
        }
    }

    @Test
    void aListenerThatBlocksDelaysNeitherTheCancelNorTheReport() {
        TaskGroup orders = TaskGroup.builder("orders").build();
        HeldWork heeds = HeldWork.in(orders, "heeds");
        heeds.task().cancellationToken().onCancel(heeds::succeed);
        HeldWork deaf = HeldWork.in(orders, "deaf");
        AtomicBoolean isToldTooEarly = new AtomicBoolean();
        CountDownLatch isTold = new CountDownLatch(1);
        CompletableFuture<ShutdownReport> report = orders.shutdown(SOON.listener(new ShutdownListener() {
            @Override
            public void onCancelling(ShutdownReport soFar) {
                block();
            }

            @Override
            public void onOver(ShutdownReport over) {
                isToldTooEarly.set(release.getCount() > 0);
                isTold.countDown();
            }
        }));
        assertThat(report.join().stuck()).extracting(StuckTask::name).contains("deaf");
        await().until(heeds.future()::isCancelled);
        release.countDown();
        await().until(() -> isTold.getCount() == 0);
        assertThat(isToldTooEarly).isFalse();
        deaf.succeed();
    }

    @Test
    void aListenerMayUseTheGroupAndShutItDownAgain() {
        HeldWork work = HeldWork.in(mails, "welcome");
        StageLog log = new StageLog();
        CompletableFuture<ShutdownReport> report =
                group.shutdown(Shutdown.grace(GRACE).listener(new ShutdownListener() {
                    @Override
                    public void onClosed(long pending) {
                        CompletableFuture<ShutdownReport> unused = group.shutdown(
                                Shutdown.grace(Duration.ZERO).thenCancel(WAIT).listener(log));
                        timer.advance(Duration.ZERO);
                    }
                }));
        work.succeed();
        assertThat(log.stages).hasSize(3).startsWith("closed with 1", "cancelling welcome PT0S");
        assertThat(report.join().cancelled()).isOne();
    }

    private static ShutdownReport drained(
            String name, Duration took, long completed, long failed, long cancelled, long timedOut, long rejected) {
        return new ShutdownReport(
                name, true, took, completed, failed, cancelled, timedOut, rejected, 0, List.of(), List.of());
    }

    /** The numbers of a report. {@link ShutdownReportTest} looks at its tasks. */
    private static ShutdownReport withoutTasks(ShutdownReport report) {
        return new ShutdownReport(
                report.group(),
                report.isDrained(),
                report.took(),
                report.completed(),
                report.failed(),
                report.cancelled(),
                report.timedOut(),
                report.rejected(),
                report.pending(),
                List.of(),
                report.stuck());
    }

    /** Records each call as a line. */
    private static final class StageLog implements ShutdownListener {

        private final List<String> stages = new CopyOnWriteArrayList<>();

        @Override
        public void onClosed(long pending) {
            stages.add("closed with " + pending);
        }

        @Override
        public void onCancelling(ShutdownReport soFar) {
            soFar.stuck().forEach(task -> stages.add("cancelling " + task.name() + " " + task.age()));
        }

        @Override
        public void onOver(ShutdownReport report) {
            stages.add("over " + report);
        }
    }

    // ---- bad input

    @Test
    void refusesTimesThatAreNegativeByName() {
        Duration negative = Duration.ofSeconds(-1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Shutdown.grace(negative))
                .withMessage("grace must not be negative, but was PT-1S");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Shutdown.grace(GRACE).thenCancel(negative))
                .withMessage("wait must not be negative, but was PT-1S");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Shutdown.within(negative, WAIT))
                .withMessage("budget must not be negative, but was PT-1S");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Shutdown.within(GRACE, negative))
                .withMessage("keptForCancel must not be negative, but was PT-1S");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Shutdown.within(WAIT, GRACE))
                .withMessage("keptForCancel must not exceed the budget, but was PT30S of PT5S");
    }

    @Test
    @SuppressWarnings("NullAway")
    void refusesNullByNameAndLeavesTheGroupOpen() {
        assertThatNullPointerException().isThrownBy(() -> group.shutdown(null)).withMessage("plan must not be null");
        assertThatNullPointerException().isThrownBy(() -> Shutdown.grace(null)).withMessage("grace must not be null");
        assertThatNullPointerException()
                .isThrownBy(() -> Shutdown.grace(GRACE).thenCancel(null))
                .withMessage("wait must not be null");
        assertThatNullPointerException()
                .isThrownBy(() -> Shutdown.grace(GRACE).listener(null))
                .withMessage("listener must not be null");
        assertThatNullPointerException()
                .isThrownBy(() -> Shutdown.within(null, WAIT))
                .withMessage("budget must not be null");
        assertThatNullPointerException()
                .isThrownBy(() -> Shutdown.within(GRACE, null))
                .withMessage("keptForCancel must not be null");
        assertThat(group.isClosed()).isFalse();
    }

    /** A task that ignores its cancel; an action registered for the cancel lets time pass. */
    // ---- misbehaving tasks, cancels and timers

    private static final Shutdown SOON = Shutdown.grace(Duration.ofMillis(20)).thenCancel(Duration.ofMillis(20));

    private final CountDownLatch release = new CountDownLatch(1);

    @AfterEach
    void letTheBlockedGoOn() {
        release.countDown();
    }

    @Test
    void reportsATaskWhoseOriginThrowsAnError() {
        GroupTask task = GroupTask.issue(group, TaskOptions.named("ship"), () -> {
            throw new AssertionError("origin");
        });
        CompletableFuture<ShutdownReport> report = group.shutdown(Shutdown.grace(GRACE));
        timer.advance(GRACE);
        assertThat(report.join().stuck())
                .singleElement()
                .extracting(StuckTask::origin)
                .isEqualTo("java.lang.AssertionError: origin");
        task.end(Outcome.SUCCEEDED);
    }

    @Test
    void aTimerThatRefusesIsReplacedByTheSystemsClock() {
        for (String kind : List.of("none", "throws")) {
            TaskTimer refusing = new TaskTimer() {
                @Override
                public long nanoTime() {
                    return System.nanoTime();
                }

                @Override
                @SuppressWarnings("NullAway") // null is not allowed here
                public Registration schedule(Duration delay, Runnable action) {
                    if (kind.equals("throws")) {
                        throw new RejectedExecutionException("timer stopped");
                    }
                    return null;
                }
            };
            TaskGroup orders = TaskGroup.builder("orders").timer(refusing).build();
            HeldWork work = HeldWork.in(orders, "ship");
            try (UncaughtFailures uncaught = new UncaughtFailures()) {
                CompletableFuture<ShutdownReport> report = orders.shutdown(SOON);
                assertThat(uncaught.seen).isNotEmpty();
                assertThat(report.join().stuck()).hasSize(1);
            }
            await().until(work.future()::isCancelled);
            work.succeed();
        }
    }

    @Test
    void aRegistrationThatThrowsWhenClosedKeepsNoReport() {
        TaskTimer throwing = new TaskTimer() {
            @Override
            public long nanoTime() {
                return System.nanoTime();
            }

            @Override
            public Registration schedule(Duration delay, Runnable action) {
                Registration unused = TaskTimer.system().schedule(delay, action);
                return () -> {
                    throw new IllegalStateException("disposed");
                };
            }
        };
        TaskGroup orders = TaskGroup.builder("orders").timer(throwing).build();
        HeldWork work = HeldWork.in(orders, "ship");
        CompletableFuture<ShutdownReport> report = orders.shutdown(Shutdown.grace(GRACE));
        try (UncaughtFailures uncaught = new UncaughtFailures()) {
            work.succeed();
            assertThat(uncaught.seen).isNotEmpty();
        }
        assertThat(report.join().isDrained()).isTrue();
    }

    @Test
    void aClockThatThrowsFailsTheReportAndLosesItNot() {
        AtomicBoolean isBroken = new AtomicBoolean();
        TaskTimer broken = new TaskTimer() {
            @Override
            public long nanoTime() {
                if (isBroken.get()) {
                    throw new IllegalStateException("no time");
                }
                return 0;
            }

            @Override
            public Registration schedule(Duration delay, Runnable action) {
                return timer.schedule(delay, action);
            }
        };
        TaskGroup orders = TaskGroup.builder("orders").timer(broken).build();
        HeldWork work = HeldWork.in(orders, "ship");
        CompletableFuture<ShutdownReport> report = orders.shutdown(Shutdown.grace(GRACE));
        isBroken.set(true);
        timer.advance(GRACE);
        assertThat(report).isCompletedExceptionally();
        work.succeed();
    }

    @Test
    void reportsThoughACancelActionHangs() {
        for (Shutdown plan : List.of(SOON, Shutdown.within(Duration.ofMillis(40), Duration.ofMillis(20)))) {
            TaskGroup orders = TaskGroup.builder("orders").build();
            HeldWork work = HeldWork.in(orders, "ship");
            work.task().cancellationToken().onCancel(this::block);
            assertThat(orders.shutdown(plan).join().stuck()).as(plan.toString()).hasSize(1);
            work.succeed();
        }
    }

    @Test
    void aCancelThatBlocksDelaysTheCancelOfNoOtherTask() {
        TaskGroup orders = TaskGroup.builder("orders").build();
        for (int i = 0; i < 100; i++) {
            HeldWork work = HeldWork.in(orders, "ship");
            if (i % 20 == 0) {
                work.task().cancellationToken().onCancel(this::block);
            }
            work.task().cancellationToken().onCancel(work::succeed);
        }
        CompletableFuture<ShutdownReport> report =
                orders.shutdown(Shutdown.grace(Duration.ZERO).thenCancel(Duration.ofHours(1)));
        await().untilAsserted(() -> assertThat(orders.counts().cancelled()).isEqualTo(95));
        assertThat(report).isNotDone();
        release.countDown();
        assertThat(report.join().isDrained()).isTrue();
    }

    @Test
    void blockedCancelsTakeAThreadEachAndOneMoreAndNotOneForEachTask() {
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        TaskGroup orders = TaskGroup.builder("orders").build();
        CountDownLatch blocked = new CountDownLatch(3);
        for (int i = 0; i < 1_000; i++) {
            HeldWork work = HeldWork.in(orders, "ship");
            boolean isToBlock = i < 3;
            work.task().cancellationToken().onCancel(() -> {
                threads.add(Thread.currentThread());
                if (isToBlock) {
                    blocked.countDown();
                    block();
                }
                work.succeed();
            });
        }
        CompletableFuture<ShutdownReport> unused =
                orders.shutdown(Shutdown.grace(Duration.ZERO).thenCancel(Duration.ofHours(1)));
        await().untilAsserted(() -> assertThat(orders.counts().cancelled()).isEqualTo(997));
        assertThat(blocked.getCount()).isZero();
        // A tree walker that the machine has descheduled looks like a blocked one, so allow a few more.
        assertThat(threads).hasSizeBetween(4, 100);
    }

    @Test
    void cancelsThoughTheExecutorOfTheGroupRefusesOrNeverBegins() {
        for (Executor executor : List.<Executor>of(
                body -> {
                    throw new RejectedExecutionException("stopped");
                },
                body -> {})) {
            TaskGroup orders = TaskGroup.builder("orders").executor(executor).build();
            HeldWork work = HeldWork.in(orders, "ship");
            work.task().cancellationToken().onCancel(work::succeed);
            CompletableFuture<ShutdownReport> report =
                    orders.shutdown(Shutdown.grace(Duration.ZERO).thenCancel(Duration.ofHours(1)));
            assertThat(report.join().cancelled()).isOne();
        }
    }

    @Test
    void isOverInTimeThoughRetriedBodiesBlock() {
        TaskGroup orders = TaskGroup.builder("orders")
                .onError(ErrorPolicy.retry(1, Backoff.fixed(Duration.ofMillis(1))))
                .build();
        int number = 4 * Math.max(8, 2 * Runtime.getRuntime().availableProcessors());
        CountDownLatch blocked = new CountDownLatch(number);
        for (int i = 0; i < number; i++) {
            CompletableFuture<String> unused = orders.submit(TaskOptions.named("ship"), task -> {
                if (task.attempt() == 1) {
                    throw new IllegalStateException("no ship");
                }
                blocked.countDown();
                block();
                return CompletableFuture.completedFuture("shipped");
            });
        }
        await().untilAsserted(() -> assertThat(blocked.getCount()).isZero());
        TaskGroup innocent = TaskGroup.builder("mails").build();
        HeldWork mail = HeldWork.in(innocent, "welcome");
        assertThat(innocent.shutdown(SOON).join().stuck()).hasSize(1);
        assertThat(orders.shutdown(SOON).join().stuck()).hasSize(number);
        mail.succeed();
    }

    @Test
    void cancelsTwentyThousandTasksAndReportsNoneAsStuck() {
        AtomicInteger told = new AtomicInteger();
        TaskGroup orders = TaskGroup.builder("orders").build();
        for (int i = 0; i < 20_000; i++) {
            HeldWork work = HeldWork.in(orders, "ship");
            work.task().cancellationToken().onCancel(told::incrementAndGet);
            // Not by the token: with two walkers its action may run before the task knows that it is cancelled.
            CompletableFuture<Void> unused = work.future().handle((value, cancelled) -> {
                work.succeed();
                return null;
            });
        }
        ShutdownReport report = orders.shutdown(Shutdown.grace(Duration.ZERO).thenCancel(Duration.ofMinutes(1)))
                .join();
        assertThat(report.cancelled()).isEqualTo(20_000);
        assertThat(report.stuck()).isEmpty();
        await().untilAsserted(() -> assertThat(told).hasValue(20_000));
    }

    private void block() {
        try {
            release.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private HeldWork slowToCancel(Duration by) {
        HeldWork work = HeldWork.in(mails, "welcome");
        work.task().cancellationToken().onCancel(() -> timer.advance(by));
        return work;
    }
}
