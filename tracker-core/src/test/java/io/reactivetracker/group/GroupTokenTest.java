// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reactivetracker.RunningTask;
import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.TaskToken;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

/** Work that a group counts but does not run. */
class GroupTokenTest {

    private final ConcurrencyLimit limit = Admission.concurrency(1);
    private final TaskGroup group =
            DirectGroups.builder("orders").admission(limit).build();

    @Test
    void aTokenIsAnActiveTaskUntilItIsClosed() {
        TaskToken token = group.token("ship");
        assertThat(group.counts()).isEqualTo(TaskCounts.none().withActive(1));
        assertThat(group.runningTasks()).extracting(RunningTask::name).containsExactly("ship");
        assertThat(Objects.requireNonNull(token.runningTask()).id())
                .isEqualTo(group.runningTasks().get(0).id());
        group.close();
        assertThat(group.drained().isDone()).isFalse();
        token.close();
        token.close();
        assertThat(group.counts()).isEqualTo(TaskCounts.none().with(Outcome.SUCCEEDED, 1));
        assertThat(group.drained().isDone()).isTrue();
    }

    @Test
    void aTokenNeedsNoPermit() {
        HeldWork running = HeldWork.in(group, "running");
        try (TaskToken token = group.token()) {
            assertThat(token)
                    .hasToString("task \"orders\" #"
                            + Objects.requireNonNull(token.runningTask()).id() + " of group \"orders\"");
            assertThat(group.counts().active()).isEqualTo(2);
            assertThat(limit.active()).isEqualTo(1);
        }
        running.succeed();
    }

    @Test
    void aTokenOfACancelledGroupCountsAsCancelledWhenItIsClosed() {
        TaskToken token = group.token();
        group.cancel();
        assertThat(group.counts()).isEqualTo(TaskCounts.none().withActive(1));
        token.close();
        assertThat(group.counts()).isEqualTo(TaskCounts.none().with(Outcome.CANCELLED, 1));
    }

    @Test
    void aClosedOrCancelledGroupRefusesTokens() {
        assertThatIllegalArgumentException().isThrownBy(() -> group.token(" "));
        TaskGroup closed = group.child("mails");
        closed.close();
        assertThatExceptionOfType(GroupClosedException.class).isThrownBy(closed::token);
        assertThatExceptionOfType(GroupClosedException.class).isThrownBy(() -> closed.track(new CompletableFuture<>()));
        assertThatExceptionOfType(GroupClosedException.class)
                .isThrownBy(() -> closed.wrap(Runnable::run).execute(() -> {}));
        group.cancel();
        assertThatExceptionOfType(TaskCancelledException.class)
                .isThrownBy(() -> group.token("ship"))
                .withMessageContaining("task \"ship\" of group \"orders\"");
        assertThat(group.counts()).isEqualTo(TaskCounts.none());
    }

    @Test
    void aTrackedStageIsCountedByItsOutcome() {
        CompletableFuture<String> succeeding = new CompletableFuture<>();
        CompletableFuture<String> failing = new CompletableFuture<>();
        CompletableFuture<String> cancelled = new CompletableFuture<>();
        CompletableFuture<String> tracked = group.track(succeeding).toCompletableFuture();
        CompletableFuture<String> failure = group.track(failing).toCompletableFuture();
        CompletableFuture<String> none =
                group.track(cancelled.thenApply(value -> value)).toCompletableFuture();
        assertThat(group.counts()).isEqualTo(TaskCounts.none().withActive(3));
        succeeding.complete("done");
        failing.completeExceptionally(new IllegalStateException("no ship"));
        cancelled.cancel(false);
        assertThat(tracked).isCompletedWithValue("done");
        assertThat(failure).isCompletedExceptionally();
        assertThat(none).isCompletedExceptionally();
        assertThat(group.counts())
                .isEqualTo(TaskCounts.none()
                        .with(Outcome.SUCCEEDED, 1)
                        .with(Outcome.FAILED, 1)
                        .with(Outcome.CANCELLED, 1));
    }

    @Test
    void aWrappedExecutorCountsFromTheCallToTheEndOfTheBody() {
        List<Runnable> queue = new ArrayList<>();
        Executor wrapped = group.wrap(queue::add);
        List<TaskCounts> seen = new ArrayList<>();
        wrapped.execute(() -> seen.add(group.counts()));
        wrapped.execute(() -> {
            throw new IllegalStateException("no ship");
        });
        assertThat(group.counts()).isEqualTo(TaskCounts.none().withActive(2));
        queue.get(0).run();
        assertThatThrownBy(() -> queue.get(1).run()).hasMessage("no ship");
        assertThat(seen).containsExactly(TaskCounts.none().withActive(2));
        assertThat(group.counts())
                .isEqualTo(TaskCounts.none().with(Outcome.SUCCEEDED, 1).with(Outcome.FAILED, 1));
    }

    @Test
    void aWaitForTheGroupInsideOfItsOwnBodyIsRefused() {
        Executor wrapped = group.wrap(Runnable::run);
        group.close();
        TaskGroup open = DirectGroups.builder("mails").build();
        assertThatThrownBy(() -> open.wrap(Runnable::run).execute(() -> {
                    try {
                        open.drained().await();
                    } catch (InterruptedException interrupted) {
                        throw new AssertionError(interrupted);
                    }
                }))
                .isInstanceOf(IllegalStateException.class);
        assertThatExceptionOfType(GroupClosedException.class).isThrownBy(() -> wrapped.execute(() -> {}));
    }

    @Test
    void aTaskThatTheExecutorRejectsIsCountedAsRejected() {
        Executor wrapped = group.wrap(command -> {
            throw new RejectedExecutionException("full");
        });
        assertThatExceptionOfType(RejectedExecutionException.class).isThrownBy(() -> wrapped.execute(() -> {}));
        assertThat(group.counts()).isEqualTo(TaskCounts.none().with(Outcome.REJECTED, 1));
    }

    @Test
    void submitTakesAName() {
        assertThat(group.submit("ship", task -> CompletableFuture.completedFuture(task.name())))
                .isCompletedWithValue("ship");
    }
}
