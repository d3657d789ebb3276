// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.reactivetracker.test.UncaughtFailures;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.openjdk.jol.info.GraphLayout;

class OnCloseTest {

    private final TaskTracker tracker = TaskTracker.create("orders");
    private final List<String> events = Collections.synchronizedList(new ArrayList<>());

    private Registration note(String event) {
        return tracker.onClose(() -> events.add(event));
    }

    @Test
    void runsActionsInTheirOrderWhenTheTrackerIsClosedAndBeforeItIsDrained() {
        tracker.drained().onDone(() -> events.add("drained"));
        note("one");
        note("two");
        assertThat(events).isEmpty();
        tracker.close();
        assertThat(events).containsExactly("one", "two", "drained");
    }

    @Test
    void doesNotWaitForTasks() {
        TaskToken task = tracker.token();
        note("closed");
        tracker.close();
        assertThat(events).containsExactly("closed");
        task.close();
        assertThat(events).containsExactly("closed");
    }

    @Test
    void runsAnActionAtOnceIfTheTrackerIsClosed() {
        tracker.close();
        note("closed");
        assertThat(events).containsExactly("closed");
    }

    @Test
    void runsAnActionOnceHoweverOftenTheTrackerIsClosed() {
        note("closed");
        tracker.close();
        tracker.close();
        tracker.reopen();
        tracker.close();
        assertThat(events).containsExactly("closed");
    }

    @Test
    void waitsForTheNextCloseAfterAReopen() {
        tracker.close();
        tracker.reopen();
        note("closed again");
        assertThat(events).isEmpty();
        tracker.close();
        assertThat(events).containsExactly("closed again");
    }

    @Test
    void runsAllActionsOfACloseAlthoughOneOfThemReopensTheTracker() {
        tracker.onClose(() -> {
            tracker.reopen();
            note("after the reopen");
        });
        note("before the reopen");
        tracker.close();
        assertThat(events).containsExactly("before the reopen");
        tracker.close();
        assertThat(events).containsExactly("before the reopen", "after the reopen");
    }

    @Test
    void doesNotRunAnActionThatWasRemoved() {
        Registration removed = note("removed");
        note("kept");
        removed.close();
        removed.close();
        tracker.close();
        removed.close();
        assertThat(events).containsExactly("kept");
    }

    @Test
    void letsAnActionUseTheTracker() {
        tracker.onClose(() -> {
            events.add("closed: " + tracker.isClosed());
            tracker.token().close();
            events.add("a second close: " + tracker.close());
            note("nested");
        });
        tracker.close();
        assertThat(events).containsExactly("closed: true", "a second close: false", "nested");
    }

    @Test
    void reportsWhatAnActionThrowsAndRunsTheOthersAndCloses() {
        IllegalStateException failure = new IllegalStateException("thrown by an action");
        tracker.drained().onDone(() -> events.add("drained"));
        tracker.onClose(() -> {
            throw failure;
        });
        note("after it");
        try (UncaughtFailures uncaught = new UncaughtFailures()) {
            assertThat(tracker.close()).isTrue();
            assertThat(uncaught.seen).containsExactly(failure);
        }
        assertThat(events).containsExactly("after it", "drained");
        assertThatIllegalStateException()
                .isThrownBy(() -> tracker.onClose(() -> {
                    throw failure;
                }))
                .isSameAs(failure);
    }

    @Test
    @SuppressWarnings("NullAway")
    void takesNoNull() {
        assertThatNullPointerException().isThrownBy(() -> tracker.onClose(null)).withMessage("action must not be null");
    }

    @Test
    void leavesNothingBehindWhenAHundredThousandActionsAreRemoved() {
        long before = GraphLayout.parseInstance(tracker).totalSize();
        for (int i = 0; i < 100_000; i++) {
            note("removed").close();
        }
        assertThat(GraphLayout.parseInstance(tracker).totalSize()).isEqualTo(before);
    }

    @Test
    void closesADeepChainOfTrackersOnAFlatStack() {
        List<TaskTracker> chain = new ArrayList<>();
        for (int i = 0; i < 100_000; i++) {
            TaskTracker next = TaskTracker.create("next");
            if (i > 0) {
                chain.get(i - 1).onClose(next::close);
            }
            chain.add(next);
        }
        chain.get(0).close();
        assertThat(chain).allMatch(TaskTracker::isClosed);
    }

    @Test
    void runsEachActionOnceWhileClosesAndReopensRaceWithRegistrations() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(3);
        try {
            for (int round = 0; round < 1_000; round++) {
                TaskTracker raced = TaskTracker.create("raced");
                AtomicInteger early = new AtomicInteger();
                AtomicInteger late = new AtomicInteger();
                AtomicInteger removed = new AtomicInteger();
                raced.onClose(early::incrementAndGet);
                Registration registration = raced.onClose(removed::incrementAndGet);
                CyclicBarrier start = new CyclicBarrier(3);
                Future<Boolean> close = threads.submit(() -> {
                    start.await();
                    return raced.close() && raced.reopen();
                });
                Future<?> register = threads.submit(() -> {
                    start.await();
                    return raced.onClose(late::incrementAndGet);
                });
                Future<?> remove = threads.submit(() -> {
                    start.await();
                    registration.close();
                    return null;
                });
                assertThat(close.get()).isTrue();
                register.get();
                remove.get();
                assertThat(early).hasValue(1);
                assertThat(removed.get()).isBetween(0, 1);
                assertThat(late.get()).isBetween(0, 1);
                raced.close();
                assertThat(early).hasValue(1);
                assertThat(late).hasValue(1);
                assertThat(removed.get()).isBetween(0, 1);
            }
        } finally {
            threads.shutdownNow();
        }
    }
}
