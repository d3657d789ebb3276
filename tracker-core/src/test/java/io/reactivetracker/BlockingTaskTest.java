// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@link TaskTracker#submitBlocking}. */
@Timeout(60)
class BlockingTaskTest {

    private final TaskTracker tracker = TaskTracker.create("orders");
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch release = new CountDownLatch(1);

    @Test
    void countsTheCodeUntilItHasReturned() throws Exception {
        CompletableFuture<String> future = tracker.submitBlocking("import", () -> {
            begun.countDown();
            release.await();
            return "done";
        });

        begun.await();
        assertThat(tracker.runningTasks()).extracting(RunningTask::name).containsExactly("import");
        release.countDown();

        assertThat(future.join()).isEqualTo("done");
        assertThat(tracker.isEmpty()).isTrue();
    }

    @Test
    void aCancelInterruptsTheCodeAndTheCountWaitsForIt() throws Exception {
        CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
        CompletableFuture<String> future = tracker.submitBlocking("import", () -> {
            begun.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                interrupted.complete(true);
            }
            release.await();
            return "late";
        });
        begun.await();

        future.cancel(true);

        assertThat(interrupted.join()).isTrue();
        assertThat(future).isCancelled();
        assertThat(tracker.size()).isEqualTo(1);
        release.countDown();
        await().until(tracker::isEmpty);
    }

    @Test
    void aDependentThatBlocksDoesNotDelayTheInterrupt() throws Exception {
        CompletableFuture<String> future = tracker.submitBlocking("import", () -> {
            begun.countDown();
            new CountDownLatch(1).await();
            return "never";
        });
        // Runs in the thread that cancels, and waits for the code that the cancel has to interrupt.
        CompletableFuture<Void> dependent = future.handle((value, failure) -> {
            await().until(tracker::isEmpty);
            return null;
        });
        begun.await();

        assertThat(future.cancel(true)).isTrue();

        dependent.join();
        assertThat(future).isCancelled();
    }

    @Test
    void codeThatThrowsFailsTheFutureAndIsNotCountedAnyMore() {
        CompletableFuture<String> future = tracker.submitBlocking("import", () -> {
            throw new java.io.IOException("reset");
        });

        assertThatThrownBy(future::join).isInstanceOf(CompletionException.class).hasRootCauseMessage("reset");
        assertThat(tracker.isEmpty()).isTrue();
    }

    @Test
    void anErrorFailsTheFutureToo() {
        CompletableFuture<String> future = tracker.submitBlocking("import", () -> {
            throw new StackOverflowError("deep");
        });

        assertThatThrownBy(future::join).hasRootCauseMessage("deep");
        assertThat(tracker.isEmpty()).isTrue();
    }

    @Test
    void theCodeMustNotWaitForItsOwnDrain() {
        CompletableFuture<Boolean> future = tracker.submitBlocking("import", () -> {
            tracker.close();
            return tracker.drained().await(Duration.ofDays(1));
        });

        assertThatThrownBy(future::join)
                .hasRootCauseInstanceOf(IllegalStateException.class)
                .hasStackTraceContaining("a task must not wait for a drain that needs its own end");
    }

    @Test
    void aClosedTrackerRefusesStrictTasksOnly() {
        tracker.close();

        assertThatThrownBy(() -> tracker.submitBlocking(TaskOptions.strict(), () -> "never"))
                .isInstanceOf(TrackerClosedException.class);
        assertThat(tracker.submitBlocking("late", () -> "counted").join()).isEqualTo("counted");
        assertThatIllegalArgumentException().isThrownBy(() -> tracker.submitBlocking(" ", () -> ""));
    }

    @Test
    void noInterruptReachesTheNextTaskOfAThread() {
        for (int i = 0; i < 1_000; i++) {
            CompletableFuture<Object> cancelled = tracker.submitBlocking("cancelled", Object::new);
            cancelled.cancel(true);
            assertThat(tracker.submitBlocking("next", Thread::interrupted).join())
                    .isFalse();
        }
        await().until(tracker::isEmpty);
    }
}
