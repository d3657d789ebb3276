// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WrappedExecutorServiceTest {

    private final TaskTracker tracker = TaskTracker.create("orders");
    private final ExecutorService thread = Executors.newSingleThreadExecutor();
    private final ExecutorService service = tracker.wrap(thread);
    private final CountDownLatch go = new CountDownLatch(1);

    @AfterEach
    void stop() {
        go.countDown();
        thread.shutdownNow();
    }

    private Long waitForGo() throws InterruptedException {
        go.await();
        return tracker.size();
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        while (latch.getCount() > 0) {
            try {
                latch.await();
            } catch (InterruptedException ignored) {
                // A shutdown or a cancel interrupts, which this body ignores.
            }
        }
    }

    private void awaitDrain() throws InterruptedException {
        tracker.close();
        assertThat(tracker.drained().await(Duration.ofSeconds(10))).isTrue();
    }

    @Test
    void countsATaskFromItsSubmissionToTheEndOfItsBody() throws Exception {
        Future<Long> running = service.submit(this::waitForGo);
        Future<Long> queued = service.submit(tracker::size);
        assertThat(tracker.size()).isEqualTo(2);
        go.countDown();
        assertThat(running.get()).isEqualTo(2);
        assertThat(queued.get()).isBetween(1L, 2L);
        awaitDrain();
    }

    @Test
    void countsATaskUntilItThrows() throws Exception {
        Future<?> failed = service.submit(() -> {
            throw new IllegalStateException("thrown by the body");
        });
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(failed::get)
                .withMessageContaining("thrown by the body");
        awaitDrain();
    }

    @Test
    void countsTheTasksOfInvokeAllAndInvokeAny() throws Exception {
        List<Callable<Long>> tasks = List.of(tracker::size, tracker::size, tracker::size);
        for (Future<Long> done : service.invokeAll(tasks)) {
            assertThat(done.get()).isPositive();
        }
        assertThat(service.invokeAny(tasks)).isPositive();
        awaitDrain();
    }

    @Test
    void countsACancelledTaskUntilTheServiceHasTakenItFromItsQueue() throws Exception {
        service.execute(() -> awaitUninterruptibly(go));
        AtomicInteger ran = new AtomicInteger();
        Future<?> queued = service.submit(ran::incrementAndGet);
        assertThat(queued.cancel(true)).isTrue();
        assertThat(tracker.size()).isEqualTo(2);
        go.countDown();
        awaitDrain();
        assertThat(ran).hasValue(0);
    }

    @Test
    void countsACancelledTaskThatRunsUntilItsBodyHasReturned() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        Future<?> running = service.submit(() -> {
            started.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException cancelled) {
                interrupted.countDown();
                go.await();
            }
            return null;
        });
        started.await();
        assertThat(running.cancel(true)).isTrue();
        interrupted.await();
        assertThat(tracker.size()).isOne();
        go.countDown();
        awaitDrain();
    }

    @Test
    void doesNotCountTasksThatShutdownNowReturns() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        service.execute(() -> {
            started.countDown();
            awaitUninterruptibly(go);
        });
        started.await();
        Runnable counted = () -> {};
        Runnable direct = () -> {};
        TaskTracker other = TaskTracker.create("other");
        service.execute(counted);
        thread.execute(direct);
        other.wrap(thread).execute(() -> {});
        List<Runnable> returned = service.shutdownNow();
        assertThat(returned).hasSize(3).startsWith(counted, direct);
        assertThat(tracker.size()).isOne();
        assertThat(other.size()).isOne();
        returned.get(2).run();
        assertThat(other.size()).isZero();
        go.countDown();
        awaitDrain();
        assertThat(thread.isShutdown()).isTrue();
    }

    @Test
    void doesNotCountATaskThatIsRejected() {
        service.shutdown();
        assertThatExceptionOfType(RejectedExecutionException.class).isThrownBy(() -> service.submit(() -> {}));
        assertThat(tracker.size()).isZero();
    }

    @Test
    void passesTheShutdownOnAndLeavesTheTrackerOpen() throws Exception {
        assertThat(service.isShutdown()).isFalse();
        service.execute(() -> awaitUninterruptibly(go));
        service.shutdown();
        assertThat(thread.isShutdown()).isTrue();
        assertThat(service.isShutdown()).isTrue();
        assertThat(service.isTerminated()).isFalse();
        assertThat(service.awaitTermination(1, TimeUnit.MILLISECONDS)).isFalse();
        assertThat(tracker.size()).isOne();
        go.countDown();
        assertThat(service.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        assertThat(service.isTerminated()).isTrue();
        assertThat(tracker.isClosed()).isFalse();
        assertThat(tracker.size()).isZero();
    }

    @Test
    void letsNoTaskWaitForItself() throws Exception {
        Future<?> waiting = service.submit(() -> {
            tracker.close();
            assertThatIllegalStateException()
                    .isThrownBy(() -> tracker.drained().await())
                    .withMessageContaining("needs its own end");
            return null;
        });
        waiting.get();
    }

    @Test
    @SuppressWarnings("NullAway")
    void refusesNull() {
        assertThatNullPointerException()
                .isThrownBy(() -> tracker.wrap((ExecutorService) null))
                .withMessage("executor must not be null");
        assertThatNullPointerException()
                .isThrownBy(() -> service.execute(null))
                .withMessage("command must not be null");
        assertThat(tracker.size()).isZero();
    }
}
