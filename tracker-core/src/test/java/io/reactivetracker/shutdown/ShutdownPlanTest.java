// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.shutdown;

import static java.util.concurrent.CompletableFuture.completedFuture;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;
import static org.awaitility.Awaitility.await;

import io.reactivetracker.Registration;
import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskTimer;
import io.reactivetracker.TaskToken;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.group.CancelledTask;
import io.reactivetracker.group.TaskGroup;
import io.reactivetracker.shutdown.PhaseTaskReport.State;
import io.reactivetracker.test.ManualTimer;
import io.reactivetracker.test.UncaughtFailures;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@NullUnmarked // it sets fields before each test, and passes null to show what happens
@Timeout(60)
class ShutdownPlanTest {

    private static final Duration SECOND = Duration.ofSeconds(1);

    private final ManualTimer timer = new ManualTimer();
    private final List<String> events = new CopyOnWriteArrayList<>();

    private ShutdownPlanBuilder plan(int seconds) {
        return ShutdownPlan.within(Duration.ofSeconds(seconds)).timer(timer);
    }

    private ShutdownTask says(String event) {
        return context -> {
            events.add(event);
            return null;
        };
    }

    private static ShutdownTask hangs(CountDownLatch hung) {
        return context -> {
            hung.countDown();
            return new CompletableFuture<>();
        };
    }

    @Test
    void aPhaseStartsAfterThePhasesThatItNames() {
        ShutdownPlanReport report = plan(10).phase(
                        "last", phase -> phase.after("left", "right").task("t", says("last")))
                .phase("left", phase -> phase.after("first").task("t", says("middle")))
                .phase("right", phase -> phase.after("first").task("t", says("middle")))
                .phase("first", phase -> phase.task("t", says("first")))
                .build()
                .run("test")
                .join();

        assertThat(events).containsExactly("first", "middle", "middle", "last");
        assertThat(report.isComplete()).isTrue();
        assertThat(report.phases()).extracting(PhaseReport::name).containsExactly("first", "left", "right", "last");
        assertThat(timer.pending()).isZero();
    }

    @Test
    void phasesAndTasksThatDoNotDependOnEachOtherRunAtTheSameTime() {
        CyclicBarrier together = new CyclicBarrier(3);
        ShutdownTask meets = context -> {
            together.await();
            return null;
        };

        assertThat(plan(10).phase("one", phase -> phase.task("a", meets).task("b", meets))
                        .phase("two", phase -> phase.task("c", meets))
                        .build()
                        .run("test")
                        .join()
                        .isComplete())
                .isTrue();
    }

    @Test
    void aPhaseThatHangsCannotUseTheTimeThatALaterPhaseReserves() throws Exception {
        CountDownLatch hung = new CountDownLatch(1);
        CompletableFuture<Duration> remaining = new CompletableFuture<>();
        CompletableFuture<ShutdownPlanReport> report = plan(30).phase(
                        "hangs", phase -> phase.reserve(Duration.ZERO).task("never", hangs(hung)))
                .phase(
                        "close",
                        phase -> phase.after("hangs")
                                .reserve(SECOND.multipliedBy(10))
                                .task("t", context -> {
                                    remaining.complete(context.remaining());
                                    return null;
                                }))
                .build()
                .run("test");

        hung.await();
        timer.advance(Duration.ofSeconds(20).minusNanos(1));
        assertThat(report).isNotDone();
        timer.advance(Duration.ofNanos(1));

        assertThat(remaining.join()).isEqualTo(Duration.ofSeconds(10));
        assertThat(report.join().isComplete()).isFalse();
        assertThat(report.join().phases().get(0).took()).isEqualTo(Duration.ofSeconds(20));
        assertThat(report.join().phases().get(0).tasks())
                .singleElement()
                .satisfies(task -> assertThat(task.state()).isEqualTo(State.ABANDONED));
        assertThat(report.join().phases().get(1).isComplete()).isTrue();
    }

    @Test
    void everyPhaseMayHangAndThePlanEndsWithItsBudget() throws Exception {
        CountDownLatch first = new CountDownLatch(1);
        CountDownLatch second = new CountDownLatch(1);
        CompletableFuture<ShutdownPlanReport> report = plan(9).phase(
                        "a", phase -> phase.reserve(SECOND.multipliedBy(4)).task("t", hangs(first)))
                .phase(
                        "b",
                        phase ->
                                phase.after("a").reserve(SECOND.multipliedBy(5)).task("t", hangs(second)))
                .build()
                .run("test");

        first.await();
        timer.advance(SECOND.multipliedBy(4));
        second.await();
        timer.advance(SECOND.multipliedBy(5));

        assertThat(report.join().took()).isEqualTo(SECOND.multipliedBy(9));
    }

    @Test
    void timeThatAPhaseDoesNotNeedIsForThePhasesAfterIt() {
        ShutdownPlanReport report = plan(10).phase(
                        "short", phase -> phase.reserve(SECOND.multipliedBy(8)).task("t", says("short")))
                .phase("long", phase -> phase.after("short").reserve(SECOND).task("t", says("long")))
                .build()
                .run("test")
                .join();

        assertThat(report.phases())
                .extracting(PhaseReport::limit)
                .containsExactly(SECOND.multipliedBy(9), SECOND.multipliedBy(10));
    }

    @Test
    void aTimeoutLimitsAPhaseThatCouldHaveMoreTime() throws Exception {
        CountDownLatch hung = new CountDownLatch(1);
        CompletableFuture<ShutdownPlanReport> report = plan(30).phase(
                        "hangs", phase -> phase.timeout(SECOND).task("never", hangs(hung)))
                .build()
                .run("test");

        hung.await();
        timer.advance(SECOND);

        assertThat(report.join().took()).isEqualTo(SECOND);
    }

    @Test
    void phasesThatReserveNothingShareWhatIsLeftEqually() {
        ShutdownPlanReport report = plan(30).phase("a", phase -> phase.task("t", says("a")))
                .phase(
                        "b",
                        phase -> phase.after("a")
                                .reserve(SECOND.multipliedBy(10))
                                .task("t", says("b")))
                .phase("c", phase -> phase.after("b").task("t", says("c")))
                .phase("aside", phase -> phase.after("a").task("t", says("aside")))
                .build()
                .run("test")
                .join();

        // a → b → c: 10 of 30 are reserved, so a and c have 10 each; a must leave 20.
        assertThat(report.phases())
                .extracting(phase -> phase.name() + " " + phase.limit().toSeconds())
                .containsExactly("a 10", "b 20", "c 30", "aside 30");
    }

    @Test
    void aPhaseWithoutTimeStillRunsItsTasks() throws Exception {
        CountDownLatch hung = new CountDownLatch(1);
        CountDownLatch closed = new CountDownLatch(1);
        CompletableFuture<ShutdownPlanReport> report = plan(1).phase(
                        "hangs", phase -> phase.reserve(SECOND).task("never", hangs(hung)))
                .phase(
                        "late",
                        phase -> phase.after("hangs").reserve(Duration.ZERO).close("resource", closed::countDown))
                .build()
                .run("test");

        hung.await();
        timer.advance(SECOND);

        closed.await();
        timer.advance(Duration.ZERO);
        assertThat(report.join().phases().get(1).limit()).isZero();
    }

    @Test
    void aTaskThatThrowsStopsNoOtherTaskAndNoLaterPhase() {
        ShutdownPlanReport report = plan(10).phase(
                        "a",
                        phase -> phase.task("throws", context -> {
                                    throw new java.io.IOException("reset");
                                })
                                .task("dies", context -> {
                                    throw new StackOverflowError("deep");
                                })
                                .task(
                                        "fails",
                                        context -> CompletableFuture.failedFuture(new IllegalStateException("late")))
                                .task("runs", says("beside")))
                .phase("b", phase -> phase.after("a").task("t", says("after")))
                .build()
                .run("test")
                .join();

        assertThat(events).containsExactly("beside", "after");
        assertThat(report.isComplete()).isFalse();
        assertThat(report.phases().get(0).tasks())
                .extracting(PhaseTaskReport::describe)
                .containsExactly(
                        "throws failed: java.io.IOException: reset",
                        "dies failed: java.lang.StackOverflowError: deep",
                        "fails failed: java.lang.IllegalStateException: late",
                        "runs completed");
    }

    @Test
    void aBodyThatBlocksIsInterruptedWhenTheTimeIsOver() throws Exception {
        CountDownLatch blocks = new CountDownLatch(1);
        CompletableFuture<Throwable> interrupted = new CompletableFuture<>();
        CompletableFuture<ShutdownPlanReport> report = plan(5).phase(
                        "a",
                        phase -> phase.close("client", () -> {
                            blocks.countDown();
                            try {
                                new CountDownLatch(1).await();
                            } catch (InterruptedException e) {
                                interrupted.complete(e);
                                throw e;
                            }
                        }))
                .build()
                .run("test");

        blocks.await();
        timer.advance(SECOND.multipliedBy(5));

        assertThat(interrupted.join()).isInstanceOf(InterruptedException.class);
        assertThat(report.join().toString())
                .isEqualTo(
                        "shutdown (test) took 5.0 s of 5.0 s: not complete\n" + "  a 5.0 s of 5.0 s: client abandoned");
    }

    @Test
    void aStageIsCancelledWhenTheTimeIsOver() throws Exception {
        CountDownLatch returned = new CountDownLatch(1);
        CompletableFuture<Void> stage = new CompletableFuture<>();
        CompletableFuture<ShutdownPlanReport> report = plan(5).phase(
                        "a",
                        phase -> phase.task("stage", context -> {
                            returned.countDown();
                            return stage;
                        }))
                .build()
                .run("test");

        returned.await();
        timer.advance(SECOND.multipliedBy(5));

        report.join();
        await().until(stage::isCancelled);
    }

    @Test
    void aFailureAfterTheTimeIsOverReachesTheUncaughtExceptionHandler() throws Exception {
        CountDownLatch inBody = new CountDownLatch(1);
        AtomicReference<Thread> thread = new AtomicReference<>();
        CompletableFuture<Throwable> uncaught = new CompletableFuture<>();
        CompletableFuture<ShutdownPlanReport> report = plan(5).phase(
                        "a",
                        phase -> phase.task("late", context -> {
                            Thread.currentThread()
                                    .setUncaughtExceptionHandler((it, failure) -> uncaught.complete(failure));
                            thread.set(Thread.currentThread());
                            inBody.countDown();
                            try {
                                new CountDownLatch(1).await();
                            } catch (InterruptedException e) {
                                throw new IllegalStateException("could not flush", e);
                            } finally {
                                events.add("ended");
                            }
                            return null;
                        }))
                .build()
                .run("test");

        inBody.await();
        timer.advance(SECOND.multipliedBy(5));

        assertThat(uncaught.join()).hasMessage("could not flush");
        assertThat(report.join().isComplete()).isFalse();
    }

    @Test
    void aPlanRunsOnceAndEachCallGetsItsReport() {
        AtomicInteger runs = new AtomicInteger();
        ShutdownPlan plan = plan(5).phase(
                        "a",
                        phase -> phase.task("t", context -> {
                            runs.incrementAndGet();
                            return null;
                        }))
                .build();

        ShutdownPlanReport first = plan.run("first").join();
        ShutdownPlanReport second = plan.run("second").join();

        assertThat(second).isSameAs(first);
        assertThat(first.reason()).isEqualTo("first");
        assertThat(runs).hasValue(1);
    }

    @Test
    void cancellingTheFutureOfACallDoesNotAffectThePlan() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        ShutdownPlan plan = plan(5).phase(
                        "a",
                        phase -> phase.task("t", context -> {
                            release.await();
                            return null;
                        }))
                .build();

        plan.run("test").cancel(true);
        release.countDown();

        assertThat(plan.run("test").join().isComplete()).isTrue();
    }

    @Test
    void aTaskMayAskForTheRunThatItIsPartOf() {
        AtomicReference<ShutdownPlan> plan = new AtomicReference<>();
        plan.set(plan(5).phase(
                        "a",
                        phase -> phase.task("t", context -> {
                            assertThat(plan.get().run("again")).isNotDone();
                            return null;
                        }))
                .build());

        assertThat(plan.get().run("test").join().isComplete()).isTrue();
    }

    @Test
    void aTaskReadsTheReasonItsPhaseAndTheTimeThatIsLeft() {
        plan(5).phase(
                        "flush",
                        phase -> phase.task("t", context -> {
                            events.add(context.reason() + " " + context.phase() + " " + context.remaining());
                            return completedFuture(null);
                        }))
                .build()
                .run("deploy")
                .join();

        assertThat(events).containsExactly("deploy flush PT5S");
    }

    @Test
    void aNameOrAMessageForgesNoLineOfTheReport() {
        ShutdownPlanReport report = plan(10).phase(
                        "web\rserver",
                        phase -> phase.task("redis\n", context -> {
                            throw new IllegalStateException("reset\nshutdown (test) took 0.0 s: complete");
                        }))
                .build()
                .run("te\nst")
                .join();

        assertThat(report.toString().lines())
                .hasSize(2)
                .noneMatch(line -> line.chars().anyMatch(Character::isISOControl));
    }

    @Test
    void aTrackerIsClosedAndItsTasksAreWaitedFor() {
        TaskTracker tracker = TaskTracker.create("mails");
        TaskToken token = tracker.token("send");
        CompletableFuture<ShutdownPlanReport> report =
                plan(5).phase("work", phase -> phase.tracker(tracker)).build().run("test");

        await().until(tracker::isClosed);
        assertThat(report).isNotDone();
        token.close();

        assertThat(report.join().isComplete()).isTrue();
    }

    @Test
    void theReportNamesTheTasksThatATrackerStillCounts() {
        TaskTracker tracker = TaskTracker.create("mails");
        TaskToken token = tracker.token("send");
        CompletableFuture<ShutdownPlanReport> report =
                plan(5).phase("work", phase -> phase.tracker(tracker)).build().run("test");

        await().until(tracker::isClosed);
        timer.advance(SECOND.multipliedBy(5));

        assertThat(report.join().toString()).contains("mails abandoned (1 task: send for ");
        token.close();
    }

    @Test
    void aGroupIsCancelledWhenAFifthOfTheTimeIsLeft() {
        TaskGroup group = TaskGroup.builder("orders").timer(timer).build();
        CompletableFuture<String> ended = new CompletableFuture<>();
        CompletionStage<String> unused = group.submit(TaskOptions.named("ship"), context -> {
            context.cancellationToken()
                    .onCancel(() -> ended.completeExceptionally(new IllegalStateException("cancelled")));
            return ended;
        });
        CompletableFuture<ShutdownPlanReport> report =
                plan(10).phase("work", phase -> phase.group(group)).build().run("test");

        // The alarm of the phase, and the two of the group.
        await().until(() -> timer.pending() == 3);
        timer.advance(SECOND.multipliedBy(8).minusNanos(1));
        assertThat(ended).isNotDone();
        timer.advance(Duration.ofNanos(1));

        // The group cancels on a thread of its executor.
        assertThat(report.join().isComplete()).isTrue();
        assertThat(ended).isCompletedExceptionally();
    }

    @Test
    void theReportNamesTheTasksThatAGroupHasCancelled() {
        TaskGroup group = TaskGroup.builder("orders").timer(timer).build();
        CompletableFuture<String> work = new CompletableFuture<>();
        CompletableFuture<String> ship = group.submit(TaskOptions.named("ship"), context -> work);
        CompletableFuture<ShutdownPlanReport> report =
                plan(10).phase("work", phase -> phase.group(group)).build().run("test");

        await().until(() -> timer.pending() == 3);
        timer.advance(SECOND.multipliedBy(8));
        await().until(ship::isDone);
        work.complete("late");

        assertThat(report.join().isComplete()).isTrue();
        assertThat(Objects.requireNonNull(
                                report.join().phases().get(0).tasks().get(0).shutdown())
                        .cancelledTasks())
                .extracting(CancelledTask::name, CancelledTask::age)
                .containsExactly(tuple("ship", SECOND.multipliedBy(8)));
        assertThat(report.join().toString().lines())
                .element(3, STRING)
                .startsWith("      cancelled: ship #")
                .endsWith(" of group \"orders\", running, 8.0 s old");
    }

    @Test
    void theReportNamesTheTasksThatAGroupCouldNotEnd() {
        TaskGroup group = TaskGroup.builder("orders").timer(timer).build();
        CompletionStage<Object> unused = group.submit(TaskOptions.named("ship"), context -> new CompletableFuture<>());
        CompletableFuture<ShutdownPlanReport> report =
                plan(10).phase("work", phase -> phase.group(group)).build().run("test");

        await().until(() -> timer.pending() == 3);
        timer.advance(SECOND.multipliedBy(10));

        assertThat(report.join().phases().get(0).tasks())
                .singleElement()
                .satisfies(task -> assertThat(task.state()).isEqualTo(State.ABANDONED))
                .satisfies(task -> assertThat(task.pending()).isEqualTo("1 task: ship for 10.0 s"));
    }

    @Test
    void aTimerThatRefusesDoesNotHangThePlan() {
        try (UncaughtFailures uncaught = new UncaughtFailures()) {
            ShutdownPlanReport report = ShutdownPlan.within(SECOND)
                    .timer(new RefusingTimer())
                    .phase("a", phase -> phase.task("never", context -> new CompletableFuture<>()))
                    .build()
                    .run("test")
                    .join();

            assertThat(report.isComplete()).isFalse();
            assertThat(uncaught.seen)
                    .singleElement()
                    .satisfies(it -> assertThat(it).hasMessage("no alarms"));
        }
    }

    @Test
    void aTimerThatBreaksDoesNotHangThePlan() {
        AtomicInteger reads = new AtomicInteger();
        TaskTimer breaks = new TaskTimer() {
            @Override
            public long nanoTime() {
                if (reads.getAndIncrement() > 0) {
                    throw new IllegalStateException("no clock");
                }
                return 0;
            }

            @Override
            public Registration schedule(Duration delay, Runnable action) {
                return () -> {
                    throw new IllegalStateException("no cancel");
                };
            }
        };

        ShutdownPlanReport report = ShutdownPlan.within(SECOND)
                .timer(breaks)
                .phase("a", phase -> phase.task("t", says("a")))
                .phase("b", phase -> phase.after("a").task("t", says("b")))
                .build()
                .run("test")
                .join();

        assertThat(events).containsExactly("a", "b");
        assertThat(report.isComplete()).isTrue();
    }

    @Test
    void manyPhasesOneAfterAnotherEnd() {
        ShutdownPlanBuilder plan = plan(10);
        plan.phase("0", phase -> phase.task("t", says("0")));
        for (int i = 1; i < 1_000; i++) {
            int number = i;
            plan.phase("" + i, phase -> {
                phase.after("" + (number - 1));
                if (number % 100 == 0) {
                    phase.task("t", says("" + number));
                }
            });
        }

        assertThat(plan.build().run("test").join().phases()).hasSize(1_000);
        assertThat(events).containsExactly("0", "100", "200", "300", "400", "500", "600", "700", "800", "900");
    }

    @Test
    void aPlanWithACycleIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(plan(5).phase("z", phase -> phase.after("a"))
                        .phase("a", phase -> phase.after("b"))
                        .phase("b", phase -> phase.after("c"))
                        .phase("c", phase -> phase.after("a"))::build)
                .withMessage("phases wait for each other: a after b after c after a; remove one of these after(...)");
        assertThatIllegalArgumentException()
                .isThrownBy(plan(5).phase("a", phase -> phase.after("a"))::build)
                .withMessageStartingWith("phases wait for each other: a after a");
    }

    @Test
    void aPlanWithAnUnknownADuplicateOrNoPhaseIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(plan(5).phase("a", phase -> phase.after("b"))::build)
                .withMessage("phase \"a\" is after \"b\", which is not a phase of this plan; it has [a]");
        assertThatIllegalArgumentException()
                .isThrownBy(plan(5).phase("a", phase -> {}).phase("a", phase -> {})::build)
                .withMessage("two phases are named \"a\": give each phase a name of its own");
        assertThatIllegalArgumentException()
                .isThrownBy(plan(5)::build)
                .withMessageStartingWith("a plan must have a phase");
    }

    @Test
    void phasesThatReserveMoreThanThereIsAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(plan(10).phase("a", phase -> phase.reserve(SECOND.multipliedBy(6)))
                        .phase("b", phase -> phase.after("a").reserve(SECOND.multipliedBy(5)))::build)
                .withMessage("the phases up to \"b\" reserve PT11S of a budget of PT10S: reserve less, or give the plan"
                        + " more time");
        assertThatIllegalArgumentException()
                .isThrownBy(plan(10).phase(
                                "a",
                                phase -> phase.reserve(SECOND.multipliedBy(2)).timeout(SECOND))::build)
                .withMessage("phase \"a\" reserves PT2S and has a timeout of PT1S: reserve at most the timeout");
        // Side by side, they do not add up.
        plan(10).phase("a", phase -> phase.reserve(SECOND.multipliedBy(6)))
                .phase("b", phase -> phase.reserve(SECOND.multipliedBy(5)))
                .build();
    }

    @Test
    void absurdDurationsDoNotOverflow() {
        Duration absurd = Duration.ofSeconds(Long.MAX_VALUE);

        assertThat(ShutdownPlan.within(absurd)
                        .phase("a", phase -> phase.reserve(Duration.ofDays(1)).task("t", says("a")))
                        .phase("b", phase -> phase.after("a").timeout(absurd).task("t", says("b")))
                        .build()
                        .run("test")
                        .join()
                        .isComplete())
                .isTrue();
        assertThatIllegalArgumentException()
                .isThrownBy(plan(5).phase("a", phase -> phase.reserve(absurd))::build)
                .withMessageContaining("of a budget of PT5S");
    }

    @Test
    void badArgumentsAreRefusedAtTheCall() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ShutdownPlan.within(Duration.ZERO))
                .withMessage("budget must be positive, but was PT0S");
        assertThatIllegalArgumentException().isThrownBy(() -> ShutdownPlan.within(SECOND.negated()));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> plan(5).phase(" ", phase -> {}))
                .withMessageStartingWith("the name of a phase must not be blank");
        assertThatIllegalArgumentException().isThrownBy(() -> plan(5).phase("a", phase -> phase.after("")));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> plan(5).phase("a", phase -> phase.reserve(SECOND.negated())))
                .withMessage("reserve must not be negative, but was PT-1S");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> plan(5).phase("a", phase -> phase.timeout(Duration.ZERO)));
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        plan(5).phase("a", phase -> phase.task("t", says("1")).task("t", says("2"))))
                .withMessage("phase \"a\" has a task \"t\" already: give this one another name");
        assertThatIllegalArgumentException().isThrownBy(() -> plan(5).phase("a", phase -> phase.task("", says("1"))));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> plan(5).phase("a", phase -> {}).build().run(" "))
                .withMessageStartingWith("reason must not be blank");
        assertThatNullPointerException()
                .isThrownBy(() -> plan(5).phase("a", phase -> phase.task("t", null)))
                .withMessage("task must not be null");
    }
}
