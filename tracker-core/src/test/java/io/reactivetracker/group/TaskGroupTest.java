// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import static io.reactivetracker.group.HeldWork.errorOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import io.reactivetracker.CancellationToken;
import io.reactivetracker.DrainSignal;
import io.reactivetracker.RunningTask;
import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskTimer;
import io.reactivetracker.TrackerClosedException;
import io.reactivetracker.adapter.GroupTask;
import io.reactivetracker.adapter.TaskBody;
import io.reactivetracker.test.ManualTimer;
import io.reactivetracker.test.UncaughtFailures;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class TaskGroupTest {

    private static final int MANY = 100_000;
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final ManualTimer timer = new ManualTimer();
    private final TaskGroup group = DirectGroups.builder("orders").timer(timer).build();
    private final IOException error = new IOException("no ship");

    // ---- counts

    @Test
    void aNewGroupIsOpenAndHasCountedNothing() {
        assertThat(group.name()).isEqualTo("orders");
        assertThat(group.parent()).isNull();
        assertThat(group.isClosed()).isFalse();
        assertThat(group.children()).isEmpty();
        assertThat(group.runningTasks()).isEmpty();
        assertThat(group.cancellationToken().isCancelled()).isFalse();
        assertThat(group.counts()).isEqualTo(TaskCounts.none());
        assertThat(group.timer()).isSameAs(timer);
    }

    @Test
    void aTaskIsActiveUntilItSucceeds() {
        HeldWork work = HeldWork.in(group, "ship");
        assertThat(group.counts()).isEqualTo(TaskCounts.none().withActive(1));
        assertThat(work.future()).isNotDone();
        work.succeed();
        assertThat(work.future()).isCompletedWithValue("done");
        assertThat(group.counts()).isEqualTo(TaskCounts.none().with(Outcome.SUCCEEDED, 1));
    }

    @Test
    void aTaskThatFailsIsCountedSoAndItsErrorReachesItsFuture() {
        HeldWork work = HeldWork.in(group, "ship");
        work.fail(error);
        assertThat(errorOf(work.future())).isSameAs(error);
        assertThat(group.counts()).isEqualTo(TaskCounts.none().with(Outcome.FAILED, 1));
    }

    @Test
    void aTaskMaySucceedWithNull() {
        CompletableFuture<@Nullable String> empty = new CompletableFuture<>();
        CompletableFuture<@Nullable String> result = group.submit(TaskOptions.defaults(), task -> empty);
        empty.complete(null);
        assertThat(result).isCompletedWithValue(null);
        assertThat(group.counts().succeeded()).isEqualTo(1);
    }

    @Test
    void countsTellWhatIsPendingAndWhatHasEnded() {
        TaskCounts counts = TaskCounts.none()
                .withQueued(1)
                .withActive(2)
                .with(Outcome.SUCCEEDED, 3)
                .with(Outcome.FAILED, 5)
                .with(Outcome.CANCELLED, 8)
                .with(Outcome.REJECTED, 13);
        assertThat(counts.issued()).isEqualTo(32);
        assertThat(counts.pending()).isEqualTo(3);
        assertThat(counts.ended()).isEqualTo(29);
    }

    @Test
    void aTaskIsIssuedBeforeItIsAdmitted() {
        TaskGroup parent = limited(2);
        TaskGroup child = parent.child("inner");
        List<HeldWork> work = List.of(HeldWork.in(child, "1"), HeldWork.in(child, "2"), HeldWork.in(child, "3"));
        assertThat(child.counts()).isEqualTo(TaskCounts.none().withQueued(1).withActive(2));
        assertThat(parent.counts()).isEqualTo(TaskCounts.none().withQueued(1).withActive(2));
        assertThat(work.get(2).attempts()).isZero();
        work.get(1).succeed();
        assertThat(work.get(2).attempts()).isEqualTo(1);
        assertThat(parent.counts()).isEqualTo(TaskCounts.none().withActive(2).with(Outcome.SUCCEEDED, 1));
        work.get(0).succeed();
        work.get(2).succeed();
        assertThat(parent.counts()).isEqualTo(TaskCounts.none().with(Outcome.SUCCEEDED, 3));
    }

    // D3: dynamo would report active 0 and queued 1.
    @Test
    void aTaskThatWasCancelledInTheQueueIsNeitherQueuedNorTakenForAnActiveOne() {
        TaskGroup limited = limited(1);
        HeldWork running = HeldWork.in(limited, "running");
        HeldWork queued = HeldWork.in(limited, "queued");
        queued.future().cancel(true);
        assertThat(limited.counts()).isEqualTo(TaskCounts.none().withActive(1).with(Outcome.CANCELLED, 1));
        running.succeed();
        assertThat(limited.counts())
                .isEqualTo(TaskCounts.none().with(Outcome.SUCCEEDED, 1).with(Outcome.CANCELLED, 1));
        assertThat(queued.attempts()).isZero();
    }

    // D3
    @Test
    void aTaskThatWasRejectedIsNeitherQueuedNorTakenForAnActiveOne() {
        TaskGroup full = group.childBuilder("full")
                .admission(Admission.concurrency(1, 0))
                .build();
        HeldWork running = HeldWork.in(full, "running");
        HeldWork rejected = HeldWork.in(full, "rejected");
        assertThat(full.counts()).isEqualTo(TaskCounts.none().withActive(1).with(Outcome.REJECTED, 1));
        assertThat(errorOf(rejected.future())).isInstanceOf(TaskRejectedException.class);
        assertThat(rejected.attempts()).isZero();
        running.succeed();
    }

    // D2: dynamo counts neither, so its count never returns to zero.
    @Test
    void aBodyThatThrowsAndATaskThatIsAbortedLeaveNothingActive() {
        CompletableFuture<String> thrown = group.submit(TaskOptions.named("throws"), task -> {
            throw new StackOverflowError("deep");
        });
        HeldWork aborted = HeldWork.in(group, "aborted");
        aborted.future().cancel(true);
        aborted.fail(new CancellationException("told to stop"));
        assertThat(errorOf(thrown)).isInstanceOf(StackOverflowError.class);
        assertThat(group.counts())
                .isEqualTo(TaskCounts.none().with(Outcome.FAILED, 1).with(Outcome.CANCELLED, 1));
        assertThat(group.closeAndDrain().isDone()).isTrue();
    }

    @Test
    @SuppressWarnings("NullAway")
    void aBodyThatMakesNoStageFails() {
        CompletableFuture<String> future = group.submit(TaskOptions.named("nothing"), task -> null);
        assertThat(errorOf(future))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("the body of the task returned null, not a stage");
        assertThat(group.counts()).isEqualTo(TaskCounts.none().with(Outcome.FAILED, 1));
    }

    // D2
    @Test
    void aStageThatCannotBeWaitedForFailsItsTask() {
        ConcurrencyLimit limit = Admission.concurrency(1);
        TaskGroup limited = group.childBuilder("limited").admission(limit).build();
        CompletableFuture<String> future =
                limited.submit(TaskOptions.named("broken"), task -> new CompletableFuture<String>() {
                    @Override
                    public CompletableFuture<String> whenComplete(
                            BiConsumer<? super String, ? super @Nullable Throwable> action) {
                        throw new UnsupportedOperationException("no callbacks");
                    }
                });
        assertThat(errorOf(future)).isInstanceOf(UnsupportedOperationException.class);
        assertThat(limited.counts()).isEqualTo(TaskCounts.none().with(Outcome.FAILED, 1));
        assertThat(limit.active()).isZero();
    }

    @Test
    void aTaskWhoseFutureSomebodyElseCompletesIsCountedByHowItsWorkEnds() {
        HeldWork late = HeldWork.in(group, "late");
        HeldWork failing = HeldWork.in(group, "failing");
        late.future().completeExceptionally(new TimeoutException("too late"));
        failing.future().complete("a default");
        assertThat(group.counts()).isEqualTo(TaskCounts.none().withActive(2));
        late.succeed();
        failing.fail(error);
        assertThat(group.counts())
                .isEqualTo(TaskCounts.none().with(Outcome.SUCCEEDED, 1).with(Outcome.FAILED, 1));
        assertThat(failing.future()).isCompletedWithValue("a default");
    }

    @Test
    void groupsThatAreNotRelatedCountForThemselves() {
        TaskGroup other = DirectGroups.builder("orders").timer(timer).build();
        HeldWork.in(group, "ship").succeed();
        assertThat(other.counts()).isEqualTo(TaskCounts.none());
        TaskGroup one = group.child("one");
        TaskGroup two = group.child("two");
        HeldWork.in(one, "ship").succeed();
        assertThat(two.counts()).isEqualTo(TaskCounts.none());
        assertThat(one.counts().succeeded()).isEqualTo(1);
    }

    // D12: dynamo's documentation contradicts its behaviour.
    @Test
    void countsIncludeThoseOfAllGroupsBelow() {
        TaskGroup child = group.child("mails");
        TaskGroup grandchild = child.child("newsletters");
        HeldWork.in(group, "a").succeed();
        HeldWork.in(child, "b").fail(error);
        HeldWork.in(grandchild, "c").future().cancel(true);
        assertThat(grandchild.counts()).isEqualTo(TaskCounts.none().withActive(1));
        assertThat(child.counts()).isEqualTo(TaskCounts.none().withActive(1).with(Outcome.FAILED, 1));
        assertThat(group.counts())
                .isEqualTo(TaskCounts.none()
                        .withActive(1)
                        .with(Outcome.SUCCEEDED, 1)
                        .with(Outcome.FAILED, 1));
    }

    @Test
    void countsOfChildrenThatHaveEndedStayWithTheParent() {
        TaskGroup child = group.child("mails");
        TaskGroup grandchild = child.child("newsletters");
        HeldWork.in(grandchild, "a").succeed();
        HeldWork.in(child, "b").fail(error);
        assertThat(child.closeAndDrain().isDone()).isTrue();
        assertThat(group.children()).isEmpty();
        assertThat(group.counts())
                .isEqualTo(TaskCounts.none().with(Outcome.SUCCEEDED, 1).with(Outcome.FAILED, 1));
        assertThat(child.counts())
                .isEqualTo(TaskCounts.none().with(Outcome.SUCCEEDED, 1).with(Outcome.FAILED, 1));
        assertThat(group.snapshot().own())
                .isEqualTo(TaskCounts.none().with(Outcome.SUCCEEDED, 1).with(Outcome.FAILED, 1));
    }

    @Test
    void aSnapshotShowsTheTreeAndAddsUp() {
        TaskGroup mails = group.child("mails");
        TaskGroup bills = group.child("bills");
        TaskGroup newsletters = mails.child("newsletters");
        HeldWork.in(group, "a").succeed();
        HeldWork welcome = HeldWork.in(mails, "b");
        HeldWork news = HeldWork.in(newsletters, "c");
        bills.cancel();
        mails.close();
        GroupSnapshot snapshot = group.snapshot();
        assertThat(snapshot.name()).isEqualTo("orders");
        assertThat(snapshot.isClosed()).isFalse();
        assertThat(snapshot.isCancelled()).isFalse();
        assertThat(snapshot.own()).isEqualTo(TaskCounts.none().with(Outcome.SUCCEEDED, 1));
        assertThat(snapshot.counts()).isEqualTo(TaskCounts.none().withActive(2).with(Outcome.SUCCEEDED, 1));
        assertThat(snapshot.children()).extracting(GroupSnapshot::name).containsExactly("mails");
        GroupSnapshot child = snapshot.children().get(0);
        assertThat(child.isClosed()).isTrue();
        assertThat(child.counts()).isEqualTo(TaskCounts.none().withActive(2));
        assertThat(child.own()).isEqualTo(TaskCounts.none().withActive(1));
        assertThat(child.children()).extracting(GroupSnapshot::name).containsExactly("newsletters");
        assertThat(child)
                .hasToString(
                        "GroupSnapshot[mails, closed, TaskCounts[issued=2, queued=0, active=2, succeeded=0, failed=0,"
                                + " cancelled=0, timed_out=0, rejected=0], 1 children]");
        welcome.succeed();
        news.succeed();
        assertThat(snapshot.counts().active()).isEqualTo(2);
    }

    @Test
    void aSnapshotShowsChildrenOldestFirstAndWhetherTheyWereCancelled() {
        TaskGroup one = group.child("one");
        TaskGroup two = group.child("two");
        HeldWork work = HeldWork.in(one, "held");
        one.cancel();
        assertThat(group.snapshot().children())
                .extracting(GroupSnapshot::name, GroupSnapshot::isCancelled, GroupSnapshot::isClosed)
                .containsExactly(tuple("one", true, true), tuple("two", false, false));
        assertThat(group.children()).containsExactly(one, two);
        work.succeed();
    }

    @Test
    void listsActiveTasksOfTheWholeTreeOldestFirst() {
        TaskGroup limited = limited(1);
        HeldWork first = HeldWork.in(limited, "first");
        HeldWork second = HeldWork.in(group, "second");
        HeldWork third = HeldWork.in(limited, "third");
        HeldWork fourth = HeldWork.in(group, "fourth");
        List<RunningTask> running = group.runningTasks();
        assertThat(running).extracting(RunningTask::name).containsExactly("first", "second", "fourth");
        assertThat(running)
                .extracting(RunningTask::id)
                .isSorted()
                .contains(first.task().id());
        second.succeed();
        first.succeed();
        assertThat(running).hasSize(3);
        assertThat(group.runningTasks()).extracting(RunningTask::name).containsExactly("third", "fourth");
        third.succeed();
        fourth.succeed();
        assertThat(group.runningTasks()).isEmpty();
    }

    @Test
    void aTaskKnowsItsNameItsIdItsAttemptAndItsGroup() {
        TaskGroup child = group.child("mails");
        HeldWork named = HeldWork.in(child, "welcome");
        assertThat(named.task().name()).isEqualTo("welcome");
        assertThat(named.task().attempt()).isEqualTo(1);
        assertThat(named.task().groupName()).isEqualTo(child.name());
        assertThat(named.task()).hasToString("task \"welcome\" #" + named.task().id() + " of group \"mails\"");
        CompletableFuture<String> unnamed =
                child.submit(TaskOptions.defaults(), task -> CompletableFuture.completedFuture(task.name()));
        assertThat(unnamed).isCompletedWithValue("mails");
        named.succeed();
    }

    @Test
    void tellsItsNameItsStateAndItsFiguresWhenPrinted() {
        assertThat(group)
                .hasToString("TaskGroup[orders, open, TaskCounts[issued=0, queued=0, active=0, succeeded=0, failed=0,"
                        + " cancelled=0, timed_out=0, rejected=0]]");
        group.close();
        assertThat(group.toString()).startsWith("TaskGroup[orders, closed, ");
        group.cancel();
        assertThat(group.toString()).startsWith("TaskGroup[orders, cancelled, ");
    }

    // ---- admission in a tree

    @Test
    void noMoreTasksRunAtATimeThanTheLimitAllows() {
        TaskGroup limited = limited(2);
        List<HeldWork> work = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            work.add(HeldWork.in(limited, "task-" + i));
        }
        for (int i = 0; i < 5; i++) {
            assertThat(limited.counts().active()).isEqualTo(Math.min(2, 5 - i));
            assertThat(work.get(i).attempts()).isEqualTo(1);
            work.get(i).succeed();
        }
        assertThat(limited.counts()).isEqualTo(TaskCounts.none().with(Outcome.SUCCEEDED, 5));
    }

    @Test
    void aPermitComesBackHoweverItsTaskEnds() {
        ConcurrencyLimit limit = Admission.concurrency(3);
        TaskGroup limited = group.childBuilder("limited").admission(limit).build();
        List<HeldWork> work = List.of(HeldWork.in(limited, "1"), HeldWork.in(limited, "2"), HeldWork.in(limited, "3"));
        assertThat(limit.active()).isEqualTo(3);
        work.get(0).succeed();
        assertThat(limit.active()).isEqualTo(2);
        work.get(1).fail(error);
        assertThat(limit.active()).isEqualTo(1);
        work.get(2).future().cancel(true);
        assertThat(limit.active()).isEqualTo(1);
        work.get(2).succeed();
        assertThat(limit.active()).isZero();
    }

    @Test
    void aChildSharesItsParentsAdmissionUnlessItIsGivenItsOwn() {
        TaskGroup limited = limited(1);
        TaskGroup sharing = limited.child("sharing");
        TaskGroup own =
                limited.childBuilder("own").admission(Admission.unlimited()).build();
        HeldWork first = HeldWork.in(limited, "first");
        HeldWork second = HeldWork.in(sharing, "second");
        HeldWork third = HeldWork.in(own, "third");
        assertThat(second.attempts()).isZero();
        assertThat(third.attempts()).isEqualTo(1);
        first.succeed();
        assertThat(second.attempts()).isEqualTo(1);
        second.succeed();
        third.succeed();
    }

    @Test
    void aChildHasTheClockOfItsRoot() {
        assertThat(group.child("mails").child("newsletters").timer()).isSameAs(timer);
        assertThat(DirectGroups.builder("orders").build().timer()).isSameAs(TaskTimer.system());
    }

    // ---- cancel one task

    enum Way {
        FUTURE,
        TOKEN
    }

    private static void cancel(HeldWork work, CancellationToken token, Way way) {
        if (way == Way.FUTURE) {
            assertThat(work.future().cancel(true)).isTrue();
        } else {
            assertThat(token.cancel()).isTrue();
        }
        assertThat(work.future()).isCancelled();
        assertThat(errorOf(work.future())).isInstanceOf(TaskCancelledException.class);
    }

    // D1: dynamo passes the tracker's token to the body, so a running task does not see a cancel.
    @ParameterizedTest
    @EnumSource(Way.class)
    void aTaskCanBeCancelledWhileItRuns(Way way) {
        HeldWork work = HeldWork.in(group, "ship");
        HeldWork other = HeldWork.in(group, "other");
        List<String> heard = new ArrayList<>();
        work.task().cancellationToken().onCancel(() -> heard.add("stop"));
        cancel(work, work.task().cancellationToken(), way);
        assertThat(heard).containsExactly("stop");
        assertThat(group.counts()).isEqualTo(TaskCounts.none().withActive(2));
        work.succeed();
        assertThat(group.counts()).isEqualTo(TaskCounts.none().withActive(1).with(Outcome.CANCELLED, 1));
        assertThat(group.cancellationToken().isCancelled()).isFalse();
        assertThat(other.task().cancellationToken().isCancelled()).isFalse();
        other.succeed();
    }

    @Test
    void aTaskThatWaitsInTheQueueCanBeCancelledAndGivesItsPlaceUpAtOnce() {
        ConcurrencyLimit limit = Admission.concurrency(1);
        TaskGroup limited = group.childBuilder("limited").admission(limit).build();
        HeldWork running = HeldWork.in(limited, "running");
        HeldWork queued = HeldWork.in(limited, "queued");
        HeldWork next = HeldWork.in(limited, "next");
        cancel(queued, CancellationToken.create(), Way.FUTURE);
        assertThat(limit.queued()).isEqualTo(1);
        assertThat(limited.counts())
                .isEqualTo(TaskCounts.none().withQueued(1).withActive(1).with(Outcome.CANCELLED, 1));
        running.succeed();
        assertThat(next.attempts()).isEqualTo(1);
        assertThat(queued.attempts()).isZero();
        next.succeed();
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void aTaskCanBeCancelledWhileItWaitsToBeTriedAgain(Way way) {
        ConcurrencyLimit limit = Admission.concurrency(1);
        TaskGroup retrying = retrying(limit, ErrorPolicy.retry(3, Backoff.fixed(SECOND)));
        HeldWork work = HeldWork.in(retrying, "ship");
        work.fail(error);
        assertThat(timer.pending()).isEqualTo(1);
        cancel(work, work.task().cancellationToken(), way);
        assertThat(timer.pending()).isZero();
        assertThat(limit.active()).isZero();
        assertThat(retrying.counts()).isEqualTo(TaskCounts.none().with(Outcome.CANCELLED, 1));
        timer.advance(SECOND);
        assertThat(work.attempts()).isEqualTo(1);
    }

    // D5: dynamo's second wait for a permit ignores a cancel of the task.
    @ParameterizedTest
    @EnumSource(Way.class)
    void aTaskCanBeCancelledWhileItAsksForAdmissionAgain(Way way) {
        ConcurrencyLimit limit = Admission.concurrency(1);
        TaskGroup retrying =
                retrying(limit, ErrorPolicy.retry(3, Backoff.none()).releasingPermit());
        HeldWork work = HeldWork.in(retrying, "ship");
        HeldWork other = HeldWork.in(retrying, "other");
        work.fail(error);
        assertThat(limit.queued()).isEqualTo(1);
        cancel(work, work.task().cancellationToken(), way);
        assertThat(limit.queued()).isZero();
        assertThat(retrying.counts()).isEqualTo(TaskCounts.none().withActive(1).with(Outcome.CANCELLED, 1));
        other.succeed();
        assertThat(work.attempts()).isEqualTo(1);
        assertThat(limit.active()).isZero();
    }

    @Test
    void aTaskThatWasCancelledIsNotTriedAgain() {
        TaskGroup retrying = retrying(Admission.unlimited(), ErrorPolicy.retry(3, Backoff.none()));
        HeldWork work = HeldWork.in(retrying, "ship");
        work.future().cancel(true);
        work.fail(error);
        assertThat(work.attempts()).isEqualTo(1);
        assertThat(retrying.counts()).isEqualTo(TaskCounts.none().with(Outcome.CANCELLED, 1));
    }

    @Test
    void theCauseOfACancelReachesTheFuture() {
        HeldWork work = HeldWork.in(group, "ship");
        work.task().cancellationToken().cancel(error);
        assertThat(errorOf(work.future()))
                .isInstanceOf(TaskCancelledException.class)
                .hasMessage("task \"ship\" #" + work.task().id() + " of group \"orders\" was cancelled: " + error)
                .hasCause(error);
        work.succeed();
    }

    @Test
    void aTaskThatHasEndedCannotBeCancelled() {
        HeldWork work = HeldWork.in(group, "ship");
        work.succeed();
        assertThat(work.future().cancel(true)).isFalse();
        work.task().cancellationToken().cancel();
        assertThat(work.future()).isCompletedWithValue("done");
        assertThat(group.counts()).isEqualTo(TaskCounts.none().with(Outcome.SUCCEEDED, 1));
    }

    @Test
    void aCancelThatComesAfterTheOutcomeWasToldChangesNothing() {
        HeldWork succeeds = HeldWork.in(group, "succeeds");
        HeldWork fails = HeldWork.in(group, "fails");
        for (HeldWork work : List.of(succeeds, fails)) {
            CompletableFuture<String> unused = work.future()
                    .whenComplete(
                            (result, failure) -> work.task().cancellationToken().cancel());
        }
        succeeds.succeed();
        fails.fail(error);
        assertThat(succeeds.future()).isCompletedWithValue("done");
        assertThat(errorOf(fails.future())).isSameAs(error);
        assertThat(group.counts())
                .isEqualTo(TaskCounts.none().with(Outcome.SUCCEEDED, 1).with(Outcome.FAILED, 1));
    }

    @Test
    void aTaskThatIsCancelledByItsOwnBodyIsCancelled() {
        CompletableFuture<String> future = group.submit(TaskOptions.named("ship"), task -> {
            task.cancellationToken().cancel();
            return CompletableFuture.completedFuture("done all the same");
        });
        assertThat(future).isCancelled();
        assertThat(group.counts()).isEqualTo(TaskCounts.none().with(Outcome.CANCELLED, 1));
    }

    @Test
    void aCancelledFutureIsKnownToBeBeforeTheGroupIsDrained() {
        HeldWork work = HeldWork.in(group, "ship");
        work.future().cancel(true);
        group.close();
        List<Boolean> seen = new ArrayList<>();
        group.drained().onDone(() -> seen.add(work.future().isCancelled()));
        work.succeed();
        assertThat(seen).containsExactly(true);
    }

    // ---- cancel a group

    @Test
    void aCancelReachesEveryRunningAndQueuedTaskOfTheTree() {
        TaskGroup limited = limited(1);
        TaskGroup inner = limited.child("inner");
        HeldWork above = HeldWork.in(group, "above");
        HeldWork running = HeldWork.in(limited, "running");
        HeldWork queued = HeldWork.in(limited, "queued");
        HeldWork queuedBelow = HeldWork.in(inner, "below");
        assertThat(group.cancel(error)).isTrue();
        assertThat(List.of(above, running, queued, queuedBelow))
                .allSatisfy(work -> assertThat(errorOf(work.future()))
                        .isInstanceOf(TaskCancelledException.class)
                        .hasCause(error));
        assertThat(running.task().cancellationToken().isCancelled()).isTrue();
        assertThat(group.counts()).isEqualTo(TaskCounts.none().withActive(2).with(Outcome.CANCELLED, 2));
        running.succeed();
        above.fail(error);
        assertThat(queued.attempts()).isZero();
        assertThat(queuedBelow.attempts()).isZero();
        assertThat(group.counts()).isEqualTo(TaskCounts.none().with(Outcome.CANCELLED, 4));
        assertThat(group.drained().isDone()).isTrue();
    }

    // D13: dynamo's plain tasks are not notified.
    @Test
    void everyTaskHearsOfTheCancelOfItsGroupAndEndsThatHeedsIt() {
        CompletableFuture<String> future = group.submit(TaskOptions.named("ship"), task -> {
            CompletableFuture<String> stage = new CompletableFuture<>();
            task.cancellationToken().onCancel(() -> stage.complete("stopped"));
            return stage;
        });
        group.cancel();
        assertThat(future).isCancelled();
        assertThat(group.counts()).isEqualTo(TaskCounts.none().with(Outcome.CANCELLED, 1));
        assertThat(group.drained().isDone()).isTrue();
    }

    // D11: dynamo leaves the children open.
    @Test
    void aCancelClosesTheWholeTree() {
        TaskGroup child = group.child("mails");
        TaskGroup grandchild = child.child("newsletters");
        HeldWork work = HeldWork.in(grandchild, "held");
        group.cancel(error);
        for (TaskGroup each : List.of(group, child, grandchild)) {
            assertThat(each.isClosed()).isTrue();
            assertThat(each.cancellationToken().isCancelled()).isTrue();
            TaskCounts before = each.counts();
            assertThatExceptionOfType(TaskCancelledException.class)
                    .isThrownBy(() -> HeldWork.in(each, "late"))
                    .withCause(error);
            assertThatExceptionOfType(GroupClosedException.class).isThrownBy(() -> each.child("late"));
            assertThat(each.counts()).isEqualTo(before);
        }
        work.succeed();
        assertThat(group.drained().isDone()).isTrue();
    }

    @Test
    void aCancelReachesNeitherTheParentNorTheSiblings() {
        TaskGroup child = group.child("mails");
        TaskGroup sibling = group.child("bills");
        HeldWork inParent = HeldWork.in(group, "parent");
        HeldWork inSibling = HeldWork.in(sibling, "sibling");
        HeldWork inChild = HeldWork.in(child, "child");
        child.cancel();
        assertThat(inChild.future()).isCancelled();
        inChild.succeed();
        inParent.succeed();
        inSibling.succeed();
        assertThat(inParent.future()).isCompletedWithValue("done");
        assertThat(inSibling.future()).isCompletedWithValue("done");
        assertThat(group.isClosed()).isFalse();
        assertThat(group.cancellationToken().isCancelled()).isFalse();
        assertThat(sibling.isClosed()).isFalse();
        assertThat(group.child("another").isClosed()).isFalse();
    }

    @Test
    void onlyTheFirstCancelCancels() {
        assertThat(group.cancel(error)).isTrue();
        assertThat(group.cancel(new IOException("second"))).isFalse();
        assertThat(group.cancel()).isFalse();
        assertThat(group.cancellationToken().cause()).isSameAs(error);
    }

    @Test
    void itsTokenIsAnotherWayToCancelIt() {
        HeldWork work = HeldWork.in(group, "ship");
        group.cancellationToken().cancel(error);
        assertThat(group.isClosed()).isTrue();
        assertThat(errorOf(work.future())).hasCause(error);
        work.succeed();
    }

    @Test
    void eachGroupAndEachTaskHasATokenOfItsOwn() {
        TaskGroup child = group.child("mails");
        HeldWork work = HeldWork.in(child, "welcome");
        assertThat(List.of(
                        group.cancellationToken(),
                        child.cancellationToken(),
                        work.task().cancellationToken()))
                .doesNotHaveDuplicates();
        child.cancellationToken().cancel();
        assertThat(group.cancellationToken().isCancelled()).isFalse();
        assertThat(work.task().cancellationToken().isCancelled()).isTrue();
        work.succeed();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 15, 16, 17, 18, 19, 33})
    void aCancelIsHeededAtOnceHoweverDeepInOtherCancelsItIsMade(int depth) {
        HeldWork work = HeldWork.in(group, "ship");
        TaskGroup child = group.child("mails");
        List<Object> seen = new ArrayList<>();
        deepInOtherCancels(depth, () -> {
            seen.add(work.future().cancel(true));
            seen.add(work.future().isCancelled());
            seen.add(group.cancel());
            for (TaskGroup each : List.of(group, child)) {
                try {
                    seen.add(HeldWork.in(each, "late"));
                } catch (TaskCancelledException refused) {
                    seen.add("refused");
                }
            }
        });
        assertThat(seen).containsExactly(true, true, true, "refused", "refused");
        work.succeed();
        assertThat(group.counts()).isEqualTo(TaskCounts.none().with(Outcome.CANCELLED, 1));
    }

    private static void deepInOtherCancels(int depth, Runnable action) {
        CancellationToken outermost = CancellationToken.create();
        CancellationToken innermost = outermost;
        for (int i = 1; i < depth; i++) {
            CancellationToken next = CancellationToken.create();
            innermost.onCancel(next::cancel);
            innermost = next;
        }
        innermost.onCancel(action);
        outermost.cancel();
    }

    // ---- close and join

    @Test
    void aClosedGroupRefusesTasksAndChildrenAndCountsNothing() {
        HeldWork work = HeldWork.in(group, "ship");
        TaskGroupBuilder builder = group.childBuilder("mails");
        assertThat(group.close()).isTrue();
        assertThat(group.close()).isFalse();
        assertThatExceptionOfType(GroupClosedException.class)
                .isThrownBy(() -> HeldWork.in(group, "late"))
                .withMessage(
                        "group \"orders\" is closed and takes no new tasks: start it before close(), closeAndDrain() or"
                                + " shutdown(), or in a group that is still open")
                .satisfies(refused -> assertThat(refused.trackerName()).isEqualTo("orders"))
                .isInstanceOf(TrackerClosedException.class);
        assertThatExceptionOfType(GroupClosedException.class)
                .isThrownBy(() -> group.child("mails"))
                .withMessageStartingWith("group \"orders\" is closed and takes no new child groups");
        assertThatExceptionOfType(GroupClosedException.class).isThrownBy(builder::build);
        assertThat(group.counts()).isEqualTo(TaskCounts.none().withActive(1));
        assertThat(group.children()).isEmpty();
        work.succeed();
        assertThat(work.future()).isCompletedWithValue("done");
        assertThat(group.drained().isDone()).isTrue();
    }

    @Test
    void aGroupThatIsClosedAndThenCancelledRefusesByTheCancel() {
        group.close();
        group.cancel(error);
        assertThatExceptionOfType(TaskCancelledException.class)
                .isThrownBy(() -> HeldWork.in(group, "late"))
                .withMessage("task \"late\" of group \"orders\" was cancelled: " + error)
                .withCause(error);
        assertThat(group.counts()).isEqualTo(TaskCounts.none());
    }

    @Test
    void aBodyThatIsRefusedIsNotCalled() {
        group.close();
        List<String> calls = new ArrayList<>();
        assertThatExceptionOfType(GroupClosedException.class).isThrownBy(() -> {
            CompletableFuture<String> unused = group.submit(TaskOptions.named("late"), task -> {
                calls.add("called");
                return CompletableFuture.completedFuture("x");
            });
        });
        assertThat(calls).isEmpty();
    }

    @Test
    void aCloseLeavesTheChildrenOpenAndWaitsForThem() {
        TaskGroup child = group.child("mails");
        DrainSignal drained = group.drained();
        group.close();
        assertThat(child.isClosed()).isFalse();
        HeldWork work = HeldWork.in(child, "welcome");
        assertThat(drained.isDone()).isFalse();
        work.succeed();
        assertThat(drained.isDone()).isFalse();
        child.close();
        assertThat(drained.isDone()).isTrue();
    }

    @Test
    void aChildHoldsItsParentOpenUntilItIsDrained() {
        TaskGroup child = group.child("mails");
        HeldWork work = HeldWork.in(child, "welcome");
        DrainSignal joined = group.closeAndDrain();
        assertThat(joined.isDone()).isFalse();
        work.succeed();
        assertThat(joined.isDone()).isTrue();
        assertThat(child.drained().isDone()).isTrue();
    }

    // D9: dynamo closes one level at a time and waits in between.
    @Test
    void aJoinClosesTheWholeTreeBeforeItWaits() {
        TaskGroup child = group.child("mails");
        TaskGroup grandchild = child.child("newsletters");
        TaskGroup sibling = group.child("bills");
        HeldWork held = HeldWork.in(grandchild, "held");
        DrainSignal joined = group.closeAndDrain();
        for (TaskGroup each : List.of(group, child, grandchild, sibling)) {
            assertThat(each.isClosed()).isTrue();
            assertThatExceptionOfType(GroupClosedException.class).isThrownBy(() -> each.child("late"));
            assertThatExceptionOfType(GroupClosedException.class).isThrownBy(() -> HeldWork.in(each, "late"));
        }
        assertThat(joined.isDone()).isFalse();
        held.succeed();
        assertThat(joined.isDone()).isTrue();
    }

    @Test
    void aJoinWaitsForEveryGroupOfTheTree() {
        TaskGroup child = group.child("mails");
        TaskGroup sibling = group.child("bills");
        TaskGroup grandchild = child.child("newsletters");
        List<HeldWork> work = new ArrayList<>();
        for (TaskGroup each : List.of(group, child, sibling, grandchild)) {
            work.add(HeldWork.in(each, "held"));
        }
        DrainSignal joined = group.closeAndDrain();
        for (HeldWork each : work) {
            assertThat(joined.isDone()).isFalse();
            each.succeed();
        }
        assertThat(joined.isDone()).isTrue();
        assertThat(work).allSatisfy(each -> assertThat(each.future()).isCompletedWithValue("done"));
        assertThat(group.counts()).isEqualTo(TaskCounts.none().with(Outcome.SUCCEEDED, 4));
    }

    @Test
    void aJoinCanBeAskedForAgain() {
        HeldWork work = HeldWork.in(group, "ship");
        DrainSignal first = group.closeAndDrain();
        DrainSignal second = group.closeAndDrain();
        work.succeed();
        assertThat(first.isDone()).isTrue();
        assertThat(second.isDone()).isTrue();
        assertThat(group.closeAndDrain().isDone()).isTrue();
    }

    @Test
    void aTaskThatWaitsToBeTriedAgainIsWaitedForAndStillTriedAfterTheClose() {
        TaskGroup retrying = retrying(Admission.unlimited(), ErrorPolicy.retry(1, Backoff.fixed(SECOND)));
        HeldWork work = HeldWork.in(retrying, "ship");
        DrainSignal joined = group.closeAndDrain();
        work.fail(error);
        assertThat(joined.isDone()).isFalse();
        timer.advance(SECOND);
        work.succeed();
        assertThat(work.future()).isCompletedWithValue("done");
        assertThat(joined.isDone()).isTrue();
    }

    @Test
    void aTaskThatIsQueuedWhenItsGroupIsClosedStillRuns() {
        TaskGroup limited = limited(1);
        HeldWork running = HeldWork.in(limited, "running");
        HeldWork queued = HeldWork.in(limited, "queued");
        DrainSignal joined = group.closeAndDrain();
        running.succeed();
        assertThat(joined.isDone()).isFalse();
        queued.succeed();
        assertThat(queued.future()).isCompletedWithValue("done");
        assertThat(joined.isDone()).isTrue();
    }

    @Test
    void whoeverSeesTheFutureDoneFindsTheTaskCountedAndItsPermitFree() {
        TaskGroup narrow = group.childBuilder("narrow")
                .admission(Admission.concurrency(1, 0))
                .build();
        for (String outcome : List.of("succeeds", "fails", "is cancelled")) {
            HeldWork work = HeldWork.in(narrow, "ship");
            CompletableFuture<String> next = work.future()
                    .handle((value, failure) -> narrow.submit(
                                    TaskOptions.named("next"), task -> CompletableFuture.completedFuture("admitted"))
                            .join());
            switch (outcome) {
                case "succeeds" -> work.succeed();
                case "fails" -> work.fail(new IllegalStateException("no ship"));
                default -> {
                    work.task().cancellationToken().cancel();
                    work.succeed();
                    continue;
                }
            }
            assertThat(next).as(outcome).isCompletedWithValue("admitted");
        }
        HeldWork last = HeldWork.in(group, "last");
        CompletableFuture<Boolean> joined =
                last.future().thenApply(value -> group.closeAndDrain().isDone());
        last.succeed();
        assertThat(joined).isCompletedWithValue(true);
    }

    @Test
    void aTaskThatIsCancelledInTheQueueIsCountedWhenItsFutureIsDone() {
        TaskGroup narrow = limited(1);
        HeldWork running = HeldWork.in(narrow, "running");
        HeldWork queued = HeldWork.in(narrow, "queued");
        CompletableFuture<TaskCounts> seen = queued.future().handle((value, failure) -> narrow.counts());
        queued.future().cancel(false);
        assertThat(seen.join()).isEqualTo(TaskCounts.none().withActive(1).with(Outcome.CANCELLED, 1));
        running.succeed();
    }

    @Test
    void aChildThatHasEndedIsForgotten() {
        TaskGroup child = group.child("mails");
        TaskGroup other = group.child("bills");
        assertThat(group.children()).containsExactly(child, other);
        assertThat(child.parent()).isSameAs(group);
        assertThat(child.close()).isTrue();
        assertThat(group.children()).containsExactly(other);
        assertThat(group.isClosed()).isFalse();
    }

    @Test
    void aChildOfAChildMayComeAsLongAsItsOwnParentIsOpen() {
        TaskGroup child = group.child("mails");
        group.close();
        TaskGroup grandchild = child.child("newsletters");
        child.close();
        assertThat(group.drained().isDone()).isFalse();
        grandchild.close();
        assertThat(group.drained().isDone()).isTrue();
    }

    // ---- deep and wide

    @Test
    void aTreeMayBeDeeperThanAnyStack() {
        TaskGroup leaf = deep();
        HeldWork work = HeldWork.in(leaf, "deep");
        assertThat(group.counts()).isEqualTo(TaskCounts.none().withActive(1));
        assertThat(group.runningTasks()).hasSize(1);
        GroupSnapshot snapshot = group.snapshot();
        int depth = 0;
        for (GroupSnapshot at = snapshot;
                !at.children().isEmpty();
                at = at.children().get(0)) {
            assertThat(at.counts().active()).isEqualTo(1);
            depth++;
        }
        assertThat(depth).isEqualTo(MANY);
        assertThat(snapshot.toString()).contains("1 children");
        assertThat(leaf.toString()).contains("open");
        DrainSignal joined = group.closeAndDrain();
        assertThat(leaf.isClosed()).isTrue();
        assertThat(joined.isDone()).isFalse();
        work.succeed();
        assertThat(joined.isDone()).isTrue();
        assertThat(group.counts()).isEqualTo(TaskCounts.none().with(Outcome.SUCCEEDED, 1));
    }

    @Test
    void aTreeDeeperThanAnyStackCanBeCancelledAndShutDown() {
        TaskGroup leaf = deep();
        HeldWork work = HeldWork.in(leaf, "deep");
        CompletableFuture<ShutdownReport> report =
                group.shutdown(Shutdown.grace(SECOND).thenCancel(SECOND));
        timer.advance(SECOND);
        await().atMost(Duration.ofMinutes(2)).until(work.future()::isCancelled);
        timer.advance(SECOND);
        assertThat(report.join().stuck()).hasSize(1);
        work.succeed();
        assertThat(group.drained().isDone()).isTrue();
        assertThat(group.children()).isEmpty();
    }

    @Test
    void anEmptyTreeDeeperThanAnyStackDrainsByItsCancel() {
        TaskGroup leaf = deep();
        group.cancel();
        assertThat(leaf.isClosed()).isTrue();
        assertThat(group.drained().isDone()).isTrue();
    }

    @Test
    void aTreeMayBeWide() {
        List<HeldWork> work = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            work.add(HeldWork.in(group.child("child"), "wide"));
        }
        assertThat(group.counts()).isEqualTo(TaskCounts.none().withActive(MANY));
        assertThat(group.runningTasks()).hasSize(MANY);
        assertThat(group.snapshot().children()).hasSize(MANY);
        assertThat(group.children()).hasSize(MANY);
        for (int i = 0; i < MANY / 2; i++) {
            work.get(i).succeed();
        }
        group.cancel();
        for (int i = MANY / 2; i < MANY; i++) {
            work.get(i).succeed();
        }
        assertThat(group.closeAndDrain().isDone()).isTrue();
        assertThat(group.children()).isEmpty();
        assertThat(group.counts())
                .isEqualTo(TaskCounts.none().with(Outcome.SUCCEEDED, MANY / 2).with(Outcome.CANCELLED, MANY / 2));
    }

    private TaskGroup deep() {
        TaskGroup leaf = group;
        for (int i = 0; i < MANY; i++) {
            leaf = leaf.child("level");
        }
        return leaf;
    }

    // ---- code that runs tasks

    @Test
    void aTaskEndsOnce() {
        GroupTask task = GroupTask.issue(group, TaskOptions.named("ship"), () -> null);
        CalledBody body = new CalledBody().start(task);
        assertThat(body.calls()).containsExactly("attempt");
        assertThat(group.counts()).isEqualTo(TaskCounts.none().withActive(1));
        assertThat(task.end(Outcome.SUCCEEDED)).isTrue();
        assertThat(task.end(Outcome.FAILED)).isFalse();
        assertThat(task.end(Outcome.SUCCEEDED)).isFalse();
        assertThat(group.counts()).isEqualTo(TaskCounts.none().with(Outcome.SUCCEEDED, 1));
    }

    @Test
    void aTaskIsQueuedUntilItIsAdmitted() {
        TaskGroup asking = group.childBuilder("asking")
                .admission(candidate -> {
                    candidate.grant(Permit.NOTHING_TO_RELEASE);
                    return () -> {};
                })
                .build();
        GroupTask task = GroupTask.issue(asking, TaskOptions.named("ship"), () -> null);
        assertThat(asking.counts()).isEqualTo(TaskCounts.none().withQueued(1));
        CalledBody body = new CalledBody().start(task);
        assertThat(body.calls()).containsExactly("attempt");
        assertThat(asking.counts()).isEqualTo(TaskCounts.none().withActive(1));
        task.end(Outcome.SUCCEEDED);
    }

    @Test
    void aTaskThatIsCancelledBeforeItIsStartedDoesNotRun() {
        GroupTask task = GroupTask.issue(group, TaskOptions.named("ship"), () -> null);
        group.cancel(error);
        CalledBody body = new CalledBody().start(task);
        assertThat(body.calls()).containsExactly("cancel");
        assertThat(task.isCancelled()).isTrue();
        assertThat(task.cancellation()).hasCause(error).hasMessageContaining("task \"ship\" #" + task.id());
        task.end(Outcome.CANCELLED);
        assertThat(group.counts()).isEqualTo(TaskCounts.none().with(Outcome.CANCELLED, 1));
    }

    @Test
    void aTaskIsCancelledByItsTokenOnceAndMakesNoneUnlessAsked() {
        GroupTask task = GroupTask.issue(group, TaskOptions.named("ship"), () -> null);
        CalledBody body = new CalledBody().start(task);
        assertThat(task.isCancelled()).isFalse();
        assertThat(task.cancellationToken().cancel(error)).isTrue();
        assertThat(body.calls()).containsExactly("attempt", "cancel");
        group.cancel();
        assertThat(body.calls()).containsExactly("attempt", "cancel");
        assertThat(task.cancellationCause()).isSameAs(error);
        task.end(Outcome.CANCELLED);
    }

    @Test
    void noLockIsHeldWhileATaskIsCancelled() {
        GroupTask task = GroupTask.issue(group, TaskOptions.named("ship"), () -> null);
        List<Object> seen = new ArrayList<>();
        boolean isFirst = task.start(new TaskBody() {
            @Override
            public void attempt() {}

            @Override
            public void fail(Throwable error) {}

            @Override
            public void cancelTask() {
                // In another thread, which would wait for a lock that this thread holds.
                seen.add(CompletableFuture.supplyAsync(group::counts).join());
                seen.add(CompletableFuture.supplyAsync(group::runningTasks)
                        .join()
                        .size());
                seen.add(CompletableFuture.supplyAsync(() -> task.end(Outcome.CANCELLED))
                        .join());
            }
        });
        assertThat(isFirst).isTrue();
        group.cancel();
        assertThat(seen).containsExactly(TaskCounts.none().withActive(1), 1, true);
    }

    @Test
    void everyTaskIsCancelledThoughTheCancelOfOneThrows() {
        List<String> cancelled = new ArrayList<>();
        IllegalStateException broken = new IllegalStateException("no way to stop");
        for (String name : List.of("first", "second")) {
            GroupTask task = GroupTask.issue(group, TaskOptions.named(name), () -> null);
            boolean unused = task.start(new TaskBody() {
                @Override
                public void attempt() {}

                @Override
                public void fail(Throwable thrown) {}

                @Override
                public void cancelTask() {
                    cancelled.add(name);
                    task.end(Outcome.CANCELLED);
                    throw broken;
                }
            });
        }
        try (UncaughtFailures uncaught = new UncaughtFailures()) {
            group.cancel();
            assertThat(uncaught.seen).containsExactly(broken, broken);
        }
        assertThat(cancelled).containsExactly("first", "second");
        assertThat(group.closeAndDrain().isDone()).isTrue();
    }

    @Test
    void theTokenOfATaskIsCancelledIfItsGroupWasBeforeAnybodyAskedForIt() {
        GroupTask task = GroupTask.issue(group, TaskOptions.named("ship"), () -> null);
        CalledBody body = new CalledBody().start(task);
        group.cancel(error);
        assertThat(task.cancellationToken().isCancelled()).isTrue();
        assertThat(task.cancellationToken().cause()).isSameAs(error);
        assertThat(body.calls()).containsExactly("attempt", "cancel");
        task.end(Outcome.CANCELLED);
    }

    @Test
    void theTokenOfATaskThatHasEndedIsThatOfNobody() {
        GroupTask task = GroupTask.issue(group, TaskOptions.named("ship"), () -> null);
        new CalledBody().start(task);
        task.end(Outcome.SUCCEEDED);
        CancellationToken token = task.cancellationToken();
        group.cancel();
        assertThat(token.isCancelled()).isFalse();
        assertThat(task.isCancelled()).isFalse();
    }

    @Test
    void aTaskThatHoldsItsPermitRunsTheNextAttemptWithoutAnother() {
        ConcurrencyLimit limit = Admission.concurrency(1);
        TaskGroup retrying = retrying(limit, ErrorPolicy.retry(1, Backoff.none()));
        GroupTask task = GroupTask.issue(retrying, TaskOptions.named("ship"), () -> null);
        CalledBody body = new CalledBody().start(task);
        assertThat(task.retryOrResume(error)).isTrue();
        assertThat(task.attempt()).isEqualTo(2);
        assertThat(task.continuation()).isNull();
        assertThat(body.calls()).containsExactly("attempt", "attempt");
        assertThat(limit.active()).isEqualTo(1);
        assertThat(task.retryOrResume(error)).isFalse();
        task.end(Outcome.FAILED);
        assertThat(limit.active()).isZero();
    }

    @Test
    void aTaskThatEndsInTheQueueLeavesIt() {
        ConcurrencyLimit limit = Admission.concurrency(1);
        TaskGroup limited = group.childBuilder("limited").admission(limit).build();
        HeldWork running = HeldWork.in(limited, "running");
        GroupTask task = GroupTask.issue(limited, TaskOptions.named("queued"), () -> null);
        CalledBody body = new CalledBody().start(task);
        assertThat(limit.queued()).isEqualTo(1);
        task.end(Outcome.CANCELLED);
        assertThat(limit.queued()).isZero();
        running.succeed();
        assertThat(limit.active()).isZero();
        assertThat(body.calls()).isEmpty();
    }

    @Test
    void whatAnErrorIsTellsHowItsTaskEnds() {
        GroupTask task = GroupTask.issue(group, TaskOptions.named("ship"), () -> null);
        GroupTask other = GroupTask.issue(group, TaskOptions.named("bill"), () -> null);
        TaskRejectedException rejection = TaskRejectedException.byAdmission(task, "full", null);
        assertThat(task.outcomeOf(error)).isEqualTo(Outcome.FAILED);
        assertThat(task.outcomeOf(new CancellationException())).isEqualTo(Outcome.CANCELLED);
        assertThat(task.outcomeOf(new TaskCancelledException(null))).isEqualTo(Outcome.CANCELLED);
        assertThat(task.outcomeOf(rejection)).isEqualTo(Outcome.REJECTED);
        assertThat(other.outcomeOf(rejection)).as("of another task").isEqualTo(Outcome.FAILED);
        task.end(Outcome.REJECTED);
        other.end(Outcome.FAILED);
    }

    @Test
    void whatATaskSetsOffByItsEndComesAfterTheEnd() {
        TaskGroup limited = limited(1);
        HeldWork first = HeldWork.in(limited, "first");
        List<TaskCounts> seen = new ArrayList<>();
        CompletableFuture<String> second = limited.submit(TaskOptions.named("second"), task -> {
            seen.add(limited.counts());
            return CompletableFuture.completedFuture("done");
        });
        first.succeed();
        assertThat(second).isCompletedWithValue("done");
        assertThat(seen).containsExactly(TaskCounts.none().withActive(1).with(Outcome.SUCCEEDED, 1));
    }

    // ---- bad input

    @Test
    @SuppressWarnings("NullAway")
    void refusesNullByNameAndCountsNothing() {
        expectNull("group name must not be null", () -> TaskGroup.builder(null));
        expectNull("group name must not be null", () -> group.child(null));
        expectNull("group name must not be null", () -> group.childBuilder(null));
        expectNull("admission must not be null", () -> TaskGroup.builder("x").admission(null));
        expectNull("policy must not be null", () -> TaskGroup.builder("x").onError(null));
        expectNull("timer must not be null", () -> TaskGroup.builder("x").timer(null));
        expectNull(
                "options must not be null",
                () -> assertThat(group.submit((TaskOptions) null, task -> CompletableFuture.completedFuture("x")))
                        .isNull());
        expectNull(
                "body must not be null",
                () -> assertThat(group.<String>submit(TaskOptions.defaults(), null))
                        .isNull());
        expectNull("options must not be null", () -> GroupTask.issue(group, null, () -> null));
        expectNull("origin must not be null", () -> GroupTask.issue(group, TaskOptions.defaults(), null));
        expectNull("cause must not be null: use cancel() if there is none", () -> group.cancel(null));
        assertThat(group.counts()).isEqualTo(TaskCounts.none());
        assertThat(group.isClosed()).isFalse();
    }

    private static void expectNull(String message, ThrowingCallable call) {
        assertThatNullPointerException().isThrownBy(call).withMessage(message);
    }

    @Test
    void refusesANameThatTellsNothing() {
        for (String blank : List.of("", " ", "\t\n")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> TaskGroup.builder(blank))
                    .withMessage("group name must not be blank, but was \"" + blank
                            + "\": give it a name that tells it from others");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> group.child(blank))
                    .withMessageStartingWith("group name must not be blank");
        }
        assertThat(group.children()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, Integer.MIN_VALUE})
    void refusesLessThanOneAttempt(int most) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TaskGroup.builder("x").maxAttempts(most))
                .withMessage("maxAttempts must be positive, but was " + most);
    }

    @Test
    void refusesAClockForAChild() {
        assertThatIllegalStateException()
                .isThrownBy(() -> group.childBuilder("mails").timer(timer))
                .withMessage(
                        "group \"mails\" is a child and has the clock of its root: give the timer to the builder of"
                                + " the root");
    }

    @Test
    @SuppressWarnings("NullAway")
    void refusesAnEndWithoutAnOutcome() {
        GroupTask task = GroupTask.issue(group, TaskOptions.named("ship"), () -> null);
        expectNull("outcome must not be null", () -> task.end(null));
        task.end(Outcome.CANCELLED);
    }

    private TaskGroup limited(int limit) {
        return group.childBuilder("limited")
                .admission(Admission.concurrency(limit))
                .build();
    }

    private TaskGroup retrying(Admission admission, ErrorPolicy policy) {
        return group.childBuilder("retrying")
                .admission(admission)
                .onError(policy)
                .build();
    }
}
