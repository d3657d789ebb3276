// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.awaitility.Awaitility.await;

import java.lang.reflect.Field;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openjdk.jol.info.GraphLayout;

class DrainSignalTest {

    private final TaskTracker tracker = TaskTracker.create("orders");

    /** The tests of tokio-util's waits, named by what they show. */
    @Nested
    class Completion {

        @Test
        void isDoneAtOnceIfTheTrackerIsDrained() {
            tracker.close();
            assertThat(tracker.drained().isDone()).isTrue();
        }

        @Test
        void staysDoneAfterReopenIfItWasMadeWhileDrained() {
            tracker.close();
            DrainSignal signal = tracker.drained();
            tracker.reopen();
            assertThat(signal.isDone()).isTrue();
        }

        @Test
        void comesWithTheCloseOfAnEmptyTracker() {
            DrainSignal signal = tracker.drained();
            assertThat(signal.isDone()).isFalse();
            tracker.close();
            assertThat(signal.isDone()).isTrue();
        }

        @Test
        void isNotLostWhenTheTrackerIsReopenedBeforeAnyoneLooks() {
            DrainSignal signal = tracker.drained();
            tracker.close();
            tracker.reopen();
            assertThat(signal.isDone()).isTrue();
        }

        @Test
        void comesWithTheEndOfTheLastTask() {
            tracker.close();
            TaskToken token = tracker.token();
            DrainSignal signal = tracker.drained();
            assertThat(signal.isDone()).isFalse();
            token.close();
            assertThat(signal.isDone()).isTrue();
        }

        @Test
        void isNotLostWhenANewTaskStartsBeforeAnyoneLooks() {
            tracker.close();
            TaskToken token = tracker.token();
            DrainSignal signal = tracker.drained();
            token.close();
            tracker.token();
            assertThat(signal.isDone()).isTrue();
        }

        @Test
        void doesNotComeWhileTheTrackerIsOpen() {
            TaskToken token = tracker.token();
            DrainSignal signal = tracker.drained();
            token.close();
            TaskToken next = tracker.token();
            assertThat(signal.isDone()).isFalse();
            tracker.close();
            assertThat(signal.isDone()).isFalse();
            next.close();
            assertThat(signal.isDone()).isTrue();
        }

        @ParameterizedTest
        @ValueSource(ints = {0, 1, 2, 3, 4, 5})
        void needsBothTheCloseAndTheEndOfEveryTaskInWhateverOrder(int endedBeforeClose) {
            List<TaskToken> tokens = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                tokens.add(tracker.token());
            }
            DrainSignal signal = tracker.drained();
            for (int ended = 0; ended < 5; ended++) {
                if (ended == endedBeforeClose) {
                    tracker.close();
                }
                assertThat(signal.isDone()).isFalse();
                tokens.get(ended).close();
            }
            if (endedBeforeClose == 5) {
                assertThat(signal.isDone()).isFalse();
                tracker.close();
            }
            assertThat(signal.isDone()).isTrue();
        }

        @Test
        void comesToEveryWaitAtOnce() {
            List<DrainSignal> signals = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                signals.add(tracker.drained());
            }
            assertThat(signals).noneMatch(DrainSignal::isDone);
            tracker.close();
            assertThat(signals).allMatch(DrainSignal::isDone);
        }

        @Test
        void ofAnEarlierDrainDoesNotReachALaterWait() {
            tracker.close();
            tracker.reopen();
            DrainSignal signal = tracker.drained();
            AtomicInteger runs = new AtomicInteger();
            signal.onDone(runs::incrementAndGet);
            TaskToken token = tracker.token();
            tracker.close();
            assertThat(signal.isDone()).isFalse();
            assertThat(runs).hasValue(0);
            token.close();
            assertThat(signal.isDone()).isTrue();
            assertThat(runs).hasValue(1);
        }

        @Test
        void staysForGoodOnceSeenHoweverFarTheEpochTurns() throws Exception {
            StateWord word = new StateWord();
            TaskTracker turning = new TaskTracker("turning", new TaskCount(word), new RunningTasks(System::nanoTime));
            DrainSignal signal = turning.drained();
            turning.close();
            assertThat(signal.isDone()).isTrue();

            Field field = StateWord.class.getDeclaredField("word");
            field.setAccessible(true);
            field.setLong(word, 0);
            assertThat(turning.drained().isDone()).isFalse();
            assertThat(signal.isDone()).isTrue();
        }
    }

    @Nested
    class Actions {

        @Test
        void runAtOnceInTheCallerIfDone() {
            tracker.close();
            List<Thread> threads = new ArrayList<>();
            tracker.drained().onDone(() -> threads.add(Thread.currentThread()));
            assertThat(threads).containsExactly(Thread.currentThread());
        }

        @Test
        void runInTheOrderOfTheirRegistrationWhateverTheirSignal() {
            DrainSignal one = tracker.drained();
            DrainSignal two = tracker.drained();
            List<String> order = new ArrayList<>();
            two.onDone(() -> order.add("a"));
            one.onDone(() -> order.add("b"));
            two.onDone(() -> order.add("c"));
            tracker.close();
            assertThat(order).containsExactly("a", "b", "c");
        }

        @Test
        void runInTheThreadThatDrains() throws Exception {
            TaskToken token = tracker.token();
            tracker.close();
            List<Thread> threads = new ArrayList<>();
            tracker.drained().onDone(() -> threads.add(Thread.currentThread()));
            Thread last = new Thread(token::close);
            last.start();
            last.join();
            assertThat(threads).containsExactly(last);
        }

        @Test
        void runOnceHoweverOftenTheTrackerDrains() {
            AtomicInteger runs = new AtomicInteger();
            tracker.drained().onDone(runs::incrementAndGet);
            tracker.close();
            tracker.token().close();
            tracker.reopen();
            tracker.close();
            assertThat(runs).hasValue(1);
        }

        @Test
        void thatAreUnlinkedNeverRun() {
            AtomicInteger runs = new AtomicInteger();
            DrainSignal signal = tracker.drained();
            Registration first = signal.onDone(runs::incrementAndGet);
            Registration middle = signal.onDone(runs::incrementAndGet);
            Registration last = signal.onDone(runs::incrementAndGet);
            Registration kept = signal.onDone(runs::incrementAndGet);
            middle.close();
            middle.close();
            first.close();
            last.close();
            tracker.close();
            assertThat(runs).hasValue(1);
            kept.close();
        }

        @Test
        void canUnlinkEachOther() {
            List<String> order = new ArrayList<>();
            DrainSignal signal = tracker.drained();
            List<Registration> later = new ArrayList<>();
            signal.onDone(() -> {
                order.add("first");
                later.forEach(Registration::close);
            });
            later.add(signal.onDone(() -> order.add("unlinked")));
            signal.onDone(() -> order.add("last"));
            tracker.close();
            assertThat(order).containsExactly("first", "last");
        }

        @Test
        void thatThrowReachTheThreadsHandlerAndDisturbNoOther() throws Exception {
            List<String> order = new ArrayList<>();
            DrainSignal signal = tracker.drained();
            signal.onDone(() -> order.add("before"));
            signal.onDone(() -> {
                throw new AssertionError("thrown by a waiter");
            });
            signal.onDone(() -> order.add("after"));
            List<Throwable> reported = new ArrayList<>();
            runInThreadWithHandler(tracker::close, reported::add);
            assertThat(order).containsExactly("before", "after");
            assertThat(reported).singleElement().hasToString("java.lang.AssertionError: thrown by a waiter");
            assertThat(signal.isDone()).isTrue();
        }

        @Test
        void runEvenIfTheHandlerThrowsToo() throws Exception {
            AtomicInteger runs = new AtomicInteger();
            DrainSignal signal = tracker.drained();
            signal.onDone(() -> {
                throw new IllegalStateException("thrown by a waiter");
            });
            signal.onDone(runs::incrementAndGet);
            runInThreadWithHandler(tracker::close, failure -> {
                throw new IllegalStateException("thrown by the handler");
            });
            assertThat(runs).hasValue(1);
        }

        @Test
        void thatThrowAtOnceReachTheCaller() {
            tracker.close();
            assertThatIllegalStateException()
                    .isThrownBy(() -> tracker.drained().onDone(() -> {
                        throw new IllegalStateException("mine");
                    }))
                    .withMessage("mine");
        }

        @Test
        void mayUseTheTrackerInAnyWay() {
            List<String> order = new ArrayList<>();
            DrainSignal signal = tracker.drained();
            signal.onDone(() -> {
                order.add("one");
                tracker.reopen();
                DrainSignal next = tracker.drained();
                next.onDone(() -> order.add("one of the next drain"));
                signal.onDone(() -> order.add("one that is late"));
                TaskToken token = tracker.token();
                tracker.close();
                token.close();
            });
            signal.onDone(() -> order.add("two"));
            tracker.close();
            assertThat(order).containsExactly("one", "one that is late", "two", "one of the next drain");
            assertThat(tracker.isDrained()).isTrue();
        }

        @Test
        void thatDrainAgainAndAgainTakeNoStack() {
            DrainSignal signal = tracker.drained();
            AtomicInteger runs = new AtomicInteger();
            for (int i = 0; i < 100_000; i++) {
                signal.onDone(() -> {
                    runs.incrementAndGet();
                    tracker.reopen();
                    tracker.close();
                });
            }
            tracker.close();
            assertThat(runs).hasValue(100_000);
        }

        @Test
        void thatDrainOneTrackerAfterAnotherTakeNoStack() {
            List<TaskTracker> trackers = new ArrayList<>();
            for (int i = 0; i < 100_000; i++) {
                trackers.add(TaskTracker.create("link"));
            }
            for (int i = 1; i < trackers.size(); i++) {
                TaskTracker next = trackers.get(i);
                trackers.get(i - 1).drained().onDone(next::close);
            }
            trackers.get(0).close();
            assertThat(trackers).allMatch(TaskTracker::isDrained);
        }

        @Test
        void areAllRunByOneDrainHoweverMany() {
            AtomicInteger runs = new AtomicInteger();
            for (int i = 0; i < 100_000; i++) {
                tracker.drained().onDone(runs::incrementAndGet);
            }
            tracker.close();
            assertThat(runs).hasValue(100_000);
        }

        @Test
        void leaveNothingBehindWhenUnlinked() {
            long before = GraphLayout.parseInstance(tracker).totalSize();
            for (int i = 0; i < 1_000_000; i++) {
                tracker.drained().onDone(() -> {}).close();
            }
            assertThat(GraphLayout.parseInstance(tracker).totalSize()).isEqualTo(before);
        }

        @Test
        void leaveNothingBehindWhenUnlinkedOutOfOrder() {
            long before = GraphLayout.parseInstance(tracker).totalSize();
            List<Registration> registrations = new ArrayList<>();
            for (int i = 0; i < 10_000; i++) {
                registrations.add(tracker.drained().onDone(() -> {}));
            }
            for (int step = 0; step < 7; step++) {
                for (int i = step; i < registrations.size(); i += 7) {
                    registrations.get(i).close();
                }
            }
            assertThat(GraphLayout.parseInstance(tracker).totalSize()).isEqualTo(before);
        }

        private void runInThreadWithHandler(Runnable body, Consumer<Throwable> handler) throws InterruptedException {
            Thread thread = new Thread(body);
            thread.setUncaughtExceptionHandler((where, failure) -> handler.accept(failure));
            thread.start();
            thread.join();
        }
    }

    @Nested
    class Blocking {

        @Test
        void returnsWhenDone() throws Exception {
            TaskToken token = tracker.token();
            tracker.close();
            DrainSignal signal = tracker.drained();
            FutureTask<Boolean> withoutLimit = new FutureTask<>(() -> awaitForEver(signal));
            FutureTask<Boolean> withLimit = new FutureTask<>(() -> signal.await(Duration.ofDays(1)));
            Thread one = start(withoutLimit);
            Thread two = start(withLimit);
            awaitBlocked(one);
            awaitBlocked(two);
            token.close();
            assertThat(withoutLimit.get()).isTrue();
            assertThat(withLimit.get()).isTrue();
        }

        @Test
        void returnsAtOnceIfDone() throws Exception {
            tracker.close();
            tracker.drained().await();
            assertThat(tracker.drained().await(Duration.ZERO)).isTrue();
        }

        @Test
        void givesUpWhenTheTimeIsOverAndLeavesNothing() throws Exception {
            long before = GraphLayout.parseInstance(tracker).totalSize();
            assertThat(tracker.drained().await(Duration.ZERO)).isFalse();
            assertThat(tracker.drained().await(Duration.ofMillis(1))).isFalse();
            assertThat(GraphLayout.parseInstance(tracker).totalSize()).isEqualTo(before);
        }

        @Test
        void givesUpWhenInterruptedAndLeavesNothing() throws Exception {
            long before = GraphLayout.parseInstance(tracker).totalSize();
            FutureTask<Boolean> waiting = new FutureTask<>(() -> awaitForEver(tracker.drained()));
            Thread thread = start(waiting);
            awaitBlocked(thread);
            thread.interrupt();
            assertThatExceptionOfType(ExecutionException.class)
                    .isThrownBy(waiting::get)
                    .withCauseInstanceOf(InterruptedException.class);
            assertThat(GraphLayout.parseInstance(tracker).totalSize()).isEqualTo(before);
        }

        @Test
        void takesAnAbsurdlyLongTimeoutForALongOne() throws Exception {
            TaskToken token = tracker.token();
            tracker.close();
            DrainSignal signal = tracker.drained();
            FutureTask<Boolean> waiting = new FutureTask<>(() -> signal.await(Duration.ofSeconds(Long.MAX_VALUE)));
            awaitBlocked(start(waiting));
            token.close();
            assertThat(waiting.get()).isTrue();
        }

        @Test
        void refusesANegativeTimeout() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> tracker.drained().await(Duration.ofMillis(-1)))
                    .withMessage(
                            "timeout must not be negative, but was PT-0.001S: use Duration.ZERO to return at once");
        }

        private boolean awaitForEver(DrainSignal signal) throws InterruptedException {
            signal.await();
            return true;
        }

        private Thread start(Runnable body) {
            Thread thread = new Thread(body);
            thread.setDaemon(true);
            thread.start();
            return thread;
        }

        private void awaitBlocked(Thread thread) {
            await().until(
                            thread::getState,
                            state -> state == Thread.State.WAITING || state == Thread.State.TIMED_WAITING);
        }
    }

    @Nested
    class Futures {

        @Test
        void completeWhenDone() {
            CompletableFuture<Void> future = tracker.drained().toFuture();
            assertThat(future).isNotDone();
            tracker.close();
            assertThat(future).isCompletedWithValue(null);
        }

        @Test
        void areCompleteAtOnceIfDone() {
            tracker.close();
            assertThat(tracker.drained().toFuture()).isCompletedWithValue(null);
        }

        @Test
        void unlinkTheWaitWhenCancelled() {
            long before = GraphLayout.parseInstance(tracker).totalSize();
            for (int i = 0; i < 1_000; i++) {
                tracker.drained().toFuture().cancel(false);
            }
            assertThat(GraphLayout.parseInstance(tracker).totalSize()).isEqualTo(before);
        }

        @Test
        void ofOneSignalAreEachTheirOwn() {
            DrainSignal signal = tracker.drained();
            CompletableFuture<Void> cancelled = signal.toFuture();
            CompletableFuture<Void> kept = signal.toFuture();
            cancelled.cancel(false);
            tracker.close();
            assertThat(kept).isCompletedWithValue(null);
        }
    }

    @Test
    @SuppressWarnings("NullAway")
    void nothingMayBeNull() {
        DrainSignal signal = tracker.drained();
        assertThatNullPointerException().isThrownBy(() -> signal.onDone(null)).withMessage("action must not be null");
        assertThatNullPointerException().isThrownBy(() -> signal.await(null)).withMessage("timeout must not be null");
    }

    @Test
    void toStringShowsTheTrackerAndWhetherItIsDone() {
        DrainSignal signal = tracker.drained();
        assertThat(signal)
                .hasToString("DrainSignal[orders, pending: tracker \"orders\", which is open, so it cannot drain before"
                        + " it is closed, and counts 0 tasks]");
        tracker.close();
        assertThat(signal).hasToString("DrainSignal[orders, done]");
    }
}
