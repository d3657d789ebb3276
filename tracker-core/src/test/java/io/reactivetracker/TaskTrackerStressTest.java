// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Many threads at once: what Lincheck verifies for a few steps holds for many. */
class TaskTrackerStressTest {

    private static final int THREADS = 8;

    @Test
    void noTaskIsLostOrCountedTwice() throws Exception {
        TaskTracker tracker = TaskTracker.create();
        AtomicInteger drains = new AtomicInteger();
        inThreads(thread -> {
            for (int i = 0; i < 50_000; i++) {
                TaskToken token = i % 16 == 0 ? tracker.token("named") : tracker.token();
                if (i % 64 == thread) {
                    tracker.close();
                    tracker.drained().onDone(drains::incrementAndGet).close();
                    tracker.reopen();
                }
                token.close();
                token.close();
            }
        });
        assertThat(tracker.size()).isZero();
        assertThat(tracker.runningTasks()).isEmpty();
        tracker.reopen();
        tracker.close();
        assertThat(tracker.isDrained()).isTrue();
    }

    @Test
    void oneTokenClosedByAllThreadsCountsDownOnce() throws Exception {
        TaskTracker tracker = TaskTracker.create();
        for (int round = 0; round < 200; round++) {
            TaskToken other = tracker.token();
            TaskToken shared = tracker.token();
            inThreads(thread -> shared.close());
            assertThat(tracker.size()).isOne();
            other.close();
        }
    }

    @Test
    void noTaskIsAcceptedBehindTheBackOfAWaitForTheClose() throws Exception {
        for (int round = 0; round < 500; round++) {
            TaskTracker tracker = TaskTracker.create();
            AtomicInteger accepted = new AtomicInteger();
            AtomicInteger ended = new AtomicInteger();
            AtomicInteger endedWhenDrained = new AtomicInteger(-1);
            inThreads(thread -> {
                if (thread == 0) {
                    tracker.close();
                    tracker.drained().onDone(() -> endedWhenDrained.set(ended.get()));
                } else {
                    TaskToken token = tracker.tryToken();
                    if (token != null) {
                        accepted.incrementAndGet();
                        ended.incrementAndGet();
                        token.close();
                    }
                }
            });
            assertThat(endedWhenDrained).hasValue(accepted.get());
        }
    }

    @Test
    void everyWaiterIsCalledOnceWhileTheTrackerDrainsOverAndOver() throws Exception {
        TaskTracker tracker = TaskTracker.create();
        List<AtomicInteger> calls = new ArrayList<>();
        for (int thread = 0; thread < THREADS; thread++) {
            calls.add(new AtomicInteger());
        }
        inThreads(thread -> {
            for (int i = 0; i < 20_000; i++) {
                if (thread % 2 == 0) {
                    tracker.drained().onDone(calls.get(thread)::incrementAndGet);
                } else {
                    tracker.close();
                    tracker.reopen();
                }
            }
        });
        tracker.close();
        for (int thread = 0; thread < THREADS; thread += 2) {
            assertThat(calls.get(thread)).hasValue(20_000);
        }
    }

    private interface Body {
        void run(int thread) throws Exception;
    }

    private static void inThreads(Body body) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            CyclicBarrier together = new CyclicBarrier(THREADS);
            List<Callable<Void>> bodies = new ArrayList<>();
            for (int thread = 0; thread < THREADS; thread++) {
                int index = thread;
                bodies.add(() -> {
                    together.await();
                    body.run(index);
                    return null;
                });
            }
            for (Future<Void> done : threads.invokeAll(bodies)) {
                done.get();
            }
        } finally {
            threads.shutdown();
        }
    }
}
