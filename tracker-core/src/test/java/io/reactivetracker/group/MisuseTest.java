// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import io.reactivetracker.CancellationToken;
import io.reactivetracker.DrainSignal;
import io.reactivetracker.TaskOptions;
import io.reactivetracker.adapter.GroupTask;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/** Tests that code which compiles and reads well never loses a count, a permit or a cancel. */
class MisuseTest {

    private final ConcurrencyLimit limit = Admission.concurrency(1);
    private final TaskGroup group =
            DirectGroups.builder("orders").admission(limit).build();

    @Test
    void aTaskIsStartedOnce() {
        GroupTask task = GroupTask.issue(group, TaskOptions.named("ship"), () -> null);
        CalledBody body = new CalledBody().start(task);
        assertThatIllegalStateException()
                .isThrownBy(() -> task.start(new CalledBody()))
                .withMessage(task + " was started before: a task is started once");
        assertThat(body.calls()).containsExactly("attempt");
        task.end(Outcome.SUCCEEDED);
        assertThat(task.start(body)).isFalse();
        assertThat(group.closeAndDrain().isDone()).isTrue();
    }

    @Test
    void theTokenOfAGroupStaysInItsTreeThoughSomebodyClosesIt() {
        TaskGroup child = group.child("mails");
        child.cancellationToken().close();
        group.cancel();
        assertThat(child.cancellationToken().isCancelled()).isTrue();
        assertThat(child.isClosed()).isTrue();
    }

    @Test
    void theTokenOfATaskStaysInItsTreeThoughSomebodyClosesIt() {
        HeldWork work = HeldWork.in(group, "ship");
        work.task().cancellationToken().close();
        group.cancel();
        assertThat(work.future()).isCancelled();
        work.succeed();
        assertThat(group.closeAndDrain().isDone()).isTrue();
    }

    @Test
    void theChildrenOfTheTokensOfEndedTasksAreNotKept() {
        List<WeakReference<CancellationToken>> children = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            var unused = group.submit(TaskOptions.defaults(), task -> {
                children.add(new WeakReference<>(task.cancellationToken().child()));
                return CompletableFuture.completedFuture("done");
            });
        }
        assertThat(children).hasSize(100);
        await().atMost(Duration.ofMinutes(2)).until(() -> {
            System.gc();
            return children.stream().allMatch(child -> child.get() == null);
        });
    }

    @Test
    void aTaskWhoseFutureHasTimedOutCanBeCancelled() {
        CompletableFuture<String> never = new CompletableFuture<>();
        TaskContext[] task = new TaskContext[1];
        CompletableFuture<String> future = group.submit(TaskOptions.named("ship"), context -> {
            task[0] = context;
            return never;
        });
        future.orTimeout(1, TimeUnit.NANOSECONDS);
        await().atMost(Duration.ofMinutes(2)).until(future::isDone);
        assertThat(HeldWork.errorOf(future)).isInstanceOf(TimeoutException.class);
        assertThat(task[0].cancellationToken().isCancelled()).isFalse();
        future.cancel(true);
        assertThat(task[0].cancellationToken().isCancelled()).isTrue();
        never.complete("late");
        assertThat(group.counts()).isEqualTo(TaskCounts.none().with(Outcome.CANCELLED, 1));
    }

    @Test
    void aFutureThatIsKeptDoesNotKeepTheBody() {
        List<CompletableFuture<Integer>> kept = new ArrayList<>();
        List<WeakReference<Object>> captured = new ArrayList<>();
        HeldWork running = HeldWork.in(group, "running");
        for (int i = 0; i < 10; i++) {
            byte[] request = new byte[1_000];
            captured.add(new WeakReference<>(request));
            kept.add(
                    group.submit(TaskOptions.named("ship"), task -> CompletableFuture.completedFuture(request.length)));
        }
        kept.get(9).cancel(true);
        running.succeed();
        await().atMost(Duration.ofMinutes(2)).until(() -> {
            System.gc();
            return captured.stream().allMatch(request -> request.get() == null);
        });
        assertThat(kept).allMatch(CompletableFuture::isDone);
    }

    @Test
    void aGrandchildThatIsMadeDuringAJoinIsClosedByIt() {
        List<TaskGroup> grandchildren = new ArrayList<>();
        List<DrainSignal> joins = new ArrayList<>();
        TaskGroup child = new TaskGroup(group.childBuilder("late")).enter(() -> {
            joins.add(group.closeAndDrain());
            group.children().forEach(arrived -> assertThat(arrived.isClosed()).isTrue());
        });
        assertThat(child.isClosed()).isTrue();
        assertThat(joins.get(0).isDone()).isTrue();

        TaskGroup root = DirectGroups.builder("root").build();
        root.close();
        assertThatIllegalStateException().isThrownBy(() -> root.child("refused"));

        TaskGroup parent = DirectGroups.builder("parent").build();
        TaskGroup arrived = new TaskGroup(parent.childBuilder("child")).enter(() -> {
            // A join that looked for children before this one arrived.
            parent.close();
            grandchildren.add(parent.children().get(0).child("grandchild"));
        });
        assertThat(arrived.isClosed()).isTrue();
        assertThat(grandchildren).allMatch(TaskGroup::isClosed);
        assertThat(parent.drained().isDone()).isTrue();
    }

    @Test
    void aTaskMustNotWaitForADrainThatWaitsForIt() {
        TaskGroup mails = group.child("mails");
        List<Throwable> thrown = new ArrayList<>();
        for (DrainSignal drained : List.of(group.drained(), mails.drained())) {
            CompletableFuture<String> future = mails.submit(TaskOptions.named("welcome"), task -> {
                try {
                    drained.await();
                } catch (IllegalStateException | InterruptedException refused) {
                    thrown.add(refused);
                }
                return CompletableFuture.completedFuture("done");
            });
            assertThat(future).isCompletedWithValue("done");
        }
        assertThat(thrown)
                .hasSize(2)
                .allSatisfy(refused -> assertThat(refused)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageStartingWith("a task must not wait for a drain that needs its own end")
                        .hasMessageContaining("which is open, so it cannot drain before it is closed"));
    }

    @Test
    void aTaskMayWaitForTheDrainOfAGroupBesideIt() throws Exception {
        TaskGroup other = DirectGroups.builder("other").build();
        CompletableFuture<Boolean> waited = group.submit(TaskOptions.defaults(), task -> {
            try {
                return CompletableFuture.completedFuture(other.drained().await(Duration.ofNanos(1)));
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        assertThat(waited).isCompletedWithValue(false);
    }
}
