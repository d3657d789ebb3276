// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class DrainTimeTest {

    private static final Duration SECOND = Duration.ofSeconds(1);

    private final AtomicLong nanoTime = new AtomicLong(Long.MAX_VALUE - 1_000); // soon to overflow, as it may
    private final TaskTracker tracker =
            new TaskTracker("timed", new TaskCount(new StateWord()), new RunningTasks(nanoTime::get));

    private void pass(Duration time) {
        nanoTime.addAndGet(time.toNanos());
    }

    @Test
    void isZeroWhileTheTrackerIsOpen() {
        pass(SECOND);
        assertThat(tracker.drainTime()).isZero();
        tracker.token();
        pass(SECOND);
        assertThat(tracker.drainTime()).isZero();
    }

    @Test
    void growsFromTheCloseOnAndStopsWithTheDrain() {
        TaskToken token = tracker.token();
        pass(SECOND);
        tracker.close();
        assertThat(tracker.drainTime()).isZero();
        pass(SECOND);
        assertThat(tracker.drainTime()).isEqualTo(SECOND);
        pass(SECOND);
        token.close();
        pass(SECOND);
        assertThat(tracker.drainTime()).isEqualTo(SECOND.multipliedBy(2));
    }

    @Test
    void isZeroForATrackerThatWasEmptyWhenItWasClosed() {
        tracker.close();
        pass(SECOND);
        assertThat(tracker.drainTime()).isZero();
    }

    @Test
    void beginsWithTheCloseThatClosedAndNotWithALaterCall() {
        tracker.token();
        tracker.close();
        pass(SECOND);
        assertThat(tracker.close()).isFalse();
        pass(SECOND);
        assertThat(tracker.drainTime()).isEqualTo(SECOND.multipliedBy(2));
    }

    @Test
    void staysThatOfTheFirstDrainWhenTasksComeAllTheSame() {
        TaskToken token = tracker.token();
        tracker.close();
        pass(SECOND);
        token.close();
        TaskToken late = tracker.token();
        pass(SECOND);
        assertThat(tracker.drainTime()).isEqualTo(SECOND);
        late.close();
        assertThat(tracker.drainTime()).isEqualTo(SECOND);
    }

    @Test
    void beginsAnewWithEachCloseAfterAReopen() {
        TaskToken token = tracker.token();
        tracker.close();
        pass(SECOND);
        tracker.reopen();
        pass(SECOND);
        assertThat(tracker.drainTime()).isZero();
        tracker.close();
        pass(SECOND);
        token.close();
        pass(SECOND);
        assertThat(tracker.drainTime()).isEqualTo(SECOND);
        tracker.reopen();
        assertThat(tracker.drainTime()).isZero();
    }

    @Test
    void ofAReopenedTrackerIsNotStoppedByADrainBefore() {
        tracker.close();
        tracker.reopen();
        tracker.token();
        tracker.close();
        pass(SECOND);
        assertThat(tracker.drainTime()).isEqualTo(SECOND);
    }

    /** The close follows a reopen that comes after the close has read the clock, while the tracker is drained. */
    @Test
    void isThatOfTheCloseAndNotOfADrainJustBeforeIt() {
        List<Runnable> meanwhile = new ArrayList<>();
        TaskTracker[] itself = new TaskTracker[1];
        TaskTracker reopened = new TaskTracker("reopened", new TaskCount(new StateWord()), new RunningTasks(() -> {
            if (!meanwhile.isEmpty()) {
                meanwhile.remove(0).run();
            }
            return nanoTime.get();
        }));
        itself[0] = reopened;
        reopened.close();
        meanwhile.add(() -> {
            itself[0].reopen();
            itself[0].token();
        });
        assertThat(reopened.close()).isTrue();
        pass(SECOND);
        assertThat(reopened.isDrained()).isFalse();
        assertThat(reopened.drainTime()).isEqualTo(SECOND);
    }

    /** The clock has stopped when both threads are done, whichever of them is delayed after its step. */
    @Test
    void hasStoppedWhenTheCloseAndTheLastTaskHaveReturned() throws Exception {
        int rounds = 20_000;
        List<TaskTracker> trackers = new ArrayList<>();
        List<TaskToken> tokens = new ArrayList<>();
        for (int i = 0; i < rounds; i++) {
            TaskTracker racing =
                    new TaskTracker("racing", new TaskCount(new StateWord()), new RunningTasks(nanoTime::get));
            trackers.add(racing);
            tokens.add(racing.token());
        }
        CyclicBarrier together = new CyclicBarrier(2);
        ExecutorService other = Executors.newSingleThreadExecutor();
        try {
            Future<?> closing = other.submit(() -> {
                for (TaskTracker racing : trackers) {
                    together.await();
                    racing.close();
                    together.await();
                }
                return null;
            });
            for (int i = 0; i < rounds; i++) {
                together.await();
                tokens.get(i).close();
                together.await();
            }
            closing.get();
        } finally {
            other.shutdownNow();
        }
        pass(SECOND);
        assertThat(trackers).allSatisfy(racing -> assertThat(racing.drainTime()).isZero());
    }

    /** The older close is delayed after its step. */
    @Test
    void isThatOfTheLaterOfTwoClosesAroundAReopen() throws Exception {
        int rounds = 2_000;
        CyclicBarrier together = new CyclicBarrier(2);
        ExecutorService other = Executors.newSingleThreadExecutor();
        tracker.token();
        List<Duration> ofOlder = new ArrayList<>();
        try {
            Future<?> closing = other.submit(() -> {
                for (int i = 0; i < rounds; i++) {
                    together.await();
                    tracker.close();
                    together.await();
                }
                return null;
            });
            for (int i = 0; i < rounds; i++) {
                together.await();
                while (!tracker.isClosed()) {
                    Thread.onSpinWait();
                }
                pass(SECOND);
                tracker.reopen();
                tracker.close();
                together.await();
                if (!tracker.drainTime().isZero()) {
                    ofOlder.add(tracker.drainTime());
                }
                tracker.reopen();
            }
            closing.get();
        } finally {
            other.shutdownNow();
        }
        assertThat(ofOlder).isEmpty();
    }

    // ---- the oldest task

    @Test
    void theOldestTaskIsTheFirstOfThoseThatRun() {
        assertThat(tracker.oldestTask()).isNull();
        tracker.token();
        assertThat(tracker.oldestTask()).isNull();
        TaskToken first = tracker.token("first");
        pass(SECOND);
        TaskToken second = tracker.token("second");
        pass(SECOND);
        RunningTask oldest = Objects.requireNonNull(tracker.oldestTask());
        assertThat(oldest).isEqualTo(tracker.runningTasks().get(0));
        assertThat(oldest.name()).isEqualTo("first");
        assertThat(oldest.age()).isEqualTo(SECOND.multipliedBy(2));
        first.close();
        assertThat(Objects.requireNonNull(tracker.oldestTask()).name()).isEqualTo("second");
        second.close();
        assertThat(tracker.oldestTask()).isNull();
    }
}
