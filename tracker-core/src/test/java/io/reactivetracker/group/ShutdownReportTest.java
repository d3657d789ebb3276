// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.reactivetracker.Registration;
import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskTimer;
import io.reactivetracker.adapter.GroupTask;
import io.reactivetracker.test.ManualTimer;
import io.reactivetracker.test.UncaughtFailures;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** The tasks that a report names. */
class ShutdownReportTest {

    private static final Duration GRACE = Duration.ofSeconds(30);
    private static final Duration WAIT = Duration.ofSeconds(5);
    private static final Shutdown PLAN = Shutdown.grace(GRACE).thenCancel(WAIT);

    private final ManualTimer timer = new ManualTimer();
    private final TaskGroup group = DirectGroups.builder("orders").timer(timer).build();
    private final TaskGroup mails = group.child("mails");

    @Test
    void namesEachTaskThatWasCancelledInTheOrderInWhichTheyEnded() {
        HeldWork byShutdown = HeldWork.in(mails, "by the shutdown");
        timer.advance(Duration.ofSeconds(7));
        HeldWork byHandle = HeldWork.in(group, "by its handle");
        CompletableFuture<ShutdownReport> report = group.shutdown(PLAN);
        timer.advance(Duration.ofSeconds(1));
        byHandle.future().cancel(false);
        byHandle.succeed();
        timer.advance(GRACE);
        byShutdown.succeed();
        assertThat(report.join().cancelledTasks())
                .containsExactly(
                        new CancelledTask(
                                "orders",
                                byHandle.task().id(),
                                "by its handle",
                                Duration.ofSeconds(1),
                                Outcome.CANCELLED,
                                false,
                                null),
                        new CancelledTask(
                                "mails",
                                byShutdown.task().id(),
                                "by the shutdown",
                                Duration.ofSeconds(38),
                                Outcome.CANCELLED,
                                false,
                                null));
        assertThat(report.join().stuck()).isEmpty();
    }

    @Test
    void saysWhichOfThemNeverRanAndWhereTheyWereMade() {
        TaskGroup limited = group.childBuilder("limited")
                .admission(Admission.concurrency(1))
                .build();
        HeldWork running = HeldWork.in(limited, "running");
        HeldWork queued = HeldWork.in(limited, "queued");
        GroupTask known = GroupTask.issue(mails, TaskOptions.named("known"), () -> "Mails.java:7");
        GroupTask unknown = GroupTask.issue(mails, TaskOptions.named("unknown"), () -> {
            throw new IllegalStateException("nobody knows");
        });
        CompletableFuture<ShutdownReport> report = group.shutdown(PLAN);
        timer.advance(GRACE);
        running.succeed();
        assertThat(queued.future()).isCancelled();
        known.end(Outcome.CANCELLED);
        unknown.end(Outcome.CANCELLED);
        assertThat(report.join().cancelledTasks())
                .extracting(CancelledTask::name, CancelledTask::wasQueued, CancelledTask::origin)
                .containsExactly(
                        tuple("queued", true, null),
                        tuple("running", false, null),
                        tuple("known", false, "Mails.java:7"),
                        tuple("unknown", false, "java.lang.IllegalStateException: nobody knows"));
    }

    @Test
    void namesATaskByTheEndThatItIsCountedBy() {
        TaskGroup direct = DirectGroups.builder("orders").timer(timer).build();
        GroupTask first = GroupTask.issue(direct, TaskOptions.named("first"), () -> null);
        GroupTask second = GroupTask.issue(direct, TaskOptions.named("second"), () -> null);
        List<String> told = new ArrayList<>();
        // Told to stop, and done before it hears of it.
        first.cancellationToken().onCancel(() -> {
            second.end(Outcome.SUCCEEDED);
            first.end(Outcome.CANCELLED);
        });
        CompletableFuture<ShutdownReport> report = direct.shutdown(PLAN.listener(new ShutdownListener() {
            @Override
            public void onCancelling(ShutdownReport soFar) {
                soFar.stuck().forEach(task -> told.add(task.name()));
            }
        }));
        timer.advance(GRACE);
        assertThat(told).containsExactly("first", "second");
        assertThat(report.join().completed()).isOne();
        assertThat(report.join().cancelledTasks())
                .extracting(CancelledTask::name)
                .containsExactly("first");
        assertThat(report.join().stuck()).isEmpty();
    }

    @Test
    void namesATaskThatTimedOutAsSuch() {
        GroupTask late = GroupTask.issue(mails, TaskOptions.named("late"), () -> null);
        CompletableFuture<ShutdownReport> report = group.shutdown(PLAN);
        timer.advance(Duration.ofSeconds(4));
        late.end(Outcome.TIMED_OUT);
        assertThat(report.join().timedOut()).isOne();
        assertThat(report.join().cancelledTasks())
                .singleElement()
                .hasToString("timed out: late #" + late.id() + " of group \"mails\", running, 4.0 s old");
    }

    @Test
    void namesTheTasksOfItsOwnTreeAndOfItsOwnTime() {
        HeldWork before = HeldWork.in(mails, "before");
        HeldWork mail = HeldWork.in(mails, "mail");
        HeldWork order = HeldWork.in(group, "order");
        before.future().cancel(false);
        before.succeed();
        CompletableFuture<ShutdownReport> ofMails = mails.shutdown(PLAN);
        CompletableFuture<ShutdownReport> ofAll = group.shutdown(PLAN);
        order.future().cancel(false);
        order.succeed();
        mail.future().cancel(false);
        mail.succeed();
        assertThat(ofMails.join().cancelledTasks())
                .extracting(CancelledTask::name)
                .containsExactly("mail");
        assertThat(ofAll.join().cancelledTasks())
                .extracting(CancelledTask::name)
                .containsExactly("order", "mail");
        assertThat(group.shutdowns().collecting(Outcome.CANCELLED)).isEmpty();
    }

    @Test
    void namesATaskAsStuckOrAsCancelled() {
        HeldWork heeds = HeldWork.in(mails, "heeds");
        HeldWork ignores = HeldWork.in(mails, "ignores");
        CompletableFuture<ShutdownReport> report = group.shutdown(PLAN);
        timer.advance(GRACE);
        heeds.succeed();
        timer.advance(WAIT);
        assertThat(report.join())
                .hasToString("group \"orders\" not drained after 35.0 s:"
                        + " 0 completed, 0 failed, 1 cancelled, 0 timed out, 0 rejected, 1 stuck"
                        + "\n  cancelled: heeds #" + heeds.task().id() + " of group \"mails\", running, 30.0 s old"
                        + "\n  stuck: ignores #" + ignores.task().id() + " of group \"mails\", running, 35.0 s old");
        ignores.succeed();
        // It ended too late for the report.
        assertThat(report.join().cancelledTasks()).hasSize(1);
    }

    @Test
    void tellsItsListenerWhatWasCancelledBeforeTheCancelBegins() {
        HeldWork early = HeldWork.in(mails, "early");
        HeldWork late = HeldWork.in(mails, "late");
        List<ShutdownReport> told = new ArrayList<>();
        CompletableFuture<ShutdownReport> report = group.shutdown(PLAN.listener(new ShutdownListener() {
            @Override
            public void onCancelling(ShutdownReport soFar) {
                told.add(soFar);
            }
        }));
        early.future().cancel(false);
        early.succeed();
        timer.advance(GRACE);
        late.succeed();
        assertThat(told).singleElement().satisfies(soFar -> {
            assertThat(soFar.isDrained()).isFalse();
            assertThat(soFar.took()).isEqualTo(GRACE);
            assertThat(soFar.cancelled()).isOne();
            assertThat(soFar.cancelledTasks()).extracting(CancelledTask::name).containsExactly("early");
            assertThat(soFar.pending()).isOne();
            assertThat(soFar.stuck()).extracting(StuckTask::name).containsExactly("late");
        });
        assertThat(report.join().cancelledTasks())
                .extracting(CancelledTask::name)
                .containsExactly("early", "late");
    }

    @Test
    void listsAThousandTasksAndCountsTheOthers() {
        int number = ShutdownReport.MAX_LISTED + 23;
        List<GroupTask> heed = new ArrayList<>();
        List<GroupTask> ignore = new ArrayList<>();
        for (int i = 0; i < number; i++) {
            heed.add(GroupTask.issue(mails, TaskOptions.named("heeds"), () -> null));
            ignore.add(GroupTask.issue(mails, TaskOptions.named("ignores"), () -> null));
        }
        List<ShutdownReport> told = new ArrayList<>();
        CompletableFuture<ShutdownReport> future = group.shutdown(PLAN.listener(new ShutdownListener() {
            @Override
            public void onCancelling(ShutdownReport soFar) {
                told.add(soFar);
            }
        }));
        timer.advance(GRACE);
        heed.forEach(task -> task.end(Outcome.CANCELLED));
        timer.advance(WAIT);
        assertThat(told.get(0).pending()).isEqualTo(2L * number);
        assertThat(told.get(0).stuck()).hasSize(ShutdownReport.MAX_LISTED);
        ShutdownReport report = future.join();
        assertThat(report.cancelled()).isEqualTo(number);
        assertThat(report.cancelledTasks()).hasSize(ShutdownReport.MAX_LISTED);
        assertThat(report.pending()).isEqualTo(number);
        assertThat(report.stuck()).hasSize(ShutdownReport.MAX_LISTED);
        String[] lines = report.toString().split("\n");
        assertThat(lines).hasSize(1 + 101 + 101);
        assertThat(lines[101]).isEqualTo("  and " + (number - 100) + " more");
        assertThat(lines[202]).isEqualTo("  and " + (number - 100) + " more");
        ignore.forEach(task -> task.end(Outcome.CANCELLED));
    }

    @Test
    void aClockThatThrowsCostsNoTaskItsEnd() {
        AtomicBoolean isBroken = new AtomicBoolean();
        TaskGroup broken = TaskGroup.builder("orders")
                .timer(new TaskTimer() {
                    @Override
                    public long nanoTime() {
                        if (isBroken.get()) {
                            throw new IllegalStateException("no time");
                        }
                        return timer.nanoTime();
                    }

                    @Override
                    public Registration schedule(Duration delay, Runnable action) {
                        return timer.schedule(delay, action);
                    }
                })
                .build();
        HeldWork work = HeldWork.in(broken, "ship");
        CompletableFuture<ShutdownReport> report = broken.shutdown(PLAN);
        work.future().cancel(false);
        isBroken.set(true);
        try (UncaughtFailures uncaught = new UncaughtFailures()) {
            work.succeed();
            assertThat(uncaught.seen).extracting(Throwable::getMessage).contains("no time");
        }
        assertThat(broken.drained().isDone()).isTrue();
        assertThat(report).isCompletedExceptionally();
        assertThat(broken.shutdowns().collecting(Outcome.CANCELLED)).isEmpty();
    }

    @Test
    void namesAllOfSeveralThreads() throws InterruptedException {
        int threads = 4;
        int each = 100;
        TaskGroup orders = TaskGroup.builder("orders").build();
        CountDownLatch isClosed = new CountDownLatch(1);
        List<Thread> started = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            List<GroupTask> tasks = new ArrayList<>();
            for (int j = 0; j < each; j++) {
                tasks.add(GroupTask.issue(orders, TaskOptions.named("ship"), () -> null));
            }
            Thread thread = new Thread(() -> {
                try {
                    isClosed.await();
                } catch (InterruptedException e) {
                    return;
                }
                for (int j = 0; j < each; j++) {
                    tasks.get(j).end(j % 2 == 0 ? Outcome.CANCELLED : Outcome.SUCCEEDED);
                }
            });
            started.add(thread);
            thread.start();
        }
        CompletableFuture<ShutdownReport> report = orders.shutdown(Shutdown.grace(Duration.ofMinutes(1)));
        isClosed.countDown();
        assertThat(report.join().cancelled()).isEqualTo(threads * each / 2);
        assertThat(report.join().cancelledTasks())
                .hasSize(threads * each / 2)
                .extracting(CancelledTask::id)
                .doesNotHaveDuplicates();
        for (Thread thread : started) {
            thread.join();
        }
    }

    @Test
    void printsItsNumbersInOneLine() {
        assertThat(new ShutdownReport("orders", true, GRACE, 1, 2, 3, 4, 5, 0, List.of(), List.of()).summary())
                .isEqualTo("group \"orders\" drained in 30.0 s:"
                        + " 1 completed, 2 failed, 3 cancelled, 4 timed out, 5 rejected, 0 stuck");
    }

    @Test
    void printsEachTaskInALineAndTheNumberOfThoseThatItDoesNotList() {
        Duration age = Duration.ofMillis(4_099);
        assertThat(new ShutdownReport(
                        "orders",
                        false,
                        GRACE,
                        0,
                        0,
                        1,
                        2,
                        0,
                        4,
                        List.of(
                                new CancelledTask("bills", 5, "bill", age, Outcome.TIMED_OUT, true, "Bills.java:5"),
                                new CancelledTask("bills", 6, "bill", age, Outcome.CANCELLED, false, null)),
                        List.of(
                                new StuckTask("mails", 7, "welcome", WAIT, false, "Mails.java:7"),
                                new StuckTask("bills", 8, "bill", WAIT, true, null))))
                .hasToString("""
                        group "orders" not drained after 30.0 s: 0 completed, 0 failed, 1 cancelled, 2 timed out, \
                        0 rejected, 4 stuck
                          timed out: bill #5 of group "bills", queued, 4.0 s old, from Bills.java:5
                          cancelled: bill #6 of group "bills", running, 4.0 s old
                          and 1 more
                          stuck: welcome #7 of group "mails", running, 5.0 s old, from Mails.java:7
                          stuck: bill #8 of group "bills", queued, 5.0 s old
                          and 2 more""");
    }

    @Test
    void aNameForgesNoLine() {
        StuckTask stuck = new StuckTask("mails\n", 7, "a\ngroup \"mails\" drained\u001b[2K", WAIT, false, null);
        ShutdownReport report =
                new ShutdownReport("bills\r", false, GRACE, 0, 0, 0, 0, 0, 1, List.of(), List.of(stuck));

        assertThat(report.toString().lines())
                .hasSize(2)
                .noneMatch(line -> line.chars().anyMatch(Character::isISOControl));
    }
}
