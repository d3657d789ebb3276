// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import io.reactivetracker.Registration;
import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskTimer;
import io.reactivetracker.adapter.GroupTask;
import io.reactivetracker.adapter.TaskBody;
import io.reactivetracker.test.ManualTimer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TaskWatchdogTest {

    private static final Duration MAX_AGE = Duration.ofSeconds(30);
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final ManualTimer timer = new ManualTimer();
    private final TaskGroup group = DirectGroups.builder("orders").timer(timer).build();
    private final TaskGroup mails = group.child("mails");
    private final List<OverdueTask> told = new CopyOnWriteArrayList<>();
    private final List<TaskWatchdog> started = new ArrayList<>();

    @AfterEach
    void stop() {
        started.forEach(TaskWatchdog::close);
    }

    private TaskWatchdog start(TaskGroup watched) {
        TaskWatchdog watchdog = TaskWatchdog.start(watched, MAX_AGE, told::add);
        started.add(watchdog);
        awaitLook();
        return watchdog;
    }

    /** A look runs on another thread, and schedules the next one at its end. */
    private void awaitLook() {
        settled().until(() -> timer.pending() == started.size());
    }

    private void advance(Duration time) {
        timer.advance(time);
        awaitLook();
    }

    /** Awaitility would take the failures that a test provokes for its own. */
    private static ConditionFactory settled() {
        return await().dontCatchUncaughtExceptions().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(1));
    }

    // ---- what it reports, and when

    @Test
    void reportsATaskWhenItReachesTheBoundAndOnce() {
        start(group);
        advance(Duration.ofSeconds(7));
        HeldWork work = HeldWork.in(mails, "welcome");
        advance(MAX_AGE.minusNanos(1));
        assertThat(told).isEmpty();
        advance(SECOND);
        assertThat(told).singleElement().satisfies(task -> {
            assertThat(task.group()).isEqualTo("mails");
            assertThat(task.id()).isEqualTo(work.task().id());
            assertThat(task.name()).isEqualTo("welcome");
            assertThat(task.age()).isBetween(MAX_AGE, MAX_AGE.plus(SECOND));
            assertThat(task.isQueued()).isFalse();
            assertThat(task.origin()).isNull();
            assertThat(task.operators()).isNull();
            assertThat(task.stack()).isEmpty();
        });
        for (int i = 0; i < 10; i++) {
            advance(MAX_AGE);
        }
        assertThat(told).hasSize(1);
        assertThat(mails.overdueTasks()).isOne();
        assertThat(group.overdueTasks()).isZero();
        work.succeed();
    }

    @Test
    void reportsNoTaskThatEndsBeforeTheBound() {
        start(group);
        for (int i = 0; i < 10; i++) {
            HeldWork work = HeldWork.in(group, "quick");
            advance(MAX_AGE.minusNanos(1));
            work.succeed();
            advance(Duration.ofNanos(1));
        }
        assertThat(told).isEmpty();
        assertThat(group.overdueTasks()).isZero();
    }

    @Test
    void reportsATaskThatWasOverdueBeforeItStarted() {
        HeldWork work = HeldWork.in(group, "old");
        timer.advance(MAX_AGE);
        start(group);
        assertThat(told).extracting(OverdueTask::name).containsExactly("old");
        work.succeed();
    }

    @Test
    void reportsTheTasksOfAChildThatIsCreatedLater() {
        start(group);
        advance(SECOND);
        TaskGroup late = mails.child("late");
        HeldWork work = HeldWork.in(late, "task");
        advance(MAX_AGE);
        advance(MAX_AGE);
        assertThat(told).extracting(OverdueTask::group, OverdueTask::name).containsExactly(tuple("late", "task"));
        work.succeed();
    }

    @Test
    void reportsATaskThatWaitsForAPermitWithItsOrigin() {
        TaskGroup limited = group.childBuilder("limited")
                .admission(Admission.concurrency(1))
                .build();
        HeldWork running = HeldWork.in(limited, "running");
        GroupTask queued = GroupTask.issue(limited, TaskOptions.named("queued"), () -> "Orders.java:7");
        GroupTask unknown = GroupTask.issue(limited, TaskOptions.named("unknown"), () -> {
            throw new IllegalStateException("nobody knows");
        });
        start(group);
        advance(MAX_AGE);
        assertThat(told)
                .extracting(OverdueTask::name, OverdueTask::isQueued, OverdueTask::origin)
                .containsExactly(
                        tuple("running", false, null),
                        tuple("queued", true, "Orders.java:7"),
                        tuple("unknown", true, "java.lang.IllegalStateException: nobody knows"));
        queued.end(Outcome.CANCELLED);
        unknown.end(Outcome.CANCELLED);
        running.succeed();
    }

    @Test
    void looksAboutTenTimesWithinTheBoundThoughTasksEndShortlyBeforeIt() {
        AtomicInteger looks = new AtomicInteger();
        TaskGroup counted = DirectGroups.builder("counted")
                .timer(new TaskTimer() {
                    @Override
                    public long nanoTime() {
                        return timer.nanoTime();
                    }

                    @Override
                    public Registration schedule(Duration delay, Runnable action) {
                        looks.incrementAndGet();
                        return timer.schedule(delay, action);
                    }
                })
                .build();
        Duration maxAge = Duration.ofSeconds(3);
        List<HeldWork> running = new ArrayList<>();
        started.add(TaskWatchdog.start(counted, maxAge, told::add));
        awaitLook();
        for (int i = 0; i < 100; i++) {
            running.add(HeldWork.in(counted, "ship"));
            if (running.size() == 30) {
                running.remove(0).succeed();
            }
            advance(Duration.ofMillis(100));
        }
        assertThat(told).isEmpty();
        // 100 times 0.1 s, and a tenth of the bound is 0.3 s.
        assertThat(looks.get()).isBetween(10, 36);
        running.forEach(HeldWork::succeed);
    }

    @Test
    void reportsManyTasksInSeveralLooksAndEachOnce() {
        int number = 2 * TaskWatchdog.MAX_REPORTS + 5;
        List<GroupTask> tasks = new ArrayList<>();
        for (int i = 0; i < number; i++) {
            tasks.add(GroupTask.issue(mails, TaskOptions.named("ship"), () -> null));
        }
        start(group);
        advance(MAX_AGE);
        assertThat(told).hasSize(TaskWatchdog.MAX_REPORTS);
        advance(SECOND);
        assertThat(told).hasSize(2 * TaskWatchdog.MAX_REPORTS);
        advance(SECOND);
        advance(SECOND);
        assertThat(told).hasSize(number).extracting(OverdueTask::id).doesNotHaveDuplicates();
        tasks.forEach(task -> task.end(Outcome.SUCCEEDED));
    }

    // ---- where a task stands

    @Test
    void showsTheStackOfABlockingBodyAlsoAfterItsCancel() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        CompletableFuture<String> future = group.submitBlocking("import", () -> readSlowly(begun, release));
        begun.await();
        start(group);
        advance(MAX_AGE);
        assertThat(told).singleElement().satisfies(task -> {
            assertThat(task.stack())
                    .extracting(StackTraceElement::getMethodName)
                    .contains("readSlowly")
                    .doesNotContain("run");
            assertThat(task.toString())
                    .startsWith("import #" + task.id() + " of group \"orders\", running, 30.0 s old, at ")
                    .contains(" ⇠ ", "TaskWatchdogTest.readSlowly(TaskWatchdogTest.java:")
                    .doesNotContain("\n");
        });
        future.cancel(true);
        TaskWatchdog second = start(group);
        assertThat(told).hasSize(2);
        assertThat(told.get(1).stack())
                .extracting(StackTraceElement::getMethodName)
                .contains("readSlowly");
        second.close();
        release.countDown();
        settled().until(() -> group.counts().pending() == 0);
    }

    private static String readSlowly(CountDownLatch begun, CountDownLatch release) {
        begun.countDown();
        while (true) {
            try {
                release.await();
                return "done";
            } catch (InterruptedException ignored) {
                // A body that ignores its cancel.
            }
        }
    }

    @Test
    void showsNoStackOfATaskThatHasNoBlockingBody() {
        HeldWork work = HeldWork.in(group, "ship");
        assertThat(((TaskNode) work.task()).stack()).isEmpty();
        BlockingBody<String> body = new BlockingBody<>(() -> "done");
        assertThat(body.stack()).isEmpty();
        work.succeed();
    }

    @Test
    void showsTheOperatorsThatTheBodyKnows() {
        GroupTask task = GroupTask.issue(group, TaskOptions.named("ship"), () -> null);
        assertThat(task.start(new Body("map ⇠ delay"))).isTrue();
        GroupTask broken = GroupTask.issue(group, TaskOptions.named("bill"), () -> null);
        assertThat(broken.start(new Body(null))).isTrue();
        start(group);
        advance(MAX_AGE);
        assertThat(told)
                .extracting(OverdueTask::operators)
                .containsExactly("map ⇠ delay", "java.lang.IllegalStateException: nobody knows");
        assertThat(told.get(0)).asString().endsWith(" of group \"orders\", running, 30.0 s old, waits for map ⇠ delay");
        task.end(Outcome.SUCCEEDED);
        broken.end(Outcome.SUCCEEDED);
    }

    private record Body(@Nullable String known) implements TaskBody {

        @Override
        public void attempt() {}

        @Override
        public void fail(Throwable error) {}

        @Override
        public void cancelTask() {}

        @Override
        public @Nullable String operators() {
            if (known == null) {
                throw new IllegalStateException("nobody knows");
            }
            return known;
        }
    }

    // ---- its end

    @Test
    void reportsNothingOnceItIsClosed() {
        HeldWork work = HeldWork.in(group, "ship");
        TaskWatchdog watchdog = start(group);
        watchdog.close();
        watchdog.close();
        assertThat(timer.pending()).isZero();
        timer.advance(MAX_AGE);
        assertThat(told).isEmpty();
        assertThat(watchdog).hasToString("TaskWatchdog[group \"orders\", from 30.0 s, closed]");
        work.succeed();
    }

    @Test
    void endsWithItsGroup() {
        HeldWork work = HeldWork.in(mails, "ship");
        start(group);
        group.closeAndDrain();
        assertThat(timer.pending()).isOne();
        work.succeed();
        assertThat(timer.pending()).isZero();
    }

    @Test
    void aListenerMayCloseIt() {
        HeldWork first = HeldWork.in(group, "first");
        HeldWork second = HeldWork.in(group, "second");
        CompletableFuture<TaskWatchdog> itself = new CompletableFuture<>();
        itself.complete(TaskWatchdog.start(group, MAX_AGE, task -> {
            told.add(task);
            itself.join().close();
        }));
        settled().until(() -> timer.pending() == 1);
        timer.advance(MAX_AGE);
        settled().until(() -> told.size() == 1);
        assertThat(timer.pending()).isZero();
        first.succeed();
        second.succeed();
        assertThat(told).hasSize(1);
    }

    // ---- what may break

    @Test
    void aListenerThatThrowsCostsNoOtherReport() {
        HeldWork first = HeldWork.in(group, "first");
        HeldWork second = HeldWork.in(group, "second");
        try (DefaultHandler uncaught = new DefaultHandler()) {
            started.add(TaskWatchdog.start(group, MAX_AGE, task -> {
                told.add(task);
                throw new AssertionError(task.name());
            }));
            awaitLook();
            advance(MAX_AGE);
            advance(MAX_AGE);
            assertThat(told).extracting(OverdueTask::name).containsExactly("first", "second");
            assertThat(uncaught.seen).extracting(Throwable::getMessage).containsExactly("first", "second");
        }
        first.succeed();
        second.succeed();
    }

    @Test
    void aListenerRunsOnAThreadOfTheLibraryAndBlocksNeitherTimerNorTasks() throws InterruptedException {
        CountDownLatch called = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        List<Thread> threads = new CopyOnWriteArrayList<>();
        HeldWork work = HeldWork.in(group, "ship");
        started.add(TaskWatchdog.start(group, MAX_AGE, task -> {
            threads.add(Thread.currentThread());
            called.countDown();
            try {
                release.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }));
        awaitLook();
        timer.advance(MAX_AGE);
        called.await();
        assertThat(threads).doesNotContain(Thread.currentThread());
        work.succeed();
        assertThat(work.future()).isCompletedWithValue("done");
        CompletableFuture<ShutdownReport> report = group.shutdown(Shutdown.grace(SECOND));
        assertThat(report.join().isDrained()).isTrue();
        release.countDown();
    }

    @Test
    void aTimerThatRefusesIsReplacedByTheSystems() {
        AtomicInteger refused = new AtomicInteger();
        TaskGroup broken = TaskGroup.builder("broken")
                .timer(new TaskTimer() {
                    @Override
                    public long nanoTime() {
                        return System.nanoTime();
                    }

                    @Override
                    public Registration schedule(Duration delay, Runnable action) {
                        refused.incrementAndGet();
                        throw new RejectedExecutionException("timer stopped");
                    }
                })
                .build();
        HeldWork work = HeldWork.in(broken, "ship");
        try (DefaultHandler uncaught = new DefaultHandler();
                TaskWatchdog watchdog = TaskWatchdog.start(broken, Duration.ofMillis(50), told::add)) {
            settled().until(() -> told.size() == 1);
            assertThat(watchdog.toString()).contains("broken");
            assertThat(refused).hasPositiveValue();
            assertThat(uncaught.seen).allMatch(failure -> "timer stopped".equals(failure.getMessage()));
        }
        work.succeed();
    }

    @Test
    void aClockThatThrowsDoesNotEndIt() {
        AtomicBoolean isBroken = new AtomicBoolean();
        TaskGroup broken = TaskGroup.builder("broken")
                .timer(new TaskTimer() {
                    @Override
                    public long nanoTime() {
                        if (isBroken.get()) {
                            throw new IllegalStateException("no time");
                        }
                        return System.nanoTime();
                    }

                    @Override
                    public Registration schedule(Duration delay, Runnable action) {
                        return TaskTimer.system().schedule(delay, action);
                    }
                })
                .build();
        HeldWork work = HeldWork.in(broken, "ship");
        isBroken.set(true);
        try (DefaultHandler uncaught = new DefaultHandler();
                TaskWatchdog watchdog = TaskWatchdog.start(broken, Duration.ofMillis(20), told::add)) {
            settled().until(() -> !uncaught.seen.isEmpty());
            isBroken.set(false);
            settled().until(() -> told.size() == 1);
            assertThat(watchdog).isNotNull();
        }
        work.succeed();
    }

    /** Collects what reaches the handlers of the library's threads. */
    private static final class DefaultHandler implements AutoCloseable {

        private final List<Throwable> seen = new CopyOnWriteArrayList<>();
        private final Thread.@Nullable UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();

        DefaultHandler() {
            Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> seen.add(failure));
        }

        @Override
        public void close() {
            Thread.setDefaultUncaughtExceptionHandler(before);
        }
    }

    // ---- bad input

    @Test
    @NullUnmarked
    void refusesBoundsThatAreNotPositiveAndNull() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TaskWatchdog.start(group, Duration.ZERO))
                .withMessage("maxAge must be positive, but was PT0S");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TaskWatchdog.start(group, Duration.ofNanos(-1), told::add))
                .withMessage("maxAge must be positive, but was PT-0.000000001S");
        assertThatNullPointerException()
                .isThrownBy(() -> TaskWatchdog.start(null, MAX_AGE))
                .withMessage("group must not be null");
        assertThatNullPointerException().isThrownBy(() -> TaskWatchdog.start(group, null));
        assertThatNullPointerException()
                .isThrownBy(() -> TaskWatchdog.start(group, MAX_AGE, null))
                .withMessage("listener must not be null");
        assertThat(timer.pending()).isZero();
    }

    @Test
    void anAbsurdBoundNeverComes() {
        HeldWork work = HeldWork.in(group, "ship");
        TaskWatchdog watchdog = TaskWatchdog.start(group, Duration.ofSeconds(Long.MAX_VALUE), told::add);
        started.add(watchdog);
        awaitLook();
        advance(Duration.ofDays(36_500));
        assertThat(told).isEmpty();
        work.succeed();
    }
}
