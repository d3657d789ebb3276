// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.TaskOptions;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@link TaskGroup#submitBlocking}. */
@Timeout(60)
class BlockingBodyTest {

    private final TaskGroup group = TaskGroup.builder("orders").build();
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch release = new CountDownLatch(1);

    private String blocks() throws InterruptedException {
        begun.countDown();
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException interrupted) {
            release.await();
        }
        return "late";
    }

    @Test
    void itsResultIsThatOfTheCode() {
        assertThat(group.submitBlocking("import", () -> "done").join()).isEqualTo("done");
        assertThat(group.counts().succeeded()).isEqualTo(1);
    }

    @Test
    void aCancelOfTheGroupInterruptsTheCodeAndTheDrainWaitsForIt() throws Exception {
        CompletableFuture<String> future = group.submitBlocking("import", this::blocks);
        begun.await();

        group.cancel();

        // join() of newer JDKs throws a CancellationException of its own.
        assertThat(future.handle((value, failure) -> failure).join()).isInstanceOf(TaskCancelledException.class);
        assertThat(group.counts().active()).isEqualTo(1);
        assertThat(group.drained().isDone()).isFalse();
        release.countDown();
        group.drained().await();
        assertThat(group.counts().cancelled()).isEqualTo(1);
    }

    @Test
    void cancellingTheFutureInterruptsTheCode() throws Exception {
        CompletableFuture<String> future = group.submitBlocking("import", this::blocks);
        begun.await();
        release.countDown();

        future.cancel(true);

        await().until(() -> group.counts().cancelled() == 1);
    }

    @Test
    void aQueuedTaskThatIsCancelledNeverRuns() throws Exception {
        TaskGroup limited =
                TaskGroup.builder("limited").admission(Admission.concurrency(1)).build();
        CompletableFuture<String> running = limited.submitBlocking("runs", this::blocks);
        begun.await();
        AtomicInteger runs = new AtomicInteger();
        CompletableFuture<Integer> queued = limited.submitBlocking("queued", runs::incrementAndGet);

        queued.cancel(true);
        running.cancel(true);
        release.countDown();
        limited.closeAndDrain().await();

        assertThat(runs).hasValue(0);
        assertThat(limited.counts().cancelled()).isEqualTo(2);
    }

    @Test
    void codeThatFailsIsRunAgainAsThePolicySays() {
        TaskGroup retrying = TaskGroup.builder("retrying")
                .onError(ErrorPolicy.retry(3, Backoff.none()))
                .build();
        AtomicInteger attempts = new AtomicInteger();

        assertThat(retrying.submitBlocking("import", () -> {
                            if (attempts.incrementAndGet() < 3) {
                                throw new java.io.IOException("reset");
                            }
                            return "third";
                        })
                        .join())
                .isEqualTo("third");
    }

    @Test
    void tasksThatTheCodeStartsAreItsChildren() {
        TaskGroup limited =
                TaskGroup.builder("limited").admission(Admission.concurrency(1)).build();

        // The inner task shares the permit of the outer one. Without that, this would never end.
        assertThat(limited.submitBlocking(
                                "outer",
                                () -> limited.submitBlocking("inner", () -> "in")
                                        .join())
                        .join())
                .isEqualTo("in");
    }

    @Test
    void aClosedGroupRefusesTheCode() {
        group.close();

        assertThatThrownBy(() -> group.submitBlocking(TaskOptions.defaults(), () -> "never"))
                .isInstanceOf(GroupClosedException.class);
    }

    @Test
    void aFailureAfterTheCancelReachesTheUncaughtHandlerAndTheEndOfACancelDoesNot() throws Exception {
        java.util.List<Throwable> reported = new java.util.concurrent.CopyOnWriteArrayList<>();
        Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
        Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> reported.add(failure));
        try {
            CompletableFuture<String> stage = new CompletableFuture<>();
            CompletableFuture<String> interrupted = new CompletableFuture<>();
            CompletableFuture<String> ofStage = group.submit("stage", context -> stage);
            CompletableFuture<String> ofInterrupted = group.submit("interrupted", context -> interrupted);
            CompletableFuture<String> ofBody = group.submitBlocking("body", () -> {
                begun.countDown();
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException stop) {
                    throw new IllegalStateException("disk full");
                }
                return "never";
            });
            begun.await();
            ofStage.cancel(true);
            ofInterrupted.cancel(true);
            ofBody.cancel(true);
            stage.completeExceptionally(new IllegalStateException("no paper"));
            interrupted.completeExceptionally(new InterruptedException());

            await().dontCatchUncaughtExceptions().until(() -> group.counts().cancelled() == 3);
            assertThat(reported).extracting(Throwable::getMessage).containsExactlyInAnyOrder("disk full", "no paper");
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(before);
        }
    }
}
