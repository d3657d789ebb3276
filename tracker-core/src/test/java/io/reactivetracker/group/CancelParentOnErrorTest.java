// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import static io.reactivetracker.group.HeldWork.errorOf;
import static org.assertj.core.api.Assertions.assertThat;

import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.TaskOptions;
import io.reactivetracker.test.ManualTimer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/**
 * Tests {@code cancelParentOnError}: the eleven tests of dynamo's critical tasks, and the policy in a tree of groups.
 */
class CancelParentOnErrorTest {

    private final ManualTimer timer = new ManualTimer();
    private final TaskGroup service =
            DirectGroups.builder("service").timer(timer).build();
    private final TaskGroup critical = service.childBuilder("critical")
            .onError(ErrorPolicy.cancelParentOnError())
            .build();
    private final IOException error = new IOException("no database");

    // test_successful_task_completion
    @Test
    void aTaskThatSucceedsLeavesTheParentAlone() {
        HeldWork work = HeldWork.in(critical, "watch");
        work.succeed();
        assertThat(work.future()).isCompletedWithValue("done");
        assertThat(service.cancellationToken().isCancelled()).isFalse();
        assertThat(service.isClosed()).isFalse();
    }

    // test_task_failure_cancels_parent_token
    @Test
    void aTaskThatFailsCancelsTheParentWithItsErrorAsCause() {
        HeldWork work = HeldWork.in(critical, "watch");
        HeldWork other = HeldWork.in(service, "other");
        work.fail(error);
        assertThat(service.cancellationToken().cause()).isSameAs(error);
        assertThat(critical.cancellationToken().cause()).isSameAs(error);
        assertThat(service.isClosed()).isTrue();
        assertThat(critical.isClosed()).isTrue();
        assertThat(errorOf(other.future()))
                .isInstanceOf(TaskCancelledException.class)
                .hasCause(error);
        other.succeed();
        assertThat(service.drained().isDone()).isTrue();
    }

    @Test
    void theTaskThatFailsGetsItsOwnErrorAndHasFailed() {
        HeldWork work = HeldWork.in(critical, "watch");
        work.fail(error);
        assertThat(errorOf(work.future())).isSameAs(error);
        assertThat(critical.counts()).isEqualTo(TaskCounts.none().with(Outcome.FAILED, 1));
        assertThat(service.counts()).isEqualTo(TaskCounts.none().with(Outcome.FAILED, 1));
    }

    // test_task_panic_is_caught_and_reported
    @Test
    void aTaskThatThrowsIsCaughtAndItsErrorReported() {
        AssertionError thrown = new AssertionError("broken");
        CompletableFuture<String> future = critical.submit(TaskOptions.named("watch"), task -> {
            throw thrown;
        });
        assertThat(errorOf(future)).isSameAs(thrown);
        assertThat(service.cancellationToken().cause()).isSameAs(thrown);
        assertThat(service.counts()).isEqualTo(TaskCounts.none().with(Outcome.FAILED, 1));
    }

    // test_graceful_shutdown_via_cancellation_token
    @Test
    void aTaskThatIsCancelledDoesNotCancelTheParent() {
        CompletableFuture<String> future =
                critical.submit(TaskOptions.named("watch"), CancelParentOnErrorTest::untilCancelled);
        critical.cancel();
        assertThat(future).isCancelled();
        assertThat(critical.drained().isDone()).isTrue();
        assertThat(service.cancellationToken().isCancelled()).isFalse();
        assertThat(service.counts()).isEqualTo(TaskCounts.none().with(Outcome.CANCELLED, 1));
    }

    // test_multiple_critical_tasks_one_failure
    @Test
    void theSiblingsOfATaskThatFailsAreToldToStop() {
        CompletableFuture<String> sibling =
                critical.submit(TaskOptions.named("sibling"), CancelParentOnErrorTest::untilCancelled);
        CompletableFuture<String> cousin =
                service.child("other").submit(TaskOptions.named("cousin"), CancelParentOnErrorTest::untilCancelled);
        HeldWork work = HeldWork.in(critical, "watch");
        work.fail(error);
        assertThat(sibling).isCancelled();
        assertThat(cousin).isCancelled();
        assertThat(errorOf(work.future())).isSameAs(error);
        assertThat(service.drained().isDone()).isTrue();
        assertThat(service.counts())
                .isEqualTo(TaskCounts.none().with(Outcome.FAILED, 1).with(Outcome.CANCELLED, 2));
    }

    // test_status_checking_methods
    @Test
    void itsStateCanBeSeenAtAnyTime() {
        HeldWork work = HeldWork.in(critical, "watch");
        assertThat(work.future()).isNotDone();
        assertThat(work.task().cancellationToken().isCancelled()).isFalse();
        assertThat(critical.runningTasks())
                .singleElement()
                .satisfies(task -> assertThat(task.name()).isEqualTo("watch"));
        work.task().cancellationToken().cancel();
        assertThat(work.future()).isDone().isCancelled();
        assertThat(critical.counts().active()).isEqualTo(1);
        work.succeed();
        assertThat(critical.runningTasks()).isEmpty();
        assertThat(critical.counts()).isEqualTo(TaskCounts.none().with(Outcome.CANCELLED, 1));
    }

    // test_task_with_select_pattern
    @Test
    void aTaskCanEndByWhicheverComesFirstOfItsWorkAndACancel() {
        CompletableFuture<String> work = new CompletableFuture<>();
        CompletableFuture<String> first = critical.submit(
                TaskOptions.named("first"), task -> work.applyToEither(untilCancelled(task), result -> result));
        CompletableFuture<String> second = critical.submit(
                TaskOptions.named("second"),
                task -> new CompletableFuture<String>().applyToEither(untilCancelled(task), result -> result));
        work.complete("worked");
        assertThat(first).isCompletedWithValue("worked");
        critical.cancel();
        assertThat(second).isCancelled();
        assertThat(critical.counts())
                .isEqualTo(TaskCounts.none().with(Outcome.SUCCEEDED, 1).with(Outcome.CANCELLED, 1));
        assertThat(service.cancellationToken().isCancelled()).isFalse();
    }

    // test_timeout_behavior
    @Test
    void whoDoesNotWaitForTheEndDoesNotCancelTheParent() throws InterruptedException {
        HeldWork work = HeldWork.in(critical, "watch");
        assertThat(critical.closeAndDrain().await(Duration.ZERO)).isFalse();
        assertThat(service.cancellationToken().isCancelled()).isFalse();
        assertThat(critical.cancellationToken().isCancelled()).isFalse();
        work.succeed();
        assertThat(critical.closeAndDrain().await(Duration.ZERO)).isTrue();
        assertThat(work.future()).isCompletedWithValue("done");
    }

    // test_panic_triggers_immediate_parent_cancellation
    @Test
    void theParentIsCancelledBeforeWhoSubmittedATaskThatThrowsKnowsOfIt() {
        CompletableFuture<String> unused = critical.submit(TaskOptions.named("watch"), task -> {
            throw new IllegalStateException("broken");
        });
        assertThat(service.cancellationToken().isCancelled()).isTrue();
    }

    // test_error_triggers_immediate_parent_cancellation
    @Test
    void theParentIsCancelledBeforeAnyoneIsToldOfTheError() {
        HeldWork work = HeldWork.in(critical, "watch");
        List<Boolean> seen = new ArrayList<>();
        CompletableFuture<String> unused = work.future()
                .whenComplete((result, failure) ->
                        seen.add(service.cancellationToken().isCancelled() && service.isClosed()));
        work.fail(error);
        assertThat(seen).containsExactly(true);
    }

    // test_task_detach
    @Test
    void aTaskWhoseFutureNobodyKeepsCancelsTheParentAllTheSame() {
        CompletableFuture<String> stage = new CompletableFuture<>();
        assertThat(critical.submit(TaskOptions.named("watch"), task -> stage)).isNotDone();
        stage.completeExceptionally(error);
        assertThat(service.cancellationToken().cause()).isSameAs(error);
        assertThat(service.counts()).isEqualTo(TaskCounts.none().with(Outcome.FAILED, 1));
    }

    @Test
    void aGroupWithoutAParentIsCancelledItself() {
        TaskGroup root = DirectGroups.builder("root")
                .timer(timer)
                .onError(ErrorPolicy.cancelParentOnError())
                .build();
        HeldWork other = HeldWork.in(root, "other");
        HeldWork work = HeldWork.in(root, "watch");
        work.fail(error);
        assertThat(root.cancellationToken().cause()).isSameAs(error);
        assertThat(other.future()).isCancelled();
        other.succeed();
        assertThat(root.counts())
                .isEqualTo(TaskCounts.none().with(Outcome.FAILED, 1).with(Outcome.CANCELLED, 1));
    }

    @Test
    void theParentOfTheParentLivesOn() {
        TaskGroup inner = service.child("inner");
        TaskGroup innermost = inner.childBuilder("innermost")
                .onError(ErrorPolicy.cancelParentOnError())
                .build();
        HeldWork.in(innermost, "watch").fail(error);
        assertThat(inner.cancellationToken().isCancelled()).isTrue();
        assertThat(innermost.cancellationToken().isCancelled()).isTrue();
        assertThat(service.cancellationToken().isCancelled()).isFalse();
        assertThat(critical.cancellationToken().isCancelled()).isFalse();
    }

    @Test
    void aChildOfACriticalGroupIsCriticalToItsParent() {
        TaskGroup child = critical.child("inner");
        HeldWork.in(child, "watch").fail(error);
        assertThat(critical.cancellationToken().isCancelled()).isTrue();
        assertThat(service.cancellationToken().isCancelled()).isFalse();
    }

    @Test
    void aTaskThatWaitsInTheQueueIsReachedToo() {
        TaskGroup limited = service.childBuilder("limited")
                .admission(Admission.concurrency(1))
                .build();
        HeldWork first = HeldWork.in(limited, "first");
        HeldWork queued = HeldWork.in(limited, "queued");
        HeldWork.in(critical, "watch").fail(error);
        assertThat(queued.future()).isCancelled();
        assertThat(queued.attempts()).isZero();
        first.succeed();
        assertThat(queued.attempts()).isZero();
        assertThat(service.counts())
                .isEqualTo(TaskCounts.none().with(Outcome.FAILED, 1).with(Outcome.CANCELLED, 2));
        assertThat(service.drained().isDone()).isTrue();
    }

    @Test
    void retriesComeBeforeTheParentIsCancelled() {
        TaskGroup patient = service.childBuilder("patient")
                .onError(ErrorPolicy.retry(1, Backoff.none()).andThen(ErrorPolicy.cancelParentOnError()))
                .build();
        HeldWork work = HeldWork.in(patient, "watch");
        work.fail(error);
        assertThat(service.cancellationToken().isCancelled()).isFalse();
        work.fail(error);
        assertThat(service.cancellationToken().isCancelled()).isTrue();
    }

    private static CompletableFuture<String> untilCancelled(TaskContext task) {
        CompletableFuture<String> stage = new CompletableFuture<>();
        task.cancellationToken().onCancel(() -> stage.complete("stopped"));
        return stage;
    }
}
