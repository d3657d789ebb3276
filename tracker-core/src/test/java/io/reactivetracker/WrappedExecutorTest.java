// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class WrappedExecutorTest {

    private final TaskTracker tracker = TaskTracker.create("orders");
    private final Queue<Runnable> queue = new ArrayDeque<>();
    private final Executor executor = tracker.wrap(queue::add);

    @Test
    void countsATaskFromExecuteToTheEndOfItsBody() {
        List<Long> sizes = new ArrayList<>();
        executor.execute(() -> sizes.add(tracker.size()));
        assertThat(tracker.size()).isOne();
        queue.remove().run();
        assertThat(sizes).containsExactly(1L);
        assertThat(tracker.size()).isZero();
    }

    @Test
    void countsATaskUntilItThrows() {
        executor.execute(() -> {
            throw new IllegalStateException("thrown by the body");
        });
        assertThatIllegalStateException().isThrownBy(() -> queue.remove().run()).withMessage("thrown by the body");
        assertThat(tracker.size()).isZero();
    }

    @Test
    void doesNotCountATaskThatIsRejected() {
        Executor rejecting = tracker.wrap(command -> {
            throw new RejectedExecutionException("full");
        });
        assertThatExceptionOfType(RejectedExecutionException.class)
                .isThrownBy(() -> rejecting.execute(() -> {}))
                .withMessage("full");
        assertThat(tracker.size()).isZero();
    }

    @Test
    void countsOnceATaskThatThrowsInTheCallingThread() {
        TaskToken other = tracker.token();
        assertThatIllegalStateException()
                .isThrownBy(() -> tracker.wrap(Runnable::run).execute(() -> {
                    throw new IllegalStateException("thrown by the body");
                }));
        assertThat(tracker.size()).isOne();
        other.close();
    }

    @Test
    void isWaitedForWhenClosedAfterTheTasksStarted() throws Exception {
        assertThat(runEight(false)).isEqualTo(8);
    }

    @Test
    void isWaitedForWhenClosedBeforeTheTasksStart() throws Exception {
        assertThat(runEight(true)).isEqualTo(8);
    }

    private int runEight(boolean closeFirst) throws InterruptedException {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        AtomicInteger ended = new AtomicInteger();
        try {
            CountDownLatch go = new CountDownLatch(1);
            Executor tracked = tracker.wrap(threads);
            if (closeFirst) {
                tracker.close();
            }
            for (int i = 0; i < 8; i++) {
                tracked.execute(() -> {
                    awaitUninterruptibly(go);
                    ended.incrementAndGet();
                });
            }
            tracker.close();
            DrainSignal signal = tracker.drained();
            assertThat(signal.isDone()).isFalse();
            go.countDown();
            signal.await();
            return ended.get();
        } finally {
            threads.shutdown();
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void anUnreachableTrackerStopsNoTask() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(1);
        ExecutorService threads = Executors.newSingleThreadExecutor();
        try {
            TaskTracker.create().wrap(threads).execute(() -> {
                awaitUninterruptibly(go);
                ended.countDown();
            });
            System.gc();
            go.countDown();
            ended.await();
        } finally {
            threads.shutdown();
        }
    }
}
