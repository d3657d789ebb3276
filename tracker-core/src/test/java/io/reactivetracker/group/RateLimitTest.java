// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.reactivetracker.Registration;
import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskTimer;
import io.reactivetracker.adapter.GroupTask;
import io.reactivetracker.test.ManualTimer;
import io.reactivetracker.test.Together;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class RateLimitTest {

    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration TENTH = Duration.ofMillis(100);

    private final RateLimit rate = Admission.rate(10, SECOND, 3);
    private final HandEndedTasks tasks = new HandEndedTasks(rate);

    @Test
    void startsABurstAtOnceAndThenOneInEachIntervalInTheOrderInWhichTheyCame() {
        tasks.submitNumbered(1, 6);
        assertThat(tasks.started()).containsExactly("1", "2", "3");
        assertThat(rate.queued()).isEqualTo(3);
        tasks.timer.advance(TENTH.minusNanos(1));
        assertThat(tasks.started()).hasSize(3);
        tasks.timer.advance(Duration.ofNanos(1));
        assertThat(tasks.started()).containsExactly("1", "2", "3", "4");
        tasks.timer.advance(TENTH);
        assertThat(tasks.started()).containsExactly("1", "2", "3", "4", "5");
        tasks.timer.advance(TENTH);
        assertThat(tasks.started()).containsExactly("1", "2", "3", "4", "5", "6");
        assertThat(tasks.timer.pending()).isZero();
        tasks.succeedAll();
        tasks.assertDrained(6, 0, 0, 0);
    }

    @Test
    void keepsItsPaceWhenTheClockOverflows() {
        // The clock of the test overflows one second after its start.
        List<Integer> startedAfter = new ArrayList<>();
        tasks.submitNumbered(1, 40);
        for (int tenth = 0; tenth < 37; tenth++) {
            startedAfter.add(tasks.started().size());
            assertThat(tasks.started()).hasSize(3 + tenth);
            tasks.timer.advance(TENTH);
        }
        assertThat(startedAfter).hasSize(37);
        assertThat(tasks.started()).hasSize(40);
        tasks.succeedAll();
        tasks.assertDrained(40, 0, 0, 0);
    }

    @Test
    void aPermitIsUsedByTheStartOfATaskAndNotGivenBackByItsEnd() {
        tasks.submitNumbered(1, 3);
        tasks.succeedAll();
        tasks.submit("4");
        tasks.assertPending(1, 0);
        tasks.timer.advance(TENTH);
        tasks.succeed("4");
        tasks.assertDrained(4, 0, 0, 0);
    }

    @Test
    void savesUpNoMoreThanABurstHoweverLongThePause() {
        tasks.submitNumbered(1, 3);
        tasks.timer.advance(Duration.ofDays(365));
        tasks.submitNumbered(4, 8);
        assertThat(tasks.started()).hasSize(6);
        tasks.timer.advance(Duration.ofMillis(200));
        tasks.succeedAll();
        tasks.assertDrained(8, 0, 0, 0);
    }

    @Test
    void savesUpOnePermitInEachInterval() {
        tasks.submitNumbered(1, 3);
        tasks.timer.advance(Duration.ofMillis(199));
        tasks.submitNumbered(4, 5);
        assertThat(tasks.started()).hasSize(4);
        tasks.timer.advance(Duration.ofMillis(1));
        assertThat(tasks.started()).hasSize(5);
        tasks.succeedAll();
        tasks.assertDrained(5, 0, 0, 0);
    }

    @Test
    void setsOneAlarmHoweverManyWait() {
        tasks.submitNumbered(1, 1_000);
        assertThat(tasks.timer.pending()).isOne();
        for (int started = 4; started <= 1_000; started++) {
            tasks.timer.advance(TENTH);
            assertThat(tasks.started()).hasSize(started);
            assertThat(tasks.timer.pending()).isEqualTo(started < 1_000 ? 1 : 0);
        }
        tasks.succeedAll();
        tasks.assertDrained(1_000, 0, 0, 0);
    }

    @Test
    void aTaskThatLeavesUsesNoPermitAndThoseBehindMoveUp() {
        tasks.submitNumbered(1, 8);
        tasks.timer.advance(Duration.ofMillis(50));
        tasks.cancel("4", "6");
        assertThat(rate.queued()).isEqualTo(3);
        assertThat(tasks.timer.pending()).isOne();
        tasks.timer.advance(Duration.ofMillis(50));
        assertThat(tasks.started()).containsExactly("1", "2", "3", "5");
        tasks.timer.advance(TENTH);
        assertThat(tasks.started()).containsExactly("1", "2", "3", "5", "7");
        tasks.timer.advance(TENTH);
        tasks.succeedAll();
        tasks.assertDrained(6, 0, 2, 0);
    }

    @Test
    void nothingIsLeftWhenTheLastLeaves() {
        tasks.submitNumbered(1, 5);
        tasks.cancel("4");
        assertThat(tasks.timer.pending()).isOne();
        tasks.cancel("5");
        assertThat(tasks.timer.pending()).isZero();
        assertThat(rate.queued()).isZero();
        tasks.timer.advance(TENTH);
        tasks.submit("6", "7");
        assertThat(tasks.started()).containsExactly("1", "2", "3", "6");
        tasks.cancel("7");
        assertThat(tasks.timer.pending()).isZero();
        tasks.succeedAll();
        tasks.assertDrained(4, 0, 3, 0);
    }

    @Test
    void aCancelOfTheGroupLeavesNothingInTheTimer() {
        tasks.submitNumbered(1, 10_000);
        tasks.group.cancel();
        assertThat(rate.queued()).isZero();
        assertThat(tasks.timer.pending()).isZero();
        tasks.succeedAll();
        tasks.assertDrained(0, 0, 10_000, 0);
    }

    @Test
    void takesAsManyAtOnceAsInOneSpanIfNotToldOtherwise() {
        HandEndedTasks others = new HandEndedTasks(Admission.rate(5, SECOND));
        others.submitNumbered(1, 7);
        assertThat(others.started()).hasSize(5);
        others.timer.advance(Duration.ofMillis(200));
        assertThat(others.started()).hasSize(6);
        others.timer.advance(Duration.ofMillis(200));
        others.succeedAll();
        others.assertDrained(7, 0, 0, 0);
    }

    @Test
    void aRateNeedNotBeWhole() {
        HandEndedTasks half = new HandEndedTasks(Admission.rate(0.5, SECOND));
        half.submitNumbered(1, 3);
        assertThat(half.started()).hasSize(1);
        half.timer.advance(Duration.ofMillis(1_999));
        assertThat(half.started()).hasSize(1);
        half.timer.advance(Duration.ofMillis(1));
        assertThat(half.started()).hasSize(2);
        half.timer.advance(Duration.ofSeconds(2));
        half.succeedAll();
        half.assertDrained(3, 0, 0, 0);

        HandEndedTasks twoAndAHalf = new HandEndedTasks(Admission.rate(2.5, SECOND));
        twoAndAHalf.submitNumbered(1, 4);
        assertThat(twoAndAHalf.started()).hasSize(2);
        twoAndAHalf.timer.advance(Duration.ofMillis(400));
        assertThat(twoAndAHalf.started()).hasSize(3);
        twoAndAHalf.timer.advance(Duration.ofMillis(400));
        twoAndAHalf.succeedAll();
        twoAndAHalf.assertDrained(4, 0, 0, 0);
    }

    @Test
    void anAlarmThatComesLateStartsAsManyAsHaveComeDue() {
        LateTimer timer = new LateTimer();
        TaskGroup group = DirectGroups.builder("orders")
                .timer(timer)
                .admission(Admission.rate(10, SECOND, 1))
                .build();
        AtomicInteger started = new AtomicInteger();
        for (int i = 0; i < 10; i++) {
            CompletableFuture<Void> unused = group.submit(TaskOptions.named("task"), task -> {
                started.incrementAndGet();
                return CompletableFuture.completedFuture(null);
            });
        }
        timer.late = Duration.ofMillis(350);
        timer.manual.advance(TENTH);
        // A bucket of one holds one permit: permits do not accumulate while tasks wait.
        assertThat(started.get()).isEqualTo(2);
        timer.late = Duration.ZERO;
        timer.manual.advance(Duration.ofSeconds(2));
        assertThat(started).hasValue(10);
        assertThat(group.closeAndDrain().isDone()).isTrue();
    }

    @Nested
    class WhenTheRateIsChanged {

        @Test
        void aFasterOneTakesEffectForThoseThatWait() {
            tasks.submitNumbered(1, 6);
            tasks.timer.advance(Duration.ofMillis(10));
            rate.rate(100, SECOND);
            assertThat(tasks.timer.pending()).isOne();
            tasks.timer.advance(Duration.ofMillis(10));
            assertThat(tasks.started()).containsExactly("1", "2", "3", "4");
            tasks.timer.advance(Duration.ofMillis(10));
            assertThat(tasks.started()).containsExactly("1", "2", "3", "4", "5");
            tasks.timer.advance(Duration.ofMillis(10));
            tasks.succeedAll();
            tasks.assertDrained(6, 0, 0, 0);
        }

        @Test
        void aSlowerOneTakesEffectForThoseThatWait() {
            tasks.submitNumbered(1, 6);
            rate.rate(1, SECOND);
            assertThat(tasks.started()).hasSize(3);
            assertThat(tasks.timer.pending()).isOne();
            tasks.timer.advance(Duration.ofMillis(999));
            assertThat(tasks.started()).hasSize(3);
            tasks.timer.advance(Duration.ofMillis(1));
            assertThat(tasks.started()).hasSize(4);
            tasks.timer.advance(SECOND);
            assertThat(tasks.started()).hasSize(5);
            tasks.timer.advance(SECOND);
            tasks.succeedAll();
            tasks.assertDrained(6, 0, 0, 0);
        }

        @Test
        void asManyPermitsAreSavedUpAsBefore() {
            tasks.submit("1");
            rate.rate(1, Duration.ofDays(1));
            tasks.submit("2", "3", "4");
            assertThat(tasks.started()).containsExactly("1", "2", "3");
            rate.rate(1_000, SECOND);
            tasks.timer.advance(Duration.ofMillis(1));
            tasks.submit("5");
            assertThat(tasks.started()).containsExactly("1", "2", "3", "4");
            tasks.cancel("5");
            tasks.succeedAll();
            tasks.assertDrained(4, 0, 1, 0);
        }

        @Test
        void aWaitThatIsHalfOverIsHalfOverStill() {
            tasks.submitNumbered(1, 4);
            tasks.timer.advance(Duration.ofMillis(50));
            rate.rate(1, SECOND);
            tasks.timer.advance(Duration.ofMillis(499));
            assertThat(tasks.started()).hasSize(3);
            tasks.timer.advance(Duration.ofMillis(1));
            assertThat(tasks.started()).hasSize(4);
            tasks.succeedAll();
            tasks.assertDrained(4, 0, 0, 0);
        }

        @Test
        void nothingIsStartedOrSetWhileNobodyWaits() {
            rate.rate(1, SECOND);
            assertThat(tasks.timer.pending()).isZero();
            tasks.submitNumbered(1, 4);
            assertThat(tasks.started()).hasSize(3);
            rate.rate(1, Duration.ofDays(1));
            rate.rate(1, Duration.ofSeconds(2));
            assertThat(tasks.timer.pending()).isOne();
            tasks.timer.advance(Duration.ofSeconds(2));
            tasks.succeedAll();
            tasks.assertDrained(4, 0, 0, 0);
        }

        @Test
        void fromTheSlowestToTheFastestAndBackOverflowsNothing() {
            tasks.submitNumbered(1, 10);
            for (int round = 0; round < 3; round++) {
                rate.rate(Double.MIN_VALUE, Duration.ofSeconds(Long.MAX_VALUE));
                rate.rate(1, Duration.ofNanos(1));
            }
            rate.rate(Double.MIN_VALUE, Duration.ofSeconds(Long.MAX_VALUE));
            assertThat(tasks.timer.pending()).isOne();
            assertThat(tasks.started()).hasSizeLessThan(10);
            rate.rate(1, Duration.ofNanos(1));
            tasks.timer.advance(Duration.ofNanos(7));
            tasks.succeedAll();
            tasks.assertDrained(10, 0, 0, 0);
        }
    }

    @Nested
    class OfHugeNumbers {

        @Test
        void aSpanWithoutEndStartsTheFirstAndLetsOthersWait() {
            HandEndedTasks once = new HandEndedTasks(Admission.rate(1, Duration.ofSeconds(Long.MAX_VALUE)));
            once.submitNumbered(1, 3);
            assertThat(once.started()).containsExactly("1");
            once.timer.advance(Duration.ofDays(40_000));
            assertThat(once.started()).containsExactly("1");
            assertThat(once.timer.pending()).isOne();
            once.group.cancel();
            once.succeedAll();
            once.assertDrained(0, 0, 3, 0);
        }

        @Test
        void aBurstWithoutEndStartsAllAtOnce() {
            HandEndedTasks many = new HandEndedTasks(Admission.rate(1, SECOND, Integer.MAX_VALUE));
            many.submitNumbered(1, 10_000);
            assertThat(many.started()).hasSize(10_000);
            many.succeedAll();
            many.assertDrained(10_000, 0, 0, 0);
        }

        @Test
        void aBurstOfHugeIntervalsStaysABurst() {
            HandEndedTasks yearly = new HandEndedTasks(Admission.rate(1, Duration.ofDays(365), Integer.MAX_VALUE));
            yearly.submitNumbered(1, 100);
            assertThat(yearly.started()).hasSize(100);
            yearly.succeedAll();
            yearly.assertDrained(100, 0, 0, 0);
        }

        @Test
        void whatCannotBeToldFromForEverIsWaitedForWithoutOverflow() {
            HandEndedTasks huge = new HandEndedTasks(
                    Admission.rate(Double.MIN_VALUE, Duration.ofSeconds(Long.MAX_VALUE), Integer.MAX_VALUE));
            huge.submitNumbered(1, 10);
            assertThat(huge.started()).isNotEmpty();
            int started = huge.started().size();
            huge.timer.advance(Duration.ofDays(365));
            assertThat(huge.started()).hasSize(started);
            huge.group.cancel();
            huge.succeedAll();
            huge.assertDrained(0, 0, 10, 0);
        }

        @Test
        void oneInANanosecondIsTheFastest() {
            HandEndedTasks fast = new HandEndedTasks(Admission.rate(1e9, SECOND, 1));
            fast.submitNumbered(1, 1_000);
            assertThat(fast.started()).hasSize(1);
            fast.timer.advance(Duration.ofNanos(999));
            fast.succeedAll();
            fast.assertDrained(1_000, 0, 0, 0);
            assertThat(Admission.rate(1e18, Duration.ofSeconds(1_000_000_000))).isNotNull();
        }
    }

    @Nested
    class WhenOthersComeBetween {

        private final LateTimer timer = new LateTimer();
        private final RateLimit hourly = Admission.rate(1, Duration.ofHours(1), 1);
        private final TaskGroup group =
                DirectGroups.builder("orders").timer(timer).admission(hourly).build();
        private final AtomicInteger started = new AtomicInteger();

        private CompletableFuture<Void> submit() {
            return group.submit(TaskOptions.named("task"), task -> {
                started.incrementAndGet();
                return CompletableFuture.completedFuture(null);
            });
        }

        @Test
        void aRateThatIsChangedWhileTheAlarmIsBeingSetTakesEffect() {
            CompletableFuture<Void> first = submit();
            timer.whenNextIsSet = () -> hourly.rate(1_000, SECOND);
            CompletableFuture<Void> second = submit();
            assertThat(first).isCompleted();
            assertThat(timer.manual.pending()).isOne();
            timer.manual.advance(Duration.ofMillis(1));
            assertThat(second).isCompleted();
            assertThat(timer.manual.pending()).isZero();
            assertThat(group.closeAndDrain().isDone()).isTrue();
        }

        @Test
        void aTaskThatLeavesWhileTheAlarmIsBeingSetLeavesNothing() {
            CompletableFuture<Void> first = submit();
            timer.whenNextIsSet = group::cancel;
            CompletableFuture<Void> second = submit();
            assertThat(first).isCompleted();
            assertThat(second).isCancelled();
            assertThat(timer.manual.pending()).isZero();
            assertThat(group.closeAndDrain().isDone()).isTrue();
        }

        @Test
        void anAlarmThatRingsBeforeItIsKnownIsNotTakenForTheNext() {
            CompletableFuture<Void> first = submit();
            timer.whenNextIsSet = () -> {
                CompletableFuture<Void> third = submit();
                timer.manual.advance(Duration.ofHours(1));
                assertThat(third).isNotDone();
            };
            CompletableFuture<Void> second = submit();
            assertThat(first).isCompleted();
            assertThat(second).isCompleted();
            assertThat(timer.manual.pending()).isOne();
            group.cancel();
            assertThat(timer.manual.pending()).isZero();
            assertThat(group.closeAndDrain().isDone()).isTrue();
            assertThat(group.counts())
                    .isEqualTo(TaskCounts.none().with(Outcome.SUCCEEDED, 2).with(Outcome.CANCELLED, 1));
        }

        @Test
        void aTimerThatThrowsRejectsTheTaskAndDisturbsNoOther() {
            CompletableFuture<Void> first = submit();
            timer.whenNextIsSet = () -> {
                throw new IllegalStateException("the timer is shut down");
            };
            CompletableFuture<Void> second = submit();
            assertThat(second.handle((value, failure) -> failure).join())
                    .isInstanceOf(TaskRejectedException.class)
                    .hasMessageContaining("the timer is shut down");
            assertThat(hourly.queued()).isZero();
            CompletableFuture<Void> third = submit();
            timer.manual.advance(Duration.ofHours(1));
            assertThat(first).isCompleted();
            assertThat(third).isCompleted();
            assertThat(group.closeAndDrain().isDone()).isTrue();
            assertThat(group.counts())
                    .isEqualTo(TaskCounts.none().with(Outcome.SUCCEEDED, 2).with(Outcome.REJECTED, 1));
        }

        @Test
        void aCandidateThatRefusesUsesNoPermitAndTheNextStartsAtOnce() {
            GroupTask asks = GroupTask.issue(group, TaskOptions.named("asks"), () -> null);
            CompletableFuture<List<CompletableFuture<Void>>> behind = new CompletableFuture<>();
            Registration place = hourly.admit(new AdmissionRequest() {
                @Override
                public TaskContext task() {
                    return asks;
                }

                @Override
                public TaskTimer timer() {
                    return timer;
                }

                @Override
                public boolean grant(Permit permit) {
                    // While this task is being issued, another one arrives and finds no permit.
                    behind.complete(List.of(submit()));
                    return false;
                }

                @Override
                public void reject(String reason) {
                    throw new AssertionError(reason);
                }
            });
            place.close();
            assertThat(behind.join())
                    .singleElement()
                    .satisfies(future -> assertThat(future).isCompleted());
            assertThat(timer.manual.pending()).isZero();
            asks.end(Outcome.CANCELLED);
            assertThat(group.closeAndDrain().isDone()).isTrue();
        }
    }

    @Nested
    class UnderManyThreads {

        private final ManualTimer timer = new ManualTimer();
        private final RateLimit perSecond = Admission.rate(1_000, SECOND, 10);
        private final TaskGroup group =
                DirectGroups.builder("orders").timer(timer).admission(perSecond).build();

        @Test
        void startsNoMoreThanTheRateAllowsAndLosesNobody() throws Exception {
            AtomicInteger started = new AtomicInteger();
            Together.run(8, 100, (thread, round) -> {
                for (int i = 0; i < 10; i++) {
                    CompletableFuture<Void> unused = group.submit(TaskOptions.named("task"), task -> {
                        started.incrementAndGet();
                        return CompletableFuture.completedFuture(null);
                    });
                }
            });
            assertThat(started).hasValue(10);
            assertThat(timer.pending()).isOne();
            timer.advance(SECOND);
            assertThat(started).hasValue(1_010);
            assertThat(timer.pending()).isOne();
            timer.advance(Duration.ofSeconds(7));
            assertThat(started).hasValue(8_000);
            assertThat(timer.pending()).isZero();
            assertThat(group.closeAndDrain().isDone()).isTrue();
            assertThat(group.counts()).isEqualTo(TaskCounts.none().with(Outcome.SUCCEEDED, 8_000));
        }

        @Test
        void aTaskThatLeavesWhileTheAlarmRingsLeavesNothing() throws Exception {
            List<CompletableFuture<Void>> futures = new ArrayList<>();
            int[] cancelled = new int[1];
            Together.run(
                    2,
                    5_000,
                    round -> {
                        futures.clear();
                        for (int i = 0; i < 11; i++) {
                            futures.add(group.submit(
                                    TaskOptions.named("task"), task -> CompletableFuture.completedFuture(null)));
                        }
                        assertThat(timer.pending()).isOne();
                    },
                    (thread, round) -> {
                        if (thread == 0) {
                            timer.advance(Duration.ofMillis(1));
                        } else {
                            futures.get(10).cancel(true);
                        }
                    },
                    round -> {
                        assertThat(futures)
                                .allSatisfy(future -> assertThat(future).isDone());
                        cancelled[0] += futures.get(10).isCancelled() ? 1 : 0;
                        assertThat(perSecond.queued()).isZero();
                        assertThat(timer.pending()).isZero();
                        timer.advance(SECOND);
                    });
            assertThat(group.closeAndDrain().isDone()).isTrue();
            assertThat(group.counts())
                    .isEqualTo(TaskCounts.none()
                            .with(Outcome.SUCCEEDED, 55_000 - cancelled[0])
                            .with(Outcome.CANCELLED, cancelled[0]));
        }

        @Test
        void setsOneAlarmWhileTasksComeAndLeaveAndTheRateChanges() throws Exception {
            Together.run(
                    4,
                    500,
                    round -> {},
                    (thread, round) -> {
                        for (int i = 0; i < 20; i++) {
                            if (thread == 0) {
                                perSecond.rate(500 + i, SECOND);
                            } else if (thread == 1) {
                                timer.advance(Duration.ofNanos(500_000));
                            } else {
                                CompletableFuture<Void> future = group.submit(
                                        TaskOptions.named("task"), task -> CompletableFuture.completedFuture(null));
                                if (i % 3 != 0) {
                                    future.cancel(true);
                                }
                            }
                        }
                    },
                    round -> {
                        assertThat(timer.pending()).isEqualTo(perSecond.queued() == 0 ? 0 : 1);
                        HandEndedTasks.assertBalanced(group.counts());
                    });
            timer.advance(Duration.ofMinutes(10));
            assertThat(perSecond.queued()).isZero();
            assertThat(timer.pending()).isZero();
            assertThat(group.closeAndDrain().isDone()).isTrue();
            assertThat(group.counts().ended()).isEqualTo(20_000);
        }
    }

    @Test
    void aRateMustBePositiveAndFinite() {
        for (double bad : new double[] {0, -0.0, -1, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
            String message = "permits must be positive and finite, but was " + bad;
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Admission.rate(bad, SECOND))
                    .withMessage(message);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Admission.rate(bad, SECOND, 1))
                    .withMessage(message);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> rate.rate(bad, SECOND))
                    .withMessage(message);
        }
        tasks.submitNumbered(1, 4);
        assertThat(tasks.started()).hasSize(3);
    }

    @Test
    void aRateMustNotBeAboveOneInANanosecond() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Admission.rate(1e10, SECOND))
                .withMessageContaining("the rate must not be above one per nanosecond, but was 1.0E10 per PT1S");
        assertThatIllegalArgumentException().isThrownBy(() -> rate.rate(Double.MAX_VALUE, Duration.ofDays(1)));
    }

    @Test
    void aSpanMustBePositive() {
        for (Duration bad : List.of(Duration.ZERO, Duration.ofNanos(-1), Duration.ofSeconds(Long.MIN_VALUE))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Admission.rate(1, bad))
                    .withMessage("per must be positive, but was " + bad);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> rate.rate(1, bad))
                    .withMessage("per must be positive, but was " + bad);
        }
    }

    @Test
    void aBurstMustBePositive() {
        for (int bad : new int[] {0, -1, Integer.MIN_VALUE}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Admission.rate(1, SECOND, bad))
                    .withMessageContaining("burst must be positive, but was " + bad);
        }
    }

    @Test
    @SuppressWarnings("NullAway")
    void nothingMayBeNull() {
        assertThatNullPointerException()
                .isThrownBy(() -> Admission.rate(1, null))
                .withMessage("per must not be null");
        assertThatNullPointerException().isThrownBy(() -> rate.rate(1, null)).withMessage("per must not be null");
    }

    @Test
    void toStringShowsTheIntervalAndTheLine() {
        tasks.submitNumbered(1, 5);
        assertThat(rate).hasToString("RateLimit[one per PT0.1S, 2 wait]");
        tasks.group.cancel();
    }

    /** A clock that may be late and runs an action after it sets an alarm. */
    private static final class LateTimer implements TaskTimer {

        final ManualTimer manual = new ManualTimer();
        Duration late = Duration.ZERO;
        Runnable whenNextIsSet = () -> {};

        @Override
        public long nanoTime() {
            return manual.nanoTime() + late.toNanos();
        }

        @Override
        public Registration schedule(Duration delay, Runnable action) {
            Registration set = manual.schedule(delay, action);
            Runnable between = whenNextIsSet;
            whenNextIsSet = () -> {};
            try {
                between.run();
            } catch (IllegalStateException broken) {
                set.close();
                throw broken;
            }
            return set;
        }
    }
}
