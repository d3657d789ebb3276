// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import static io.reactivetracker.reactor.ReactorTracking.spawn;
import static io.reactivetracker.reactor.ReactorTracking.trackWith;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reactivetracker.CancellationToken;
import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.TaskOptions;
import io.reactivetracker.group.Admission;
import io.reactivetracker.group.GroupClosedException;
import io.reactivetracker.group.GroupSnapshot;
import io.reactivetracker.group.Outcome;
import io.reactivetracker.group.Shutdown;
import io.reactivetracker.group.ShutdownReport;
import io.reactivetracker.group.StuckTask;
import io.reactivetracker.group.TaskCounts;
import io.reactivetracker.group.TaskGroup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.test.StepVerifier;
import reactor.test.scheduler.VirtualTimeScheduler;

class GroupLifecycleTest {

    @RegisterExtension
    final Dropped dropped = new Dropped();

    private final VirtualTimeScheduler time = VirtualTimeScheduler.getOrSet();
    private final TaskGroup group = TaskGroup.builder("orders")
            .timer(ReactorTracking.timer(time))
            .executor(Runnable::run)
            .build();
    private final IllegalStateException failure = new IllegalStateException("no ship");

    @AfterEach
    void letTimeGo() {
        VirtualTimeScheduler.reset();
    }

    @Nested
    class Joining {

        @Test
        void closesTheTreeWhenSubscribedToAndCompletesWhenAllOfItIsDrained() {
            TaskGroup mails = group.child("mails");
            Sinks.Empty<Void> mail = Sinks.empty();
            mail.asMono().transform(trackWith(mails)).subscribe();
            Mono<Void> join = ReactorTracking.closeAndDrain(group);
            assertThat(mails.isClosed()).isFalse();
            StepVerifier.create(join)
                    .expectSubscription()
                    .then(() -> assertThat(mails.isClosed()).isTrue())
                    .then(mail::tryEmitEmpty)
                    .verifyComplete();
        }

        @Test
        void isNotWhatWaitingAloneDoes() {
            Mono<Void> drained = ReactorTracking.whenDrained(group);
            StepVerifier.create(drained)
                    .expectSubscription()
                    .then(() -> assertThat(group.isClosed()).isFalse())
                    .then(group::close)
                    .verifyComplete();
        }
    }

    @Nested
    class ShuttingDown {

        @Test
        void waitsThenCancelsThenReports() {
            List<String> ends = new ArrayList<>();
            Mono.delay(Duration.ofSeconds(5), time)
                    .transform(trackWith(group))
                    .subscribe(value -> ends.add("completed"));
            Mono.never().transform(trackWith(group)).subscribe(value -> {}, error -> ends.add("cancelled"));
            AtomicReference<@Nullable ShutdownReport> report = new AtomicReference<>();
            ReactorTracking.shutdown(
                            group, Shutdown.grace(Duration.ofSeconds(30)).thenCancel(Duration.ofSeconds(5)))
                    .subscribe(report::set);
            time.advanceTimeBy(Duration.ofSeconds(29));
            assertThat(ends).containsExactly("completed");
            time.advanceTimeBy(Duration.ofSeconds(1));
            assertThat(ends).containsExactly("completed", "cancelled");
            assertThat(report.get())
                    .asString()
                    .startsWith("group \"orders\" drained in 30.0 s: 1 completed, 0 failed, 1 cancelled, ");
        }

        @Test
        void runsThroughAllStagesAfterItsSubscriptionWasCancelled() {
            List<Throwable> ends = new ArrayList<>();
            Mono.never().transform(trackWith(group)).subscribe(value -> {}, ends::add);
            ReactorTracking.shutdown(
                            group, Shutdown.grace(Duration.ofSeconds(30)).thenCancel(Duration.ZERO))
                    .timeout(Duration.ofSeconds(1), Mono.empty())
                    .subscribe();
            time.advanceTimeBy(Duration.ofSeconds(30));
            assertThat(ends).singleElement().isInstanceOf(TaskCancelledException.class);
        }

        @Test
        void namesWhatIsStuckAndWhereItWasMade() {
            Hooks.onOperatorDebug();
            try {
                Mono.never()
                        .map(value -> value)
                        .transform(trackWith(group, "ship"))
                        .subscribe();
            } finally {
                Hooks.resetOnOperatorDebug();
            }
            Mono.never()
                    .checkpoint("billing")
                    .transform(trackWith(group, "bill"))
                    .subscribe();
            Mono.never().transform(trackWith(group, "mail")).subscribe();
            ShutdownReport report =
                    Objects.requireNonNull(ReactorTracking.shutdown(group, Shutdown.grace(Duration.ZERO))
                            .block());
            assertThat(report.isDrained()).isFalse();
            assertThat(report.stuck()).extracting(StuckTask::name).containsExactly("ship", "bill", "mail");
            assertThat(report.stuck().get(0).origin()).contains("Mono.map", "GroupLifecycleTest.java");
            assertThat(report.stuck().get(1).origin()).contains("billing");
            assertThat(report.stuck().get(2).origin()).isNull();
            assertThat(report.toString()).contains("stuck: ship #", "GroupLifecycleTest.java");
        }
    }

    @Nested
    class Watching {

        @Test
        void showsTheDrainGoingDownAndEndsWithIt() {
            List<Long> pending = new ArrayList<>();
            AtomicReference<String> end = new AtomicReference<>("");
            for (int i = 1; i <= 3; i++) {
                Mono.delay(Duration.ofMillis(i * 1_000L - 500), time)
                        .transform(trackWith(group))
                        .subscribe();
            }
            group.close();
            ReactorTracking.watch(group, Duration.ofSeconds(1))
                    .map(GroupSnapshot::counts)
                    .subscribe(counts -> pending.add(counts.pending()), error -> {}, () -> end.set("completed"));
            time.advanceTimeBy(Duration.ofSeconds(10));
            assertThat(pending).containsExactly(3L, 2L, 1L, 0L);
            assertThat(end).hasValue("completed");
        }

        @Test
        void leavesOutSnapshotsThatWereNotRequested() {
            StepVerifier.create(ReactorTracking.watch(group, Duration.ofSeconds(1)), 1)
                    .expectNextCount(1)
                    .then(() -> time.advanceTimeBy(Duration.ofSeconds(10)))
                    .then(group::close)
                    .thenRequest(1)
                    .assertNext(last -> assertThat(last.isClosed()).isTrue())
                    .verifyComplete();
        }

        @Test
        void mustNotBeEndlessInNoTime() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> ReactorTracking.watch(group, Duration.ZERO))
                    .withMessage("every must be positive, but was PT0S");
        }
    }

    @Nested
    class Spawning {

        @Test
        void startsTheTaskWhenItIsAdmittedAndAJoinGetsItsOutcome() {
            TaskGroup narrow = TaskGroup.builder("narrow")
                    .executor(Runnable::run)
                    .admission(Admission.concurrency(1))
                    .build();
            Sinks.One<String> first = Sinks.one();
            TaskHandle<String> running = spawn(narrow, first.asMono());
            TaskHandle<String> queued = spawn(narrow, Mono.just("second").name("reminder"));
            assertThat(queued.isFinished()).isFalse();
            assertThat(queued.name()).isEqualTo("reminder");
            assertThat(running.name()).isEqualTo("narrow");
            assertThat(queued.id()).isGreaterThan(running.id());
            first.tryEmitValue("first");
            StepVerifier.create(running.join()).expectNext("first").verifyComplete();
            StepVerifier.create(queued.join()).expectNext("second").verifyComplete();
            assertThat(narrow.counts()).isEqualTo(TaskCounts.none().with(Outcome.SUCCEEDED, 2));
        }

        @Test
        void canBeAbortedWhileQueuedWhileRunningAndNoMoreAfterItsEnd() {
            TaskGroup narrow = TaskGroup.builder("narrow")
                    .executor(Runnable::run)
                    .admission(Admission.concurrency(1))
                    .build();
            TaskHandle<String> running = spawn(narrow, Mono.never());
            TaskHandle<String> queued = spawn(narrow, Mono.just("never"));
            assertThat(queued.abort()).isTrue();
            StepVerifier.create(queued.join()).verifyError(TaskCancelledException.class);
            assertThat(running.abort()).isTrue();
            StepVerifier.create(running.join()).verifyError(TaskCancelledException.class);
            assertThat(running.abort()).isFalse();
            assertThat(narrow.counts()).isEqualTo(TaskCounts.none().with(Outcome.CANCELLED, 2));
            TaskHandle<String> ended = spawn(narrow, Mono.just("shipped"));
            assertThat(ended.abort()).isFalse();
        }

        @Test
        void givesATaskItsTokenSoThatItSeesItsOwnAbort() {
            AtomicReference<@Nullable CancellationToken> seen = new AtomicReference<>();
            TaskHandle<String> task = spawn(group, TaskOptions.named("ship"), token -> {
                seen.set(token);
                return Mono.never();
            });
            CancellationToken token = Objects.requireNonNull(seen.get());
            assertThat(token.isCancelled()).isFalse();
            task.abort();
            assertThat(token.isCancelled()).isTrue();
            assertThat(task.name()).isEqualTo("ship");
            assertThat(group.cancellationToken().isCancelled()).isFalse();
            spawn(group, anotherToken -> Mono.just("done"));
            assertThat(group.counts())
                    .isEqualTo(TaskCounts.none().with(Outcome.SUCCEEDED, 1).with(Outcome.CANCELLED, 1));
        }

        @Test
        void dropsAnErrorIfThereIsNoJoin() {
            spawn(group, Mono.error(failure));
            assertThat(dropped.takeErrors()).containsExactly(failure);
            assertThat(group.counts().failed()).isOne();
        }

        @Test
        void countsABodyThatThrowsAsFailed() {
            TaskHandle<String> task = spawn(group, token -> {
                throw failure;
            });
            StepVerifier.create(task.join()).verifyErrorMatches(failure::equals);
            assertThat(dropped.takeErrors()).containsExactly(failure);
            assertThat(group.counts()).isEqualTo(TaskCounts.none().with(Outcome.FAILED, 1));
        }

        @Test
        void isRefusedAtTheCallByAGroupThatIsClosedOrCancelled() {
            group.close();
            assertThatThrownBy(() -> spawn(group, Mono.just("late"))).isInstanceOf(GroupClosedException.class);
            group.cancel();
            assertThatThrownBy(() -> spawn(group, Mono.just("late"))).isInstanceOf(TaskCancelledException.class);
        }
    }

    @Test
    @SuppressWarnings("NullAway")
    void nothingMayBeNull() {
        assertThatNullPointerException().isThrownBy(() -> ReactorTracking.closeAndDrain(null));
        assertThatNullPointerException().isThrownBy(() -> ReactorTracking.whenDrained((TaskGroup) null));
        assertThatNullPointerException().isThrownBy(() -> ReactorTracking.shutdown(group, null));
        assertThatNullPointerException().isThrownBy(() -> ReactorTracking.watch(group, null));
        assertThatNullPointerException().isThrownBy(() -> ReactorTracking.timer(null));
        assertThatNullPointerException().isThrownBy(() -> spawn(group, (Mono<String>) null));
        assertThatNullPointerException().isThrownBy(() -> spawn(group, null, token -> Mono.empty()));
    }
}
