// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import static io.reactivetracker.group.HeldWork.errorOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.reactivetracker.TaskOptions;
import io.reactivetracker.test.ManualTimer;
import io.reactivetracker.test.UncaughtFailures;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests in which thread a body runs, and what happens to a task that its executor rejects. */
@SuppressWarnings("FutureReturnValueIgnored") // a continuation's result is an Object, and is not ignored
class GroupExecutorTest {

    private static final InheritableThreadLocal<String> USER = new InheritableThreadLocal<>();

    private final ManualTimer timer = new ManualTimer();
    private final CountDownLatch release = new CountDownLatch(1);
    private final Queue<Runnable> handedOver = new ArrayDeque<>();

    @AfterEach
    void letTheBlockedGoOn() {
        release.countDown();
        USER.remove();
    }

    // ---- which thread

    @Test
    void aBodyThatIsAdmittedAtOnceRunsInItsCallersThread() {
        TaskGroup group = TaskGroup.builder("orders").executor(handedOver::add).build();
        assertThat(group.submit(TaskOptions.defaults(), task -> done(Thread.currentThread())))
                .isCompletedWithValue(Thread.currentThread());
        assertThat(handedOver).isEmpty();
    }

    @Test
    void aBodyThatIsAdmittedLaterRunsOnTheExecutor() {
        TaskGroup group = limited(handedOver::add);
        HeldWork first = HeldWork.in(group, "first");
        HeldWork second = HeldWork.in(group, "second");
        first.succeed();
        assertThat(second.attempts()).isZero();
        assertThat(group.counts().active()).isOne();
        handedOver.remove().run();
        assertThat(second.attempts()).isOne();
    }

    @Test
    void aRetryRunsOnTheExecutorWithAndWithoutADelay() {
        for (Backoff backoff : List.of(Backoff.none(), Backoff.fixed(Duration.ofSeconds(1)))) {
            TaskGroup group = TaskGroup.builder("orders")
                    .timer(timer)
                    .executor(handedOver::add)
                    .onError(ErrorPolicy.retry(1, backoff))
                    .build();
            HeldWork work = HeldWork.in(group, "ship");
            work.fail(new IllegalStateException("no ship"));
            timer.advance(Duration.ofSeconds(1));
            assertThat(work.attempts()).isOne();
            handedOver.remove().run();
            assertThat(work.attempts()).isEqualTo(2);
        }
    }

    @Test
    void aResumptionRunsOnTheExecutor() {
        TaskGroup group = TaskGroup.builder("orders")
                .executor(handedOver::add)
                .onError(ErrorPolicy.resumeWith(1, task -> done("resumed")))
                .build();
        HeldWork work = HeldWork.in(group, "ship");
        work.fail(new IllegalStateException("no ship"));
        assertThat(work.future()).isNotDone();
        handedOver.remove().run();
        assertThat(work.future()).isCompletedWithValue("resumed");
    }

    @Test
    void aChildHasTheExecutorOfItsParentUnlessItIsGivenItsOwn() {
        TaskGroup parent = TaskGroup.builder("orders").executor(handedOver::add).build();
        Executor own = Runnable::run;
        assertThat(parent.child("mails").bodies()).isEqualTo(parent.bodies());
        assertThat(parent.childBuilder("mails").executor(own).build().bodies().executor())
                .isSameAs(own);
    }

    @Test
    void aTaskThatIsCancelledBeforeTheExecutorBeginsItsBodyNeverRuns() {
        TaskGroup group = limited(handedOver::add);
        HeldWork first = HeldWork.in(group, "first");
        HeldWork second = HeldWork.in(group, "second");
        first.succeed();
        second.future().cancel(false);
        assertThat(group.closeAndDrain().isDone()).isTrue();
        handedOver.remove().run();
        assertThat(second.attempts()).isZero();
    }

    @Test
    void aDirectExecutorRunsAnyNumberOfTasksOneAfterTheOtherOnAFlatStack() {
        TaskGroup group = limited(Runnable::run);
        HeldWork first = HeldWork.in(group, "first");
        AtomicInteger ran = new AtomicInteger();
        for (int i = 0; i < 100_000; i++) {
            CompletableFuture<Integer> unused =
                    group.submit(TaskOptions.defaults(), task -> done(ran.incrementAndGet()));
        }
        first.succeed();
        assertThat(ran).hasValue(100_000);
    }

    @Test
    void aDirectExecutorRetriesAnyNumberOfTimesOnAFlatStack() {
        TaskGroup group = TaskGroup.builder("orders")
                .executor(Runnable::run)
                .maxAttempts(100_000)
                .onError(ErrorPolicy.retry(99_999, Backoff.none()))
                .build();
        assertThat(group.submit(
                        TaskOptions.defaults(),
                        task -> task.attempt() < 100_000
                                ? CompletableFuture.failedFuture(new IllegalStateException("again"))
                                : done(task.attempt())))
                .isCompletedWithValue(100_000);
    }

    // ---- the default executor

    @Test
    void theDefaultThreadIsADaemonAndInheritsNothing() {
        USER.set("of another request");
        TaskGroup group = limited(null);
        HeldWork first = HeldWork.in(group, "first");
        CompletableFuture<List<Object>> seen = group.submit(TaskOptions.defaults(), task -> {
            Thread thread = Thread.currentThread();
            List<Object> about = new ArrayList<>(List.of(thread, thread.isDaemon(), thread.getContextClassLoader()));
            about.add(USER.get());
            return done(about);
        });
        first.succeed();
        List<Object> about = seen.join();
        assertThat(about.get(0)).isNotSameAs(Thread.currentThread());
        assertThat(about.get(1)).isEqualTo(true);
        assertThat(about.get(2)).isSameAs(TaskGroup.class.getClassLoader());
        assertThat(about.get(3)).isNull();
    }

    @Test
    void theDefaultThreadIsVirtualWhereTheJdkHasThem() throws Exception {
        assumeTrue(Runtime.version().feature() >= 21);
        TaskGroup group = limited(null);
        HeldWork first = HeldWork.in(group, "first");
        CompletableFuture<Thread> seen = group.submit(TaskOptions.defaults(), task -> done(Thread.currentThread()));
        first.succeed();
        assertThat(Thread.class.getMethod("isVirtual").invoke(seen.join())).isEqualTo(true);
    }

    // ---- bodies that block

    @Test
    void aBodyThatBlocksKeepsNoOtherOfTheSameRateWaiting() {
        TaskGroup group = TaskGroup.builder("orders")
                .timer(timer)
                .admission(Admission.rate(1, Duration.ofSeconds(1)))
                .build();
        HeldWork.in(group, "first").succeed();
        AtomicInteger started = new AtomicInteger();
        submitBlocking(group, started, 6);
        for (int second = 0; second < 6; second++) {
            timer.advance(Duration.ofSeconds(1));
        }
        await().untilAtomic(started, equalTo(6));
    }

    @Test
    void aRaisedLimitStartsAsManyBodiesAsItAllowsThoughTheyBlock() {
        ConcurrencyLimit limit = Admission.concurrency(1);
        TaskGroup group = TaskGroup.builder("orders").admission(limit).build();
        HeldWork first = HeldWork.in(group, "first");
        AtomicInteger started = new AtomicInteger();
        submitBlocking(group, started, 3);
        limit.limit(4);
        await().untilAtomic(started, equalTo(3));
        first.succeed();
    }

    @Test
    void theCallerOfSubmitRunsNoBodyButItsOwn() {
        TaskGroup group = limited(handedOver::add);
        AtomicInteger others = new AtomicInteger();
        CompletableFuture<String> mine = group.submit(TaskOptions.named("mine"), task -> {
            // Submitted from another thread, so the tasks are not children of this one.
            CompletableFuture.runAsync(() -> {
                        for (int i = 0; i < 100; i++) {
                            CompletableFuture<Integer> unused =
                                    group.submit(TaskOptions.named("other"), other -> done(others.incrementAndGet()));
                        }
                    })
                    .join();
            return done("mine");
        });
        assertThat(mine).isCompletedWithValue("mine");
        assertThat(others).hasValue(0);
        while (!handedOver.isEmpty()) {
            handedOver.remove().run();
        }
        assertThat(others).hasValue(100);
    }

    @Test
    void aBodyMayWaitForTasksOfAGroupOfItsOwnHoweverManyCameBeforeIt() {
        TaskGroup outer = limited(null);
        HeldWork gate = HeldWork.in(outer, "gate");
        List<CompletableFuture<String>> all = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            all.add(outer.submit(TaskOptions.defaults(), task -> {
                TaskGroup inner = limited(null);
                HeldWork one = HeldWork.in(inner, "one");
                CompletableFuture<String> two = inner.submit(TaskOptions.named("two"), other -> done("two"));
                one.succeed();
                return done(two.join());
            }));
        }
        gate.succeed();
        await().untilAsserted(() -> assertThat(all).allMatch(CompletableFuture::isDone));
    }

    // ---- an executor that rejects tasks

    @Test
    void aFirstAttemptThatIsRefusedRejectsTheTaskAndFreesItsPermit() {
        for (Throwable refusal : List.of(new RejectedExecutionException("full"), new OutOfMemoryError("no thread"))) {
            ConcurrencyLimit limit = Admission.concurrency(1);
            TaskGroup group = TaskGroup.builder("orders")
                    .admission(limit)
                    .executor(refusing(refusal))
                    .build();
            HeldWork first = HeldWork.in(group, "first");
            HeldWork second = HeldWork.in(group, "second");
            HeldWork third = HeldWork.in(group, "third");
            first.succeed();
            assertThat(errorOf(second.future()))
                    .isInstanceOf(TaskRejectedException.class)
                    .hasMessage("task \"second\" was rejected by the executor of group \"orders\": it failed with "
                            + refusal)
                    .hasCause(refusal);
            assertThat(errorOf(third.future())).isInstanceOf(TaskRejectedException.class);
            assertThat(limit.active()).isZero();
            assertThat(group.counts())
                    .isEqualTo(TaskCounts.none().with(Outcome.SUCCEEDED, 1).with(Outcome.REJECTED, 2));
            assertThat(group.closeAndDrain().isDone()).isTrue();
        }
    }

    @Test
    void aRetryThatIsRefusedFailsTheTaskWithItsOwnErrorAndTheRefusalSuppressed() {
        RejectedExecutionException refusal = new RejectedExecutionException("full");
        for (Backoff backoff : List.of(Backoff.none(), Backoff.fixed(Duration.ofSeconds(1)))) {
            IllegalStateException error = new IllegalStateException("no ship");
            ConcurrencyLimit limit = Admission.concurrency(1);
            TaskGroup group = TaskGroup.builder("orders")
                    .timer(timer)
                    .admission(limit)
                    .executor(refusing(refusal))
                    .onError(ErrorPolicy.retry(1, backoff))
                    .build();
            HeldWork work = HeldWork.in(group, "ship");
            work.fail(error);
            timer.advance(Duration.ofSeconds(1));
            assertThat(errorOf(work.future())).isSameAs(error).hasSuppressedException(refusal);
            assertThat(limit.active()).isZero();
            assertThat(group.counts()).isEqualTo(TaskCounts.none().with(Outcome.FAILED, 1));
        }
    }

    @Test
    void anExecutorThatTakesABodyAndThrowsRunsItOnce() {
        TaskGroup group = limited(body -> {
            body.run();
            body.run();
            throw new RejectedExecutionException("too late");
        });
        HeldWork first = HeldWork.in(group, "first");
        HeldWork second = HeldWork.in(group, "second");
        try (UncaughtFailures uncaught = new UncaughtFailures()) {
            first.succeed();
            assertThat(uncaught.seen).singleElement().isInstanceOf(RejectedExecutionException.class);
        }
        assertThat(second.attempts()).isOne();
        second.succeed();
        assertThat(second.future()).isCompletedWithValue("done");
    }

    @Test
    @SuppressWarnings("NullAway") // null is not allowed here
    void refusesNoExecutorByName() {
        assertThatNullPointerException()
                .isThrownBy(() -> TaskGroup.builder("orders").executor(null))
                .withMessage("executor must not be null");
    }

    private static TaskGroup limited(@Nullable Executor executor) {
        TaskGroupBuilder builder = TaskGroup.builder("orders").admission(Admission.concurrency(1));
        return (executor == null ? builder : builder.executor(executor)).build();
    }

    private static Executor refusing(Throwable refusal) {
        return body -> {
            if (refusal instanceof Error error) {
                throw error;
            }
            throw (RuntimeException) refusal;
        };
    }

    private void submitBlocking(TaskGroup group, AtomicInteger started, int number) {
        Function<TaskContext, CompletionStage<String>> body = task -> {
            started.incrementAndGet();
            awaitRelease();
            return done("released");
        };
        for (int i = 0; i < number; i++) {
            CompletableFuture<String> unused = group.submit(TaskOptions.named("blocks"), body);
        }
    }

    private void awaitRelease() {
        try {
            release.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static <T> CompletableFuture<T> done(T value) {
        return CompletableFuture.completedFuture(value);
    }
}
