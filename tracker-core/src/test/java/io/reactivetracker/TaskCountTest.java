// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class TaskCountTest {

    private static final int THREADS = 4;

    private final TaskCount count = new TaskCount(new StateWord());
    private final TaskTracker tracker = new TaskTracker("spread", count, new RunningTasks(System::nanoTime));
    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);

    @AfterEach
    void stopThreads() {
        threads.shutdownNow();
    }

    private void inAnotherThread(Runnable action) throws Exception {
        threads.submit(action).get();
    }

    @Nested
    class Striped {

        @Test
        void countsAsOneWordDoesWhicheverThreadsStartAndEndTheTasks() throws Exception {
            TaskToken before = tracker.token();
            count.stripe();
            assertThat(tracker.size()).isOne();
            List<TaskToken> tokens = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                inAnotherThread(() -> tokens.add(tracker.token()));
            }
            before.close();
            assertThat(tracker.size()).isEqualTo(100);
            assertThat(tracker.isEmpty()).isFalse();
            for (TaskToken token : tokens) {
                inAnotherThread(token::close);
            }
            assertThat(tracker.size()).isZero();
            assertThat(tracker.isEmpty()).isTrue();
        }

        @Test
        void isOneWordAgainOnceClosed() throws Exception {
            count.stripe();
            TaskToken token = tracker.token();
            inAnotherThread(() -> assertThat(tracker.tryToken()).isNotNull());
            assertThat(tracker.close()).isTrue();
            assertThat(count.isStriped()).isFalse();
            assertThat(tracker.size()).isEqualTo(2);
            assertThat(tracker.tryToken()).isNull();
            TaskToken late = tracker.token();
            assertThat(StateWord.count(count.read())).isEqualTo(3);
            late.close();
            token.close();
            assertThat(tracker.size()).isOne();
            assertThat(tracker.close()).isFalse();
        }

        @Test
        void drainsAtItsCloseIfAllHaveEndedInWhateverStripes() throws Exception {
            count.stripe();
            for (int i = 0; i < 10; i++) {
                TaskToken token = tracker.token();
                inAnotherThread(token::close);
            }
            DrainSignal drained = tracker.drained();
            assertThat(drained.isDone()).isFalse();
            tracker.close();
            assertThat(drained.isDone()).isTrue();
            assertThat(tracker.isDrained()).isTrue();
        }

        @Test
        void drainsWithTheLastTaskThatItsStripesHadCounted() {
            count.stripe();
            TaskToken one = tracker.token();
            TaskToken other = tracker.token();
            DrainSignal drained = tracker.drained();
            tracker.close();
            one.close();
            assertThat(drained.isDone()).isFalse();
            other.close();
            assertThat(drained.isDone()).isTrue();
        }

        @Test
        void canBeStripedAnewAfterAReopen() {
            count.stripe();
            TaskToken token = tracker.token();
            tracker.close();
            count.stripe();
            assertThat(count.isStriped()).as("closed").isFalse();
            tracker.reopen();
            assertThat(count.isStriped()).isFalse();
            count.stripe();
            assertThat(count.isStriped()).isTrue();
            token.close();
            assertThat(tracker.size()).isZero();
            tracker.close();
            assertThat(tracker.isDrained()).isTrue();
        }

        @Test
        void isNotStripedNearItsMostTasksAndRefusesWhatIsTooMuch() {
            TaskCount nearlyFull = new TaskCount(new StateWord((long) StateWord.MAX << 1));
            TaskTracker full = new TaskTracker("full", nearlyFull, new RunningTasks(System::nanoTime));
            nearlyFull.stripe();
            assertThat(nearlyFull.isStriped()).isFalse();
            assertThatIllegalStateException().isThrownBy(full::token).withMessageContaining("536870911 tasks");
            assertThatIllegalStateException().isThrownBy(full::tryToken).withMessageContaining("536870911 tasks");
            assertThat(full.size()).isEqualTo(StateWord.MAX);
            assertThat(full.close()).isTrue();
            assertThat(full.size()).isEqualTo(StateWord.MAX);
        }

        @Test
        void goesBackToOneWordLongBeforeItsMostTasks() {
            for (boolean isStrict : new boolean[] {false, true}) {
                TaskCount large = new TaskCount(new StateWord((long) TaskCount.MAX_STRIPED << 1));
                large.stripe();
                assertThat(large.isStriped()).isTrue();
                for (int i = 0; i <= TaskCount.CHECK_INTERVAL; i++) {
                    if (isStrict) {
                        assertThat(large.tryAcquire()).isEqualTo(StateWord.Acquire.COUNTED);
                    } else {
                        assertThat(large.acquire()).isTrue();
                    }
                }
                assertThat(large.isStriped()).isFalse();
                assertThat(large.size()).isEqualTo(TaskCount.MAX_STRIPED + TaskCount.CHECK_INTERVAL + 1L);
            }
        }
    }

    @Nested
    class Contention {

        @Test
        void isNeverSeenByALoneThread() {
            for (int i = 0; i < 1_000_000; i++) {
                tracker.token().close();
            }
            assertThat(count.isStriped()).isFalse();
        }

        @Test
        void spreadsTheCount() throws Exception {
            AtomicBoolean isEnough = new AtomicBoolean();
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                running.add(threads.submit(() -> {
                    while (!isEnough.get()) {
                        tracker.token().close();
                        if (count.isStriped()) {
                            isEnough.set(true);
                        }
                    }
                }));
            }
            for (Future<?> each : running) {
                each.get();
            }
            assertThat(count.isStriped()).isTrue();
            assertThat(tracker.size()).isZero();
        }
    }

    @Nested
    class Racing {

        @Test
        void aCloseMissesNoTaskAndAcceptsNoneAfterIt() throws Exception {
            for (int round = 0; round < 3_000; round++) {
                TaskCount raced = new TaskCount(new StateWord());
                TaskTracker racing = new TaskTracker("racing", raced, new RunningTasks(System::nanoTime));
                raced.stripe();
                AtomicInteger told = new AtomicInteger();
                racing.drained().onDone(told::incrementAndGet);
                Queue<TaskToken> accepted = new ConcurrentLinkedQueue<>();
                AtomicBoolean isClosed = new AtomicBoolean();
                AtomicInteger late = new AtomicInteger();
                together(thread -> {
                    if (thread == 0) {
                        racing.close();
                        isClosed.set(true);
                        return;
                    }
                    for (int i = 0; i < 5; i++) {
                        boolean wasClosed = isClosed.get();
                        TaskToken token = racing.tryToken();
                        if (token != null) {
                            late.addAndGet(wasClosed ? 1 : 0);
                            accepted.add(token);
                        }
                    }
                });
                assertThat(late).hasValue(0);
                assertThat(racing.size()).isEqualTo(accepted.size());
                assertThat(told.get()).isEqualTo(accepted.isEmpty() ? 1 : 0);
                accepted.forEach(TaskToken::close);
                assertThat(told).hasValue(1);
            }
        }

        @Test
        void tasksThatEndWhileTheStripesAreFoldedAreCountedDown() throws Exception {
            for (int round = 0; round < 3_000; round++) {
                TaskCount raced = new TaskCount(new StateWord());
                TaskTracker racing = new TaskTracker("racing", raced, new RunningTasks(System::nanoTime));
                raced.stripe();
                Queue<TaskToken> tokens = new ConcurrentLinkedQueue<>();
                for (int i = 0; i < 9; i++) {
                    tokens.add(racing.token());
                }
                AtomicInteger told = new AtomicInteger();
                racing.drained().onDone(told::incrementAndGet);
                together(thread -> {
                    if (thread == 0) {
                        racing.close();
                        return;
                    }
                    for (TaskToken token = tokens.poll(); token != null; token = tokens.poll()) {
                        token.close();
                    }
                });
                assertThat(racing.isDrained()).isTrue();
                assertThat(told).hasValue(1);
            }
        }

        @Test
        void theSizeIsExactWhileOthersOnlyStripeCloseAndReopen() throws Exception {
            for (int i = 0; i < 100; i++) {
                inAnotherThread(() -> assertThat(tracker.token()).isNotNull());
                count.stripe();
            }
            together(thread -> {
                for (int i = 0; i < 20_000; i++) {
                    if (thread == 0) {
                        count.stripe();
                        tracker.close();
                        tracker.reopen();
                    } else {
                        assertThat(tracker.size()).isEqualTo(100);
                        assertThat(tracker.isEmpty()).isFalse();
                    }
                }
            });
        }

        @Test
        void anythingAtOnceEndsWithNothingCounted() throws Exception {
            AtomicLong drains = new AtomicLong();
            together(thread -> {
                for (int i = 0; i < 20_000; i++) {
                    switch ((i + thread) % 16) {
                        case 0 -> tracker.close();
                        case 1 -> tracker.reopen();
                        case 2 -> count.stripe();
                        case 3 ->
                            tracker.drained().onDone(drains::incrementAndGet).close();
                        case 4 -> assertThat(tracker.size()).isNotNegative();
                        case 5 -> {
                            TaskToken token = tracker.tryToken();
                            if (token != null) {
                                token.close();
                            }
                        }
                        default -> tracker.token().close();
                    }
                }
            });
            tracker.close();
            assertThat(tracker.isDrained()).isTrue();
            assertThat(tracker.size()).isZero();
        }

        private void together(ThrowingConsumer action) throws Exception {
            CyclicBarrier start = new CyclicBarrier(THREADS);
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                int thread = i;
                running.add(threads.submit(() -> {
                    start.await();
                    action.accept(thread);
                    return null;
                }));
            }
            for (Future<?> each : running) {
                each.get();
            }
        }
    }

    private interface ThrowingConsumer {
        void accept(int thread) throws Exception;
    }
}
