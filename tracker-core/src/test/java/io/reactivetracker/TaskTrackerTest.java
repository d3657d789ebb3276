// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TaskTrackerTest {

    private final TaskTracker tracker = TaskTracker.create("orders");

    // The tests of tokio-util's tracker, named by what they show. Those of its waits are in DrainSignalTest.

    /** Simulates that memory runs out between the count and the list. */
    @Test
    void aNamedTaskThatCannotBeListedIsNotCounted() {
        OutOfMemoryError full = new OutOfMemoryError("full");
        boolean[] isFull = new boolean[1];
        TaskTracker tracker = new TaskTracker("orders", new TaskCount(new StateWord()), new RunningTasks(() -> {
            if (isFull[0]) {
                throw full;
            }
            return 0;
        }));
        isFull[0] = true;
        assertThatThrownBy(() -> tracker.token("ship")).isSameAs(full);
        assertThatThrownBy(() -> tracker.tryToken("ship")).isSameAs(full);
        isFull[0] = false;
        assertThat(tracker.size()).isZero();
        assertThat(tracker.runningTasks()).isEmpty();
        TaskToken next = tracker.token("ship");
        tracker.close();
        assertThat(tracker.isDrained()).isFalse();
        next.close();
        assertThat(tracker.isDrained()).isTrue();
    }

    @Nested
    class Counting {

        @Test
        void isOpenAndEmptyAtFirst() {
            assertThat(tracker.isClosed()).isFalse();
            assertThat(tracker.isEmpty()).isTrue();
            assertThat(tracker.isDrained()).isFalse();
            assertThat(tracker.size()).isZero();
        }

        @Test
        void closeAndReopenTellWhetherTheyChangedAnythingAndLeaveTheCountAlone() {
            tracker.token();

            assertThat(tracker.close()).isTrue();
            assertThat(tracker.isClosed()).isTrue();
            assertThat(tracker.close()).isFalse();
            assertThat(tracker.isClosed()).isTrue();
            assertThat(tracker.reopen()).isTrue();
            assertThat(tracker.isClosed()).isFalse();
            assertThat(tracker.reopen()).isFalse();
            assertThat(tracker.isClosed()).isFalse();
            assertThat(tracker.size()).isOne();
            assertThat(tracker.isEmpty()).isFalse();
        }

        @Test
        void closeAndReopenTellTheSameWhenEmpty() {
            assertThat(tracker.close()).isTrue();
            assertThat(tracker.close()).isFalse();
            assertThat(tracker.reopen()).isTrue();
            assertThat(tracker.reopen()).isFalse();
            assertThat(tracker.isEmpty()).isTrue();
        }

        @Test
        void sizeFollowsTheTokens() {
            List<TaskToken> tokens = new ArrayList<>();
            for (int before = 0; before < 10; before++) {
                assertThat(tracker.size()).isEqualTo(before);
                tokens.add(tracker.token());
            }
            for (int left = 10; left > 0; left--) {
                assertThat(tracker.size()).isEqualTo(left);
                tokens.remove(0).close();
            }
            assertThat(tracker.isEmpty()).isTrue();
        }

        @Test
        void isDrainedOnlyWhileBothClosedAndEmpty() {
            TaskToken token = tracker.token();
            assertThat(tracker.isDrained()).isFalse();
            tracker.close();
            assertThat(tracker.isDrained()).isFalse();
            token.close();
            assertThat(tracker.isDrained()).isTrue();
            tracker.reopen();
            assertThat(tracker.isDrained()).isFalse();
        }

        @Test
        void countsTasksThatComeAfterClose() {
            tracker.close();
            try (TaskToken token = tracker.token()) {
                assertThat(token.tracker()).isSameAs(tracker);
                assertThat(tracker.size()).isOne();
                assertThat(tracker.isDrained()).isFalse();
            }
            assertThat(tracker.isDrained()).isTrue();
        }

        @Test
        void aTokenClosedTwiceCountsDownOnce() {
            TaskToken twice = tracker.token();
            TaskToken other = tracker.token();
            twice.close();
            twice.close();
            assertThat(tracker.size()).isOne();
            other.close();
            assertThat(tracker.size()).isZero();
        }
    }

    @Nested
    class Refusing {

        @Test
        void tryTokenCountsWhileOpen() {
            TaskToken token = Objects.requireNonNull(tracker.tryToken());
            assertThat(tracker.size()).isOne();
            token.close();
            assertThat(tracker.size()).isZero();
        }

        @Test
        void tryTokenRefusesAndCountsNothingOnceClosed() {
            tracker.close();
            assertThat(tracker.tryToken()).isNull();
            assertThat(tracker.tryToken("late")).isNull();
            assertThat(tracker.isDrained()).isTrue();
            assertThat(tracker.runningTasks()).isEmpty();
        }

        @Test
        void tryTokenAcceptsAgainOnceReopened() {
            tracker.close();
            tracker.reopen();
            assertThat(tracker.tryToken()).isNotNull();
        }

        @Test
        void aStrictTokenIsRefusedWithAMessageThatSaysWhatToDo() {
            tracker.close();
            assertThatIllegalStateException()
                    .isThrownBy(() -> new TaskToken(tracker, TaskOptions.strict()))
                    .isInstanceOfSatisfying(
                            TrackerClosedException.class,
                            refused -> assertThat(refused.trackerName()).isEqualTo("orders"))
                    .withMessage("tracker \"orders\" is closed and refuses strict tasks: start the task before"
                            + " close(), or without strict() to have it counted and awaited");
            assertThat(tracker.size()).isZero();
        }

        @Test
        void aStrictTokenIsCountedWhileOpen() {
            try (TaskToken token = new TaskToken(tracker, TaskOptions.strict().and(TaskOptions.named("ship")))) {
                assertThat(tracker.size()).isOne();
                assertThat(tracker.runningTasks()).extracting(RunningTask::name).containsExactly("ship");
                assertThat(token.runningTask()).isNotNull();
            }
            assertThat(tracker.size()).isZero();
            assertThat(tracker.runningTasks()).isEmpty();
        }
    }

    @Nested
    class Naming {

        private final AtomicLong nanoTime = new AtomicLong(-7_000_000_000L);
        private final TaskTracker timed =
                new TaskTracker("timed", new TaskCount(new StateWord()), new RunningTasks(nanoTime::get));

        @Test
        void listsNamedTasksOldestFirstUntilTheyEnd() {
            TaskToken first = tracker.token("first");
            TaskToken second = tracker.token("second");
            TaskToken third = Objects.requireNonNull(tracker.tryToken("third"));
            assertThat(names()).containsExactly("first", "second", "third");
            second.close();
            assertThat(names()).containsExactly("first", "third");
            first.close();
            assertThat(names()).containsExactly("third");
            TaskToken fourth = tracker.token("fourth");
            assertThat(names()).containsExactly("third", "fourth");
            third.close();
            fourth.close();
            assertThat(names()).isEmpty();
        }

        @Test
        void doesNotListUnnamedTasks() {
            TaskToken unnamed = tracker.token();
            assertThat(tracker.runningTasks()).isEmpty();
            assertThat(unnamed.runningTask()).isNull();
            assertThat(tracker.size()).isOne();
        }

        @Test
        void givesStartAndAgeOfEachTask() {
            timed.token("a");
            nanoTime.addAndGet(2_000_000_000L);
            timed.token("b");
            nanoTime.addAndGet(500_000_000L);

            List<RunningTask> tasks = timed.runningTasks();
            assertThat(tasks)
                    .extracting(RunningTask::age)
                    .containsExactly(Duration.ofMillis(2_500), Duration.ofMillis(500));
            assertThat(Duration.between(tasks.get(0).start(), tasks.get(1).start()))
                    .isEqualTo(Duration.ofSeconds(2));
            assertThat(tasks.get(0).start()).isCloseTo(Instant.now(), within(1, ChronoUnit.HOURS));
        }

        @Test
        void givesATaskOneStartAndOneIdHoweverOftenItIsLookedAt() {
            TaskToken token = timed.token("a");
            RunningTask before = timed.runningTasks().get(0);
            nanoTime.addAndGet(1_234_567);
            RunningTask after = timed.runningTasks().get(0);
            assertThat(after.start()).isEqualTo(before.start());
            assertThat(after.id()).isEqualTo(before.id());
            assertThat(token.runningTask()).isEqualTo(after);
        }

        @Test
        void givesIdsThatRiseAcrossTrackers() {
            TaskTracker other = TaskTracker.create();
            tracker.token("a");
            other.token("b");
            tracker.token("c");
            assertThat(Stream.of(tracker.runningTasks(), other.runningTasks(), tracker.runningTasks())
                            .map(tasks -> tasks.get(0).id()))
                    .doesNotContain(0L);
            assertThat(tracker.runningTasks().get(0).id())
                    .isLessThan(other.runningTasks().get(0).id());
            assertThat(other.runningTasks().get(0).id())
                    .isLessThan(tracker.runningTasks().get(1).id());
        }

        @Test
        void theListIsOfOneInstant() {
            TaskToken token = tracker.token("a");
            List<RunningTask> seen = tracker.runningTasks();
            token.close();
            assertThat(seen).extracting(RunningTask::name).containsExactly("a");
        }

        @Test
        void aTaskIsNoLongerListedWhenItsEndDrains() {
            TaskToken token = tracker.token("last");
            List<List<RunningTask>> seen = new ArrayList<>();
            tracker.drained().onDone(() -> seen.add(tracker.runningTasks()));
            tracker.close();
            token.close();
            assertThat(seen).containsExactly(List.of());
        }

        private List<String> names() {
            return tracker.runningTasks().stream().map(RunningTask::name).toList();
        }
    }

    @Nested
    class AtItsLimits {

        private final TaskTracker full = new TaskTracker(
                "full", new TaskCount(new StateWord((long) StateWord.MAX << 1)), new RunningTasks(System::nanoTime));

        @Test
        void refusesATaskThatItCannotCountAndStaysAsItWas() {
            assertThatIllegalStateException()
                    .isThrownBy(full::token)
                    .withMessage("tracker \"full\" counts 536870911 tasks, which is the maximum:"
                            + " are their tokens ever closed?");
            assertThatIllegalStateException().isThrownBy(full::tryToken).withMessageContaining("the maximum");
            assertThatIllegalStateException().isThrownBy(() -> full.token("a"));
            assertThatIllegalStateException().isThrownBy(() -> full.tryToken("a"));
            assertThat(full.size()).isEqualTo(536_870_911);
            assertThat(full.isClosed()).isFalse();
            assertThat(full.runningTasks()).isEmpty();
        }

        @Test
        void refusesAlsoWhileOthersHaveCountedTooManyForAMoment() {
            TaskTracker overshot = new TaskTracker(
                    "full",
                    new TaskCount(new StateWord((StateWord.MAX + 2L) << 1)),
                    new RunningTasks(System::nanoTime));
            assertThatIllegalStateException().isThrownBy(overshot::tryToken).withMessageContaining("the maximum");
            assertThatIllegalStateException().isThrownBy(() -> overshot.tryToken("a"));
            assertThat(overshot.size()).isEqualTo(StateWord.MAX + 2L);
            assertThat(overshot.runningTasks()).isEmpty();
        }

        @Test
        void countsAgainOnceATaskHasEnded() {
            full.countDown();
            TaskToken token = full.token();
            assertThat(full.size()).isEqualTo(StateWord.MAX);
            token.close();
            assertThat(full.size()).isEqualTo(StateWord.MAX - 1L);
        }

        @Test
        void drainsWhenTheEpochTurns() {
            TaskTracker turning = new TaskTracker(
                    "turning", new TaskCount(new StateWord(-1L << 33)), new RunningTasks(System::nanoTime));
            DrainSignal signal = turning.drained();
            turning.close();
            turning.reopen();
            assertThat(signal.isDone()).isTrue();
            assertThat(turning.size()).isZero();
            assertThat(turning.isClosed()).isFalse();
        }
    }

    @Nested
    class Arguments {

        @Test
        void aTrackerHasTheNameThatItWasGivenOrOneOfItsOwn() {
            assertThat(tracker.name()).isEqualTo("orders");
            assertThat(TaskTracker.create().name())
                    .startsWith("tracker-")
                    .isNotEqualTo(TaskTracker.create().name());
        }

        @ParameterizedTest
        @ValueSource(strings = {"", " ", "\t\n"})
        void namesMustNotBeBlank(String blank) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> TaskTracker.create(blank))
                    .withMessage("tracker name must not be blank, but was \"" + blank
                            + "\": give it a name that tells it from others");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> tracker.token(blank))
                    .withMessageStartingWith("task name must not be blank");
            assertThatIllegalArgumentException().isThrownBy(() -> tracker.tryToken(blank));
            assertThat(tracker.size()).isZero();
        }

        @Test
        @SuppressWarnings("NullAway")
        void nothingMayBeNull() {
            assertThatNullPointerException()
                    .isThrownBy(() -> TaskTracker.create(null))
                    .withMessage("tracker name must not be null");
            assertThatNullPointerException()
                    .isThrownBy(() -> tracker.token(null))
                    .withMessage("task name must not be null");
            assertThatNullPointerException()
                    .isThrownBy(() -> tracker.tryToken(null))
                    .withMessage("task name must not be null");
            assertThatNullPointerException()
                    .isThrownBy(() -> tracker.track(null))
                    .withMessage("stage must not be null");
            assertThatNullPointerException()
                    .isThrownBy(() -> tracker.wrap(null))
                    .withMessage("executor must not be null");
            assertThatNullPointerException()
                    .isThrownBy(() -> tracker.wrap(Runnable::run).execute(null))
                    .withMessage("command must not be null");
            assertThatNullPointerException()
                    .isThrownBy(() -> new TaskToken(null))
                    .withMessage("tracker must not be null");
            assertThatNullPointerException()
                    .isThrownBy(() -> new TaskToken(tracker, (TaskOptions) null))
                    .withMessage("options must not be null");
            assertThatNullPointerException()
                    .isThrownBy(() -> new TrackerClosedException(null))
                    .withMessage("tracker must not be null");
            assertThat(tracker.size()).isZero();
        }

        @Test
        void toStringShowsNameStateAndCount() {
            tracker.token();
            assertThat(tracker).hasToString("TaskTracker[orders, open, 1 running]");
            tracker.close();
            assertThat(tracker).hasToString("TaskTracker[orders, closed, 1 running]");
        }
    }
}
