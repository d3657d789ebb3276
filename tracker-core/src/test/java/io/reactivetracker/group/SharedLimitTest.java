// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.tuple;

import io.reactivetracker.TaskOptions;
import io.reactivetracker.test.ManualTimer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Tests that a task and its children share the permits of a limit. */
class SharedLimitTest {

    private final ManualTimer timer = new ManualTimer();
    private final ConcurrencyLimit limit = Admission.concurrency(1);
    private final TaskGroup orders = group(limit);
    private final TaskGroup mails = orders.child("mails");

    private TaskGroup group(Admission admission) {
        return DirectGroups.builder("orders").admission(admission).timer(timer).build();
    }

    /** Submits a task that starts another task of the group and waits for it. */
    private static CompletableFuture<String> waitingFor(
            TaskGroup group, Supplier<? extends CompletableFuture<String>> child) {
        return group.submit(TaskOptions.named("order"), task -> child.get());
    }

    private static CompletableFuture<String> quick(TaskGroup group) {
        return group.submit(TaskOptions.named("mail"), task -> CompletableFuture.completedFuture("sent"));
    }

    @Test
    void aTaskCanWaitForAChildBehindItsLimit() {
        assertThat(waitingFor(orders, () -> quick(mails))).isCompletedWithValue("sent");
        assertThat(limit.active()).isZero();
    }

    @Test
    void andForAGrandchildAndForOneOfItsOwnGroup() {
        assertThat(waitingFor(orders, () -> waitingFor(mails, () -> waitingFor(orders, () -> quick(mails)))))
                .isCompletedWithValue("sent");
        assertThat(limit.active()).isZero();
        assertThat(orders.counts().succeeded()).isEqualTo(4);
    }

    @Test
    void andBehindEveryKindOfLimit() {
        for (Admission admission : List.of(
                Admission.prioritized(1, task -> 0),
                Admission.adaptive(1, 1, Duration.ofSeconds(1)),
                Admission.concurrency(1, 0),
                Admission.concurrency(1).and(Admission.adaptive(1, 4, Duration.ofSeconds(1))),
                Admission.rate(1_000, Duration.ofSeconds(1)).and(Admission.concurrency(1)))) {
            TaskGroup parent = group(admission);
            TaskGroup child = parent.child("mails");
            assertThat(waitingFor(parent, () -> quick(child)))
                    .as(admission.toString())
                    .isCompletedWithValue("sent");
            assertThat(quick(child)).isCompletedWithValue("sent");
        }
    }

    @Test
    void ofSeveralLimitsAChildNeedsThoseThatItsParentDoesNotHold() {
        ConcurrencyLimit sockets = Admission.concurrency(1);
        TaskGroup child =
                orders.childBuilder("mails").admission(limit.and(sockets)).build();
        HeldWork other = HeldWork.in(group(sockets), "other");
        CompletableFuture<String> order = waitingFor(orders, () -> quick(child));
        assertThat(order).isNotDone();
        assertThat(sockets.queued()).isOne();
        other.succeed();
        assertThat(order).isCompletedWithValue("sent");
        assertThat(List.of(limit.active(), sockets.active())).containsOnly(0);
    }

    @Test
    void aPermitIsGivenBackWhenTheLastOfThoseThatShareItHasEnded() {
        List<HeldWork> children = new ArrayList<>();
        CompletableFuture<String> order = orders.submit(TaskOptions.named("order"), task -> {
            children.add(HeldWork.in(mails, "first"));
            children.add(HeldWork.in(mails, "second"));
            return CompletableFuture.completedFuture("taken");
        });
        assertThat(order).isCompletedWithValue("taken");
        CompletableFuture<String> next = quick(orders);
        children.get(1).succeed();
        assertThat(next).isNotDone();
        assertThat(limit.active()).isOne();
        children.get(0).succeed();
        assertThat(next).isCompletedWithValue("sent");
        assertThat(limit.active()).isZero();
    }

    @Test
    void aTaskThatIsStartedElsewhereWaitsUnlessItNamesItsParent() {
        HeldWork order = HeldWork.in(orders, "order");
        CompletableFuture<String> stranger = quick(mails);
        CompletableFuture<String> child = mails.submit(
                TaskOptions.childOf(order.task()).and(TaskOptions.named("mail")),
                task -> CompletableFuture.completedFuture("sent"));
        assertThat(child).isCompletedWithValue("sent");
        assertThat(stranger).isNotDone();
        order.succeed();
        assertThat(stranger).isCompletedWithValue("sent");
    }

    @Test
    void theDependentsOfATaskAreNotItsChildren() {
        HeldWork order = HeldWork.in(orders, "order");
        HeldWork[] next = new HeldWork[1];
        CompletableFuture<Void> after = order.future().thenRun(() -> next[0] = HeldWork.in(orders, "next"));
        order.succeed();
        assertThat(after).isCompleted();
        assertThat(limit.active()).isOne();
        assertThat(quick(orders)).isNotDone();
        next[0].succeed();
    }

    @Test
    void theChildOfATaskThatHasEndedAsksLikeAnyOther() {
        HeldWork order = HeldWork.in(orders, "order");
        TaskContext parent = order.task();
        order.succeed();
        HeldWork next = HeldWork.in(orders, "next");
        CompletableFuture<String> late =
                mails.submit(TaskOptions.childOf(parent), task -> CompletableFuture.completedFuture("sent"));
        assertThat(late).isNotDone();
        next.succeed();
        assertThat(late).isCompletedWithValue("sent");
    }

    @Test
    void theChildOfATaskThatHasGivenItsPermitUpAsksLikeAnyOther() {
        TaskGroup retrying = DirectGroups.builder("retrying")
                .admission(limit)
                .timer(timer)
                .onError(ErrorPolicy.retry(1, Backoff.fixed(Duration.ofSeconds(1)))
                        .releasingPermit())
                .build();
        HeldWork order = HeldWork.in(retrying, "order");
        TaskContext parent = order.task();
        order.fail(new IllegalStateException("first attempt"));
        HeldWork next = HeldWork.in(orders, "next");
        CompletableFuture<String> child =
                mails.submit(TaskOptions.childOf(parent), task -> CompletableFuture.completedFuture("sent"));
        assertThat(child).isNotDone();
        next.succeed();
        assertThat(child).isCompletedWithValue("sent");
        timer.advance(Duration.ofSeconds(1));
        order.succeed();
        assertThat(limit.active()).isZero();
    }

    @Test
    void aChildThatIsCancelledBeforeItRunsKeepsNoShare() {
        HeldWork order = HeldWork.in(orders, "order");
        TaskGroup child = orders.child("cancelled");
        CompletableFuture<String> mail =
                child.submit(TaskOptions.childOf(order.task()), task -> new CompletableFuture<>());
        mail.cancel(true);
        child.cancel();
        order.succeed();
        assertThat(mail).isCancelled();
    }

    @Test
    void aRateIsNotHeldSoEachTakesItsTurn() {
        TaskGroup rated = group(Admission.rate(1, Duration.ofSeconds(1)));
        CompletableFuture<String> order = waitingFor(rated, () -> quick(rated));
        assertThat(order).isNotDone();
        timer.advance(Duration.ofSeconds(1));
        assertThat(order).isCompletedWithValue("sent");
    }

    @Test
    void aRateHasOneClockThoughItsGroupsHaveSeveral() {
        RateLimit rate = Admission.rate(1, Duration.ofSeconds(1));
        timer.advance(Duration.ofHours(1));
        assertThat(quick(group(rate))).isCompletedWithValue("sent");
        ManualTimer late = new ManualTimer();
        TaskGroup other =
                DirectGroups.builder("other").admission(rate).timer(late).build();
        CompletableFuture<String> second = quick(other);
        assertThat(second).isNotDone();
        timer.advance(Duration.ofSeconds(1));
        assertThat(second).isCompletedWithValue("sent");
    }

    @Test
    void aLimitIsNotCombinedWithItself() {
        Admission other = Admission.concurrency(2);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> limit.and(limit))
                .withMessageContaining("ConcurrencyLimit[0 of 1, 0 wait] must not be combined with itself");
        assertThatIllegalArgumentException().isThrownBy(() -> limit.and(other).and(limit));
        assertThatIllegalArgumentException().isThrownBy(() -> other.and(limit.and(other)));
        assertThat(limit.and(other)).isNotNull();
    }

    @Test
    void theReportOfAShutdownTellsWhatAQueuedTaskWaitsFor() {
        HeldWork order = HeldWork.in(orders, "order");
        HeldWork stranger = HeldWork.in(mails, "mail");
        CompletableFuture<ShutdownReport> report = orders.shutdown(Shutdown.grace(Duration.ofSeconds(1)));
        timer.advance(Duration.ofSeconds(1));
        assertThat(report.join().stuck())
                .extracting(StuckTask::name, StuckTask::waitsFor)
                .containsExactly(
                        tuple("order", null),
                        tuple(
                                "mail",
                                "a permit of ConcurrencyLimit[1 of 1, 1 wait], held by 1 running task(s) of this tree; if"
                                        + " one of them waits for this task, make it the parent with TaskOptions.childOf"));
        order.succeed();
        stranger.succeed();
    }
}
