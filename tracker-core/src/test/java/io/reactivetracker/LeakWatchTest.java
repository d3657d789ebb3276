// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.awaitility.Awaitility.await;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Exchanger;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import shop.Orders;

class LeakWatchTest {

    private final TaskTracker tracker = TaskTracker.create("orders");
    private final List<LeakedTask> told = new CopyOnWriteArrayList<>();

    private Registration start(LeakWatch watch) {
        return watch.listener(told::add).start(tracker);
    }

    /** Collects garbage until a condition holds. Awaitility would take failures that a test provokes for its own. */
    private static void awaitGarbage(BooleanSupplier condition) {
        await().dontCatchUncaughtExceptions()
                .atMost(Duration.ofMinutes(1))
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(1))
                .until(() -> {
                    System.gc();
                    return condition.getAsBoolean();
                });
    }

    /** Waits until the reaper has found all that is garbage now, with a leak that it finds after them. */
    private static void awaitReaper() {
        awaitGarbage(() -> LeakReaper.SYSTEM.size() == 0);
        TaskTracker last = TaskTracker.create("last");
        AtomicInteger found = new AtomicInteger();
        LeakWatch.always().listener(task -> found.incrementAndGet()).start(last);
        Orders.forgetToken(last);
        awaitGarbage(() -> found.get() == 1);
    }

    // ---- what is found

    static Stream<Consumer<TaskTracker>> forgotten() {
        return Stream.of(
                Orders::forgetToken,
                Orders::forgetTryToken,
                tracker -> Orders.forgetSubscription(tracker, TaskOptions.defaults()),
                tracker -> Orders.forgetSubscription(tracker, TaskOptions.strict()),
                Orders::forgetStage,
                Orders::discard);
    }

    static Stream<Consumer<TaskTracker>> forgottenByName() {
        return Stream.of(
                tracker -> Orders.forgetToken(tracker, "ship"),
                tracker -> Orders.forgetTryToken(tracker, "ship"),
                tracker -> Orders.forgetSubscription(tracker, TaskOptions.named("ship")),
                tracker -> Orders.forgetSubscription(
                        tracker, TaskOptions.named("ship").and(TaskOptions.strict())));
    }

    @ParameterizedTest
    @MethodSource("forgotten")
    void reportsATaskWithoutAName(Consumer<TaskTracker> forget) {
        start(LeakWatch.always());
        forget.accept(tracker);
        awaitGarbage(() -> !told.isEmpty());
        assertThat(told).singleElement().satisfies(task -> {
            assertThat(task.name()).isNull();
            assertThat(task.tracker()).isEqualTo("orders");
            assertThat(task.age()).isPositive();
            assertThat(task.isReleased()).isFalse();
            assertThat(task.stack().get(0).getClassName()).startsWith(Orders.class.getName());
            assertThat(task.stack()).hasSizeLessThanOrEqualTo(LeakedTask.MAX_FRAMES);
            assertThat(task.stack())
                    .extracting(StackTraceElement::getMethodName)
                    .contains(Orders.METHOD);
        });
        assertThat(tracker.leakedTasks()).isOne();
        assertThat(tracker.size()).isOne();
    }

    @ParameterizedTest
    @MethodSource("forgottenByName")
    void reportsATaskByItsName(Consumer<TaskTracker> forget) {
        start(LeakWatch.always());
        forget.accept(tracker);
        awaitGarbage(() -> !told.isEmpty());
        assertThat(told).extracting(LeakedTask::name).containsExactly("ship");
        assertThat(tracker.size()).isOne();
    }

    @Test
    void aDrainNamesALeakedTaskThatStaysCounted() {
        start(LeakWatch.always());
        Orders.forgetToken(tracker, "ship");
        awaitGarbage(() -> !told.isEmpty());
        tracker.close();
        DrainSignal drained = tracker.drained();
        assertThat(drained.isDone()).isFalse();
        assertThat(drained.toString()).contains("counts 1 task: \"ship\" #");
        assertThat(tracker.runningTasks()).extracting(RunningTask::name).containsExactly("ship");
    }

    @Test
    void releasesWhatHasLeakedSoThatTheTrackerDrains() throws Exception {
        start(LeakWatch.always().releasing());
        forgotten().forEach(forget -> forget.accept(tracker));
        forgottenByName().forEach(forget -> forget.accept(tracker));
        TaskToken running = tracker.token("runs");
        tracker.close();
        DrainSignal drained = tracker.drained();
        awaitGarbage(() -> tracker.size() == 1);
        assertThat(drained.isDone()).isFalse();
        running.close();
        drained.await();
        assertThat(told).hasSize(10).allMatch(LeakedTask::isReleased);
        assertThat(tracker.leakedTasks()).isEqualTo(10);
        assertThat(tracker.runningTasks()).isEmpty();
    }

    /** The count must not become free of the task before its report. */
    @Test
    void reportsALeakBeforeItsRelease() throws Exception {
        List<Long> sizes = new CopyOnWriteArrayList<>();
        LeakWatch.always()
                .releasing()
                .listener(task -> sizes.add(tracker.size()))
                .start(tracker);
        Orders.forgetToken(tracker);
        tracker.close();
        awaitGarbage(tracker::isDrained);
        assertThat(sizes).containsExactly(1L);
    }

    @Test
    void aSampleFindsAPartOfTheLeaks() {
        start(LeakWatch.sampling(64));
        int tasks = 64 * 100;
        for (int i = 0; i < tasks; i++) {
            Orders.forgetToken(tracker);
        }
        // 100 are expected, with a standard deviation of 10.
        awaitGarbage(() -> told.size() > 20);
        awaitReaper();
        assertThat(told).hasSizeLessThan(400);
        assertThat(tracker.size()).isEqualTo(tasks);
    }

    @Test
    void aSampleOfOneIsEachTask() {
        start(LeakWatch.sampling(1));
        for (int i = 0; i < 100; i++) {
            Orders.forgetToken(tracker);
        }
        awaitGarbage(() -> told.size() == 100);
    }

    @Test
    void whereNoFrameIsOfTheApplicationItNamesTheNearestOthers() throws Exception {
        start(LeakWatch.always());
        Thread thread = new Thread(tracker::token);
        thread.start();
        thread.join();
        awaitGarbage(() -> !told.isEmpty());
        assertThat(told.get(0).stack())
                .extracting(StackTraceElement::getMethodName)
                .contains("run");
    }

    // ---- what is not

    /** Tasks that end in their thread or in another one, with and without names, while garbage is collected. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void raisesNoFalseAlarm(boolean isReleasing) throws Exception {
        start(isReleasing ? LeakWatch.always().releasing() : LeakWatch.always());
        Exchanger<List<TaskToken>> exchanger = new Exchanger<>();
        List<Thread> threads = new ArrayList<>();
        AtomicInteger rounds = new AtomicInteger();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        for (int i = 0; i < 2; i++) {
            threads.add(new Thread(() -> {
                try {
                    for (int round = 0; round < 10; round++) {
                        List<TaskToken> others = exchanger.exchange(startAndEndTasks());
                        others.forEach(TaskToken::close);
                        rounds.incrementAndGet();
                    }
                } catch (Throwable broken) {
                    failure.set(broken);
                }
            }));
        }
        threads.forEach(Thread::start);
        awaitGarbage(() -> rounds.get() == 20 || failure.get() != null);
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(failure).hasNullValue();
        awaitReaper();
        assertThat(told).isEmpty();
        assertThat(tracker.size()).isZero();
        assertThat(tracker.leakedTasks()).isZero();
        tracker.close();
        assertThat(tracker.isDrained()).isTrue();
    }

    private List<TaskToken> startAndEndTasks() {
        List<TaskToken> handedOver = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            tracker.token().close();
            tracker.token("named").close();
            Objects.requireNonNull(tracker.tryToken()).close();
            handedOver.add(i % 2 == 0 ? tracker.token() : tracker.token("named"));
        }
        return handedOver;
    }

    @Test
    void aTaskWhoseTokenIsReachableIsNotReported() {
        start(LeakWatch.always().releasing());
        TaskToken kept = tracker.token("kept");
        CompletableFuture<String> stage = new CompletableFuture<>();
        var tracked = tracker.track(stage);
        Registration cleanUp = tracker.onClose(tracker.token("until the close")::close);
        for (int i = 0; i < 10; i++) {
            System.gc();
        }
        TaskTracker other = TaskTracker.create("other");
        LeakWatch.always().listener(told::add).start(other);
        Orders.forgetToken(other);
        awaitGarbage(() -> !told.isEmpty());
        assertThat(told).extracting(LeakedTask::tracker).containsExactly("other");
        assertThat(tracker.size()).isEqualTo(3);
        stage.complete("done");
        kept.close();
        tracker.close();
        assertThat(tracker.isDrained()).isTrue();
        assertThat(tracked).isCompleted();
        cleanUp.close();
    }

    /** The first close finds no stack left: what it does not do must not be taken for a leak. */
    @Test
    void aTaskThatEndsWhereTheStackIsFullIsNotReported() throws Exception {
        start(LeakWatch.always().releasing());
        // Once compiled, the first step of a close needs less stack than the others.
        for (int i = 0; i < 20_000; i++) {
            tracker.token().close();
        }
        onSmallStack(() -> {
            for (int i = 0; i < 20; i++) {
                endInFullStack(i % 2 == 0 ? tracker.token() : tracker.token("deep"));
            }
        });
        awaitReaper();
        assertThat(told).isEmpty();
        assertThat(tracker.leakedTasks()).isZero();
    }

    @SuppressWarnings("InfiniteRecursion") // to the end of the stack
    private static void endInFullStack(TaskToken token) {
        try {
            endInFullStack(token);
        } catch (StackOverflowError full) {
            token.close();
        }
    }

    @Test
    void aTaskThatDoesNotStartForLackOfStackIsNotReported() throws Exception {
        start(LeakWatch.always());
        onSmallStack(() -> {
            for (int i = 0; i < 10; i++) {
                startInFullStack().close();
            }
        });
        awaitReaper();
        assertThat(told).isEmpty();
    }

    @SuppressWarnings("InfiniteRecursion") // to the end of the stack
    private TaskToken startInFullStack() {
        try {
            return startInFullStack();
        } catch (StackOverflowError full) {
            return tracker.token();
        }
    }

    private static void onSmallStack(Runnable action) throws InterruptedException {
        Thread thread = new Thread(null, action, "small stack", 256 * 1_024);
        thread.start();
        thread.join();
    }

    /** A waiting action connects the tracker with the token. */
    @Test
    void aWatchedTaskDoesNotKeepItsTrackerReachable() {
        WeakReference<TaskTracker> gone = dropTrackerWithItsTask();
        awaitGarbage(() -> gone.get() == null);
        awaitReaper();
        assertThat(told).isEmpty();
    }

    private WeakReference<TaskTracker> dropTrackerWithItsTask() {
        TaskTracker dropped = TaskTracker.create("dropped");
        LeakWatch.always().listener(told::add).start(dropped);
        TaskToken token = dropped.token("ship");
        Registration unused = dropped.onClose(token::close);
        return new WeakReference<>(dropped);
    }

    // ---- the watch

    @Test
    void aStoppedWatchReportsAndReleasesNothing() {
        Registration watch = start(LeakWatch.always().releasing());
        Orders.forgetToken(tracker, "before");
        watch.close();
        Orders.forgetToken(tracker, "after");
        awaitReaper();
        assertThat(told).isEmpty();
        assertThat(tracker.size()).isEqualTo(2);
        assertThat(watch).hasToString("LeakWatch of tracker \"orders\", closed");
    }

    @Test
    void aStoppedWatchIsReplacedByAnother() {
        Registration first = start(LeakWatch.always());
        first.close();
        Registration second = start(LeakWatch.always());
        first.close();
        Orders.forgetToken(tracker);
        awaitGarbage(() -> !told.isEmpty());
        second.close();
        assertThat(told).hasSize(1);
    }

    @Test
    void aTrackerHasOneWatch() {
        Registration watch = start(LeakWatch.sampling(64));
        assertThatIllegalStateException()
                .isThrownBy(() -> LeakWatch.always().start(tracker))
                .withMessage("tracker \"orders\" has a LeakWatch already: close that one before you start another");
        assertThat(watch).hasToString("LeakWatch of tracker \"orders\"");
        watch.close();
        Registration next = LeakWatch.always().start(tracker);
        next.close();
    }

    @Test
    void oneWatchServesSeveralTrackers() {
        LeakWatch watch = LeakWatch.always().listener(told::add);
        TaskTracker mails = TaskTracker.create("mails");
        watch.start(tracker);
        watch.start(mails);
        Orders.forgetToken(tracker);
        Orders.forgetToken(mails);
        awaitGarbage(() -> told.size() == 2);
        assertThat(told).extracting(LeakedTask::tracker).containsExactlyInAnyOrder("orders", "mails");
    }

    @Test
    void itsFiguresAreInItsDescription() {
        assertThat(LeakWatch.always()).hasToString("LeakWatch[each task]");
        assertThat(LeakWatch.sampling(64).releasing()).hasToString("LeakWatch[1 of 64 tasks, releasing]");
    }

    @Test
    @NullUnmarked
    void argumentsAreChecked() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LeakWatch.sampling(0))
                .withMessage("interval must be positive, but was 0");
        assertThatNullPointerException()
                .isThrownBy(() -> LeakWatch.always().listener(null))
                .withMessage("listener must not be null");
        assertThatNullPointerException()
                .isThrownBy(() -> LeakWatch.always().start(null))
                .withMessage("tracker must not be null");
    }

    // ---- listeners of others

    @Test
    void aListenerThatThrowsStopsNeitherOtherReportsNorTheRelease() {
        List<Throwable> uncaught = new CopyOnWriteArrayList<>();
        AssertionError broken = new AssertionError("broken listener");
        Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
        Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> uncaught.add(failure));
        try {
            LeakWatch.always()
                    .releasing()
                    .listener(task -> {
                        told.add(task);
                        throw broken;
                    })
                    .start(tracker);
            Orders.forgetToken(tracker);
            Orders.forgetToken(tracker, "ship");
            awaitGarbage(() -> tracker.isEmpty());
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(before);
        }
        assertThat(told).hasSize(2);
        assertThat(uncaught).containsOnly(broken).hasSize(2);
    }

    @Test
    void aListenerThatBlocksDelaysNoOtherTracker() {
        CountDownLatch unblocked = new CountDownLatch(1);
        CountDownLatch called = new CountDownLatch(1);
        TaskTracker mails = TaskTracker.create("mails");
        LeakWatch.always()
                .listener(task -> {
                    called.countDown();
                    await().forever().until(() -> unblocked.getCount() == 0);
                    told.add(task);
                })
                .start(mails);
        start(LeakWatch.always());
        try {
            Orders.forgetToken(mails, "first");
            awaitGarbage(() -> called.getCount() == 0);
            Orders.forgetToken(mails, "second");
            Orders.forgetToken(tracker);
            awaitGarbage(() -> told.size() == 1);
            assertThat(told).extracting(LeakedTask::tracker).containsExactly("orders");
        } finally {
            unblocked.countDown();
        }
        awaitGarbage(() -> told.size() == 3);
    }

    @Test
    void aListenerMayUseTheTrackerAndTheWatch() {
        AtomicReference<@Nullable Registration> watch = new AtomicReference<>();
        watch.set(LeakWatch.always()
                .releasing()
                .listener(task -> {
                    told.add(task);
                    Orders.forgetToken(tracker, "unwatched");
                    Objects.requireNonNull(watch.get()).close();
                    Orders.forgetToken(tracker, "unwatched");
                    tracker.close();
                })
                .start(tracker));
        Orders.forgetToken(tracker, "ship");
        awaitGarbage(() -> tracker.isClosed() && tracker.size() == 2);
        awaitReaper();
        assertThat(told).extracting(LeakedTask::name).containsExactly("ship");
        assertThat(tracker.runningTasks()).extracting(RunningTask::name).containsOnly("unwatched");
    }
}
