// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import static io.reactivetracker.TaskOptions.childOf;
import static io.reactivetracker.TaskOptions.named;
import static io.reactivetracker.TaskOptions.timeout;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.reactivetracker.Registration;
import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskTimeoutException;
import io.reactivetracker.TaskTimer;
import io.reactivetracker.TaskToken;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.test.ManualTimer;
import io.reactivetracker.test.UncaughtFailures;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of a task whose time limit is over. */
class TimeLimitTest {

    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration LIMIT = Duration.ofSeconds(4);
    private static final Duration ABSURD = Duration.ofSeconds(Long.MAX_VALUE);

    private final ManualTimer timer = new ManualTimer();

    private TaskGroupBuilder builder() {
        return DirectGroups.builder("orders").timer(timer);
    }

    private static HeldWork held(TaskGroup group, TaskOptions options) {
        return HeldWork.in(group, options);
    }

    private static TaskCounts timedOut(int number) {
        return TaskCounts.none().with(Outcome.TIMED_OUT, number);
    }

    private static Throwable errorOf(HeldWork work) {
        return HeldWork.errorOf(work.future());
    }

    // ---- what the task was doing

    @Test
    void aTaskThatRunsForTooLongIsCancelled() {
        TaskGroup group = builder().timeout(LIMIT).build();
        HeldWork ship = held(group, named("ship"));
        timer.advance(LIMIT.minusNanos(1));
        assertThat(ship.future()).isNotDone();

        timer.advance(Duration.ofNanos(1));

        assertThat(errorOf(ship))
                .isExactlyInstanceOf(TaskTimeoutException.class)
                .isInstanceOf(TaskCancelledException.class)
                .hasMessage(
                        "task \"ship\" #" + ship.task().id() + " of group \"orders\" timed out after 4.0 s, while it"
                                + " was running: its limit is 4.0 s. Find out what it waits for, or raise the limit")
                .hasNoCause();
        assertThat(errorOf(ship).getStackTrace()).isEmpty();
        assertThat(ship.task().cancellationToken().cause()).isSameAs(errorOf(ship));

        // A stage cannot be stopped, so it counts until it ends.
        assertThat(group.counts()).isEqualTo(TaskCounts.none().withActive(1));
        ship.succeed();
        assertThat(group.counts()).isEqualTo(timedOut(1));
    }

    @Test
    void aTaskThatWaitsForTooLongLeavesTheQueue() {
        TaskGroup group =
                builder().timeout(LIMIT).admission(Admission.concurrency(1)).build();
        HeldWork running = held(group, named("running"));
        timer.advance(SECOND);
        HeldWork queued = held(group, named("queued"));
        running.succeed();
        HeldWork next = held(group, named("next"));
        timer.advance(LIMIT);

        assertThat(queued.attempts()).isEqualTo(1);
        assertThat(next.attempts()).isZero();
        assertThat(errorOf(next))
                .isExactlyInstanceOf(TaskTimeoutException.class)
                .hasMessageContaining("timed out after 4.0 s, while it was queued: its limit is 4.0 s."
                        + " Admit more tasks at a time, or send less, or raise the limit");
        queued.succeed();
        assertThat(group.counts())
                .isEqualTo(TaskCounts.none().with(Outcome.SUCCEEDED, 1).with(Outcome.TIMED_OUT, 2));

        // The permit is free.
        HeldWork last = held(group, named("last"));
        last.succeed();
        assertThat(last.future()).isCompleted();
    }

    @Test
    void aTaskThatWaitsForItsRetryNamesTheFailureOfItsLastAttempt() {
        TaskGroup group = builder()
                .timeout(LIMIT)
                .onError(ErrorPolicy.retry(9, Backoff.fixed(Duration.ofSeconds(3))))
                .build();
        HeldWork ship = held(group, named("ship"));
        IllegalStateException first = new IllegalStateException("no stock");
        ship.fail(first);
        timer.advance(Duration.ofSeconds(3));
        assertThat(ship.attempts()).isEqualTo(2);
        IllegalStateException second = new IllegalStateException("still no stock");
        ship.fail(second);

        timer.advance(SECOND);

        assertThat(errorOf(ship))
                .isExactlyInstanceOf(TaskTimeoutException.class)
                .hasMessageContaining("timed out after 4.0 s, while it waited for attempt 3: its limit is 4.0 s."
                        + " Retry sooner, or raise the limit")
                .hasCause(second);
        assertThat(group.counts()).isEqualTo(timedOut(1));
        assertThat(timer.pending()).isZero();
        timer.advance(LIMIT);
        assertThat(ship.attempts()).isEqualTo(2);
    }

    @Test
    void aRetryThatRunsIsNotOneThatWaits() {
        TaskGroup group = builder()
                .timeout(LIMIT)
                .onError(ErrorPolicy.retry(9, Backoff.fixed(SECOND)))
                .build();
        HeldWork ship = held(group, named("ship"));
        ship.fail(new IllegalStateException("no stock"));
        timer.advance(LIMIT);

        assertThat(ship.attempts()).isEqualTo(2);
        assertThat(errorOf(ship)).hasMessageContaining("while it was running").hasMessageContaining("4.0 s");
    }

    @Test
    void shortLimitsAreInMilliseconds() {
        TaskGroup group = builder().timeout(Duration.ofMillis(250)).build();
        HeldWork ship = held(group, named("ship"));
        timer.advance(Duration.ofMillis(250));
        assertThat(errorOf(ship)).hasMessageContaining("after 250 ms").hasMessageContaining("its limit is 250 ms");
    }

    // ---- which limit applies

    @Test
    void theShorterOfTheLimitsOfGroupAndTaskApplies() {
        TaskGroup group = builder().timeout(LIMIT).build();
        HeldWork shorter = held(group, timeout(SECOND));
        HeldWork longer = held(group, timeout(Duration.ofSeconds(9)));

        timer.advance(SECOND);
        assertThat(shorter.future()).isDone();
        assertThat(longer.future()).isNotDone();

        timer.advance(Duration.ofSeconds(3));
        assertThat(errorOf(longer)).hasMessageContaining("its limit is 4.0 s");
    }

    @Test
    void aTaskCanHaveALimitThoughItsGroupHasNone() {
        TaskGroup group = builder().build();
        HeldWork ship = held(group, named("ship").and(timeout(LIMIT)));
        HeldWork bill = held(group, named("bill"));
        timer.advance(Duration.ofDays(1));

        assertThat(errorOf(ship)).isInstanceOf(TaskTimeoutException.class);
        assertThat(bill.future()).isNotDone();
    }

    @Test
    void aChildGroupHasTheLimitOfItsParentAndCanOnlyShortenIt() {
        TaskGroup parent = builder().timeout(LIMIT).build();
        HeldWork same = held(parent.child("same"), named("same"));
        HeldWork shorter = held(parent.childBuilder("shorter").timeout(SECOND).build(), named("shorter"));
        HeldWork longer =
                held(parent.childBuilder("longer").timeout(Duration.ofDays(1)).build(), named("longer"));
        HeldWork none = held(parent.childBuilder("none").timeout(ABSURD).build(), named("none"));

        timer.advance(SECOND);
        assertThat(shorter.future()).isDone();
        assertThat(same.future()).isNotDone();

        timer.advance(Duration.ofSeconds(3));
        assertThat(List.of(same.future(), longer.future(), none.future())).allMatch(CompletableFuture::isDone);
    }

    @Test
    void aChildTaskEndsNoLaterThanItsParent() {
        TaskGroup group = builder().build();
        HeldWork parent = held(group, named("parent").and(timeout(LIMIT)));
        timer.advance(SECOND);
        HeldWork child = held(group, named("child").and(childOf(parent.task())));
        HeldWork quick = held(group, childOf(parent.task()).and(timeout(SECOND)));
        HeldWork grandchild = held(group, childOf(child.task()).and(timeout(Duration.ofDays(1))));
        assertThat(child.task().remaining()).isEqualTo(Duration.ofSeconds(3));

        timer.advance(SECOND);
        assertThat(errorOf(quick)).hasMessageContaining("its limit is 1.0 s");
        timer.advance(Duration.ofSeconds(2));

        assertThat(errorOf(parent)).hasMessageContaining("its limit is 4.0 s");
        assertThat(errorOf(child))
                .hasMessageContaining(
                        "timed out after 3.0 s, while it was running: its parent had 3.0 s left when it was issued");
        assertThat(errorOf(grandchild)).isInstanceOf(TaskTimeoutException.class);
    }

    @Test
    void aTaskThatABodyStartsIsItsChild() {
        TaskGroup group = builder().build();
        List<HeldWork> child = new ArrayList<>();
        var parent = group.submit(named("parent").and(timeout(LIMIT)), task -> {
            child.add(held(group, named("child")));
            return new CompletableFuture<>();
        });
        timer.advance(LIMIT);

        assertThat(parent).isCompletedExceptionally();
        assertThat(errorOf(child.get(0))).isInstanceOf(TaskTimeoutException.class);
    }

    @Test
    void aChildInATreeWithAnotherTimerHasTheTimeThatItsParentHasLeft() {
        ManualTimer other = new ManualTimer();
        TaskGroup elsewhere = DirectGroups.builder("elsewhere").timer(other).build();
        HeldWork parent = held(builder().timeout(LIMIT).build(), named("parent"));
        timer.advance(SECOND);
        HeldWork child = held(elsewhere, childOf(parent.task()));

        timer.advance(Duration.ofDays(1));
        assertThat(child.future()).isNotDone();
        other.advance(Duration.ofSeconds(3));
        assertThat(errorOf(child)).isInstanceOf(TaskTimeoutException.class);
    }

    @Test
    void aChildOfATaskWhoseLimitIsOverNeverRuns() {
        TaskGroup group = builder().admission(Admission.concurrency(2)).build();
        HeldWork parent = held(group, timeout(LIMIT));
        timer.advance(LIMIT);
        HeldWork child = held(group, named("child").and(childOf(parent.task())));

        assertThat(child.attempts()).isZero();
        assertThat(errorOf(child)).isInstanceOf(TaskTimeoutException.class);
        assertThat(group.counts()).isEqualTo(timedOut(1).withActive(1));
        parent.succeed();
        assertThat(group.counts()).isEqualTo(timedOut(2));
        assertThat(timer.pending()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT0S", "PT-1S"})
    void aLimitIsPositive(String text) {
        Duration wrong = Duration.parse(text);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TaskOptions.timeout(wrong))
                .withMessage("timeout must be positive, but was " + wrong);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().timeout(wrong))
                .withMessage("timeout must be positive, but was " + wrong);
    }

    @Test
    @SuppressWarnings("NullAway")
    void aLimitIsNotNull() {
        assertThatNullPointerException()
                .isThrownBy(() -> TaskOptions.timeout(null))
                .withMessage("timeout must not be null");
        assertThatNullPointerException()
                .isThrownBy(() -> builder().timeout(null))
                .withMessage("timeout must not be null");
    }

    @Test
    void anAbsurdLimitIsNone() {
        TaskGroup group = builder().timeout(ABSURD).build();
        HeldWork ship = held(group, timeout(ABSURD));

        assertThat(timer.pending()).isZero();
        assertThat(ship.task().remaining()).isGreaterThan(Duration.ofDays(365 * 140));
        timer.advance(Duration.ofDays(365 * 100));
        assertThat(ship.future()).isNotDone();
    }

    @Test
    void aTrackerRefusesALimitSinceItCannotCancel() {
        TaskTracker tracker = TaskTracker.create("imports");
        String message = "timeout must not be given, but was PT4S: tracker \"imports\" cannot cancel its tasks. Use a"
                + " TaskGroup, which can, or the timeout of your library";

        assertThatIllegalArgumentException()
                .isThrownBy(() -> tracker.submitBlocking(named("import").and(timeout(LIMIT)), () -> "never"))
                .withMessage(message);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new TaskToken(tracker, timeout(LIMIT)) {})
                .withMessage(message);
        assertThat(tracker.size()).isZero();
    }

    // ---- the time that is left

    @Test
    void theTimeThatIsLeftIsNeverNegative() {
        HeldWork ship = held(builder().timeout(LIMIT).build(), named("ship"));
        assertThat(ship.task().remaining()).isEqualTo(LIMIT);
        timer.advance(SECOND);
        assertThat(ship.task().remaining()).isEqualTo(Duration.ofSeconds(3));
        timer.advance(Duration.ofDays(1));
        assertThat(ship.task().remaining()).isZero();
    }

    @Test
    void aTaskWithoutALimitHasMoreTimeThanAnyClientNeeds() {
        HeldWork ship = held(builder().build(), named("ship"));
        assertThat(ship.task().remaining()).isGreaterThan(Duration.ofDays(365 * 140));
        // Clients convert it.
        assertThat(ship.task().remaining().toNanos()).isPositive();
    }

    // ---- which end is the first

    @Test
    void aTaskThatEndsInTimeHasNoAlarmLeft() {
        TaskGroup group =
                builder().timeout(LIMIT).admission(Admission.concurrency(2, 0)).build();
        HeldWork succeeds = held(group, named("succeeds"));
        HeldWork fails = held(group, named("fails"));
        HeldWork rejected = held(group, named("rejected"));
        assertThat(rejected.future()).isCompletedExceptionally();
        succeeds.succeed();
        fails.fail(new IllegalStateException("failed"));
        HeldWork cancelled = held(group, named("cancelled"));
        cancelled.future().cancel(true);
        cancelled.succeed();

        assertThat(timer.pending()).isZero();
        timer.advance(LIMIT);
        assertThat(group.counts())
                .isEqualTo(TaskCounts.none()
                        .with(Outcome.SUCCEEDED, 1)
                        .with(Outcome.FAILED, 1)
                        .with(Outcome.CANCELLED, 1)
                        .with(Outcome.REJECTED, 1));
    }

    @Test
    void aCancelThatComesFirstIsTheOutcome() {
        TaskGroup group = builder().timeout(LIMIT).build();
        HeldWork ship = held(group, named("ship"));
        IllegalStateException reason = new IllegalStateException("not needed");
        group.cancel(reason);
        timer.advance(LIMIT);

        assertThat(errorOf(ship))
                .isExactlyInstanceOf(TaskCancelledException.class)
                .hasCause(reason);
        assertThat(ship.task().cancellationToken().cause()).isSameAs(reason);
        ship.succeed();
        assertThat(group.counts()).isEqualTo(TaskCounts.none().with(Outcome.CANCELLED, 1));
    }

    @Test
    void aTimeOutThatComesFirstIsTheOutcome() {
        TaskGroup group = builder().timeout(LIMIT).build();
        HeldWork ship = held(group, named("ship"));
        timer.advance(LIMIT);
        group.cancel(new IllegalStateException("not needed"));

        assertThat(errorOf(ship)).isExactlyInstanceOf(TaskTimeoutException.class);
        assertThat(ship.task().cancellationToken().cause()).isSameAs(errorOf(ship));
        ship.succeed();
        assertThat(group.counts()).isEqualTo(timedOut(1));
    }

    @Test
    void theReportOfAShutdownCountsIt() {
        TaskGroup group = builder().timeout(LIMIT).build();
        HeldWork ship = held(group, named("ship"));
        HeldWork bill = held(group, named("bill"));
        CompletableFuture<ShutdownReport> report = group.shutdown(Shutdown.grace(Duration.ofSeconds(9)));
        timer.advance(LIMIT);
        bill.succeed();
        timer.advance(Duration.ofSeconds(9));

        assertThat(ship.future()).isDone();
        assertThat(report.join().timedOut()).isEqualTo(1);
        assertThat(report.join().cancelled()).isZero();
        assertThat(report.join().stuck()).hasSize(1);
    }

    // ---- policies, limits and waits

    @Test
    void thePolicyIsNotAsked() {
        List<Throwable> asked = new ArrayList<>();
        TaskGroup group = builder()
                .timeout(LIMIT)
                .onError(failure -> {
                    asked.add(failure.error());
                    return Decision.cancelGroup();
                })
                .build();
        HeldWork ship = held(group, named("ship"));
        timer.advance(LIMIT);
        ship.fail(new IllegalStateException("after the limit"));

        assertThat(asked).isEmpty();
        assertThat(group.cancellationToken().isCancelled()).isFalse();
        assertThat(group.counts()).isEqualTo(timedOut(1));
    }

    @Test
    void theTimeOutOfAnotherTaskIsAFailureThatCanBeRetried() {
        TaskGroup calls = builder().timeout(SECOND).build();
        TaskGroup group = DirectGroups.builder("parents")
                .timer(timer)
                .onError(ErrorPolicy.retry(1, Backoff.none()))
                .build();
        List<HeldWork> started = new ArrayList<>();
        var parent = group.submit("parent", task -> {
            started.add(held(calls, named("call")));
            return started.get(started.size() - 1).future();
        });
        timer.advance(SECOND);
        assertThat(started).hasSize(2);
        started.get(1).succeed();

        assertThat(parent).isCompletedWithValue("done");
        assertThat(group.counts()).isEqualTo(TaskCounts.none().with(Outcome.SUCCEEDED, 1));
    }

    @Test
    void anAdaptiveLimitFalls() {
        AdaptiveLimit limit = Admission.adaptive(1, 100, Duration.ofSeconds(60));
        TaskGroup group = builder().timeout(LIMIT).admission(limit).build();
        held(group, named("quick")).succeed();
        assertThat(limit.limit()).isEqualTo(2);
        HeldWork slow = held(group, named("slow"));
        timer.advance(LIMIT);
        slow.succeed();

        assertThat(limit.limit()).isEqualTo(1);
    }

    @Test
    void aTokenIsCountedAsTimedOutWhenItIsClosed() {
        TaskGroup group = builder().timeout(LIMIT).build();
        TaskToken late = group.token("late");
        TaskToken inTime = group.token("in time");
        timer.advance(SECOND);
        inTime.close();
        timer.advance(LIMIT);
        assertThat(group.counts().active()).isOne();
        late.close();

        assertThat(group.counts()).isEqualTo(timedOut(1).with(Outcome.SUCCEEDED, 1));
        assertThat(timer.pending()).isZero();
    }

    @Test
    void aCommandOfAnExecutorIsCountedAsTimedOutWhenItReturns() {
        TaskGroup group = builder().timeout(LIMIT).build();
        group.wrap(Runnable::run).execute(() -> timer.advance(LIMIT));
        assertThat(group.counts()).isEqualTo(timedOut(1));
    }

    @Test
    void aStageThatTheGroupDoesNotRunIsCountedAsItEnds() {
        TaskGroup group = builder().timeout(LIMIT).build();
        CompletableFuture<String> stage = new CompletableFuture<>();
        var tracked = group.track(stage).toCompletableFuture();
        timer.advance(LIMIT);
        stage.complete("done");

        assertThat(tracked).isCompletedWithValue("done");
        assertThat(group.counts()).isEqualTo(TaskCounts.none().with(Outcome.SUCCEEDED, 1));
    }

    @Test
    void aBlockingBodyIsInterruptedAndCountedUntilItReturns() throws InterruptedException {
        TaskGroup group = builder().timeout(LIMIT).build();
        CountDownLatch began = new CountDownLatch(1);
        CountDownLatch mayReturn = new CountDownLatch(1);
        var ship = group.submitBlocking("ship", () -> {
            began.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException interrupted) {
                mayReturn.await();
            }
            return "done";
        });
        began.await();
        timer.advance(LIMIT);

        assertThat(ship.handle((done, failure) -> failure).join()).isInstanceOf(TaskTimeoutException.class);
        assertThat(group.counts()).isEqualTo(TaskCounts.none().withActive(1));
        mayReturn.countDown();
        await().untilAsserted(() -> assertThat(group.counts()).isEqualTo(timedOut(1)));
    }

    // ---- timers and executors that break their contract

    /** A timer that does as the test says. */
    private abstract static class BrokenTimer implements TaskTimer {

        private final ManualTimer time = new ManualTimer();

        @Override
        public long nanoTime() {
            return time.nanoTime();
        }
    }

    private static TaskTimer refusing() {
        return new BrokenTimer() {
            @Override
            public Registration schedule(Duration delay, Runnable action) {
                throw new RejectedExecutionException("the timer is shut down");
            }
        };
    }

    @SuppressWarnings("NullAway")
    private static TaskTimer returningNull() {
        return new BrokenTimer() {
            @Override
            public Registration schedule(Duration delay, Runnable action) {
                return null;
            }
        };
    }

    @Test
    void theSystemsTimerReplacesOneThatRefuses() {
        for (TaskTimer broken : List.of(refusing(), returningNull())) {
            try (UncaughtFailures uncaught = new UncaughtFailures()) {
                TaskGroup group =
                        builder().timer(broken).timeout(Duration.ofMillis(1)).build();
                HeldWork ship = held(group, named("ship"));
                await().until(() -> ship.future().isDone());

                assertThat(errorOf(ship)).isInstanceOf(TaskTimeoutException.class);
                assertThat(uncaught.seen).hasSize(1);
                ship.succeed();
                assertThat(group.counts()).isEqualTo(timedOut(1));
                assertThat(group.closeAndDrain().isDone()).isTrue();
            }
        }
    }

    @Test
    void aTimerThatRunsTheActionWhileItSchedulesItEndsTheTaskBeforeItRuns() {
        TaskGroup group = builder()
                .timer(new BrokenTimer() {
                    @Override
                    public Registration schedule(Duration delay, Runnable action) {
                        action.run();
                        return Registration.none();
                    }
                })
                .timeout(LIMIT)
                .build();
        HeldWork ship = held(group, named("ship"));

        assertThat(ship.attempts()).isZero();
        assertThat(errorOf(ship)).isInstanceOf(TaskTimeoutException.class);
        assertThat(group.counts()).isEqualTo(timedOut(1));
    }

    @Test
    void aTimerThatRingsTwiceCancelsOnce() {
        List<Runnable> actions = new ArrayList<>();
        TaskGroup group = builder()
                .timer(new BrokenTimer() {
                    @Override
                    public Registration schedule(Duration delay, Runnable action) {
                        actions.add(action);
                        return Registration.none();
                    }
                })
                .timeout(LIMIT)
                .build();
        HeldWork ship = held(group, named("ship"));
        HeldWork bill = held(group, named("bill"));
        bill.succeed();
        actions.forEach(Runnable::run);
        Throwable first = errorOf(ship);
        actions.forEach(Runnable::run);
        ship.succeed();

        assertThat(errorOf(ship)).isSameAs(first);
        assertThat(bill.task().cancellationToken().isCancelled()).isFalse();
        assertThat(group.counts()).isEqualTo(timedOut(1).with(Outcome.SUCCEEDED, 1));
    }

    @Test
    void anAlarmThatCannotBeClosedIsReported() {
        try (UncaughtFailures uncaught = new UncaughtFailures()) {
            TaskGroup group = builder()
                    .timer(new BrokenTimer() {
                        @Override
                        public Registration schedule(Duration delay, Runnable action) {
                            return () -> {
                                throw new IllegalStateException("cannot be closed");
                            };
                        }
                    })
                    .timeout(LIMIT)
                    .build();
            HeldWork ship = held(group, named("ship"));
            ship.succeed();

            assertThat(ship.future()).isCompletedWithValue("done");
            assertThat(uncaught.seen).singleElement().isInstanceOf(IllegalStateException.class);
            assertThat(group.counts()).isEqualTo(TaskCounts.none().with(Outcome.SUCCEEDED, 1));
        }
    }

    @Test
    void aClockThatThrowsRefusesTheTaskAndKeepsNoneFromTimingOut() {
        AtomicInteger goodReadings = new AtomicInteger(Integer.MAX_VALUE);
        TaskGroup group = builder()
                .timer(new TaskTimer() {
                    @Override
                    public long nanoTime() {
                        if (goodReadings.getAndDecrement() <= 0) {
                            throw new IllegalStateException("no time");
                        }
                        return timer.nanoTime();
                    }

                    @Override
                    public Registration schedule(Duration delay, Runnable action) {
                        return timer.schedule(delay, action);
                    }
                })
                .timeout(LIMIT)
                .admission(Admission.concurrency(1))
                .build();
        // The task is counted between the first reading, that of the time of issue, and the second.
        for (int readings : List.of(0, 1)) {
            goodReadings.set(readings);
            assertThatThrownBy(() -> held(group, named("ship"))).hasMessage("no time");
            assertThat(group.counts()).isEqualTo(TaskCounts.none());
        }
        goodReadings.set(2);
        HeldWork ship = held(group, named("ship"));
        assertThat(ship.attempts()).isOne();
        try (UncaughtFailures uncaught = new UncaughtFailures()) {
            timer.advance(LIMIT);
            assertThat(uncaught.seen).singleElement().isInstanceOf(IllegalStateException.class);
        }
        assertThat(errorOf(ship)).hasMessageContaining("timed out after 4.0 s");
        ship.succeed();
        assertThat(group.closeAndDrain().isDone()).isTrue();
    }

    @Test
    void noCodeOfTheApplicationRunsOnTheThreadOfTheTimer() {
        Queue<Runnable> bodies = new ArrayDeque<>();
        TaskGroup group =
                builder().executor(bodies::add).timeout(Duration.ofHours(1)).build();
        List<Thread> threads = new CopyOnWriteArrayList<>();
        HeldWork ship = held(group, named("ship"));
        ship.task().cancellationToken().onCancel(() -> threads.add(Thread.currentThread()));
        CompletableFuture<String> told =
                ship.future().whenComplete((done, error) -> threads.add(Thread.currentThread()));
        Thread ringing = new Thread(() -> timer.advance(Duration.ofHours(1)));
        ringing.start();
        await().until(() -> !ringing.isAlive());

        // The task is cancelled by now, and its actions are steps of the executor or of a thread of the library.
        assertThat(ship.task().cancellationToken().isCancelled()).isTrue();
        bodies.forEach(Runnable::run);
        await().until(() -> told.isDone() && threads.size() == 2);
        assertThat(threads).doesNotContain(ringing);
    }

    @Test
    void anExecutorThatRefusesDropsOrBlocksDoesNotKeepATaskFromTimingOut() {
        List<TaskGroupBuilder> builders = List.of(
                builder().executor(body -> {
                    throw new RejectedExecutionException("full");
                }),
                builder().executor(body -> {}));
        for (TaskGroupBuilder each : builders) {
            TaskGroup group = each.timeout(LIMIT).build();
            HeldWork ship = held(group, named("ship"));
            timer.advance(LIMIT);
            await().until(() -> ship.future().isDone());

            assertThat(errorOf(ship)).isInstanceOf(TaskTimeoutException.class);
            ship.succeed();
            assertThat(group.counts()).isEqualTo(timedOut(1));
        }
    }

    @Test
    void anActionOfOneTaskThatBlocksDelaysNoOtherTask() throws InterruptedException {
        TaskGroup group =
                TaskGroup.builder("orders").timer(timer).timeout(LIMIT).build();
        CountDownLatch mayEnd = new CountDownLatch(1);
        HeldWork stubborn = held(group, named("stubborn"));
        stubborn.task().cancellationToken().onCancel(() -> {
            try {
                mayEnd.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        HeldWork ship = held(group, named("ship"));
        timer.advance(LIMIT);

        await().until(() -> ship.future().isDone());
        mayEnd.countDown();
        await().until(() -> stubborn.future().isDone());
    }
}
