// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivetracker.DrainSignal;
import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.TaskOptions;
import io.reactivetracker.test.ManualTimer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** Tests groups with many threads: compares the counts with an oracle, and repeats races of two threads. */
class TaskGroupStressTest {

    private static final int THREADS = 8;
    private static final int READERS = 2;
    private static final int STEPS = 10_000;
    private static final int ROUNDS = 3_000;

    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS + READERS);
    private final ManualTimer timer = new ManualTimer();
    private final IOException error = withoutStack("no ship");

    @AfterEach
    void endThreads() {
        threads.shutdown();
    }

    /** Returns an error of one line in the log, because hundreds of them arrive there. */
    private static IOException withoutStack(String message) {
        IOException error = new IOException(message);
        error.setStackTrace(new StackTraceElement[0]);
        return error;
    }

    // ---- the oracle

    @RepeatedTest(4)
    void theFiguresAreTrueAtEveryInstantAndAgreeWithWhatBecameOfTheTasks() throws Exception {
        long seed = ThreadLocalRandom.current().nextLong();
        Oracle oracle = new Oracle(seed);
        AtomicInteger working = new AtomicInteger(THREADS);
        List<Callable<Void>> bodies = new ArrayList<>();
        for (int thread = 0; thread < THREADS; thread++) {
            Random random = new Random(seed + thread);
            bodies.add(() -> {
                try {
                    for (int step = 0; step < STEPS; step++) {
                        oracle.doAnything(random);
                    }
                } finally {
                    working.decrementAndGet();
                }
                return null;
            });
        }
        for (int reader = 0; reader < READERS; reader++) {
            bodies.add(() -> {
                TaskCounts last = TaskCounts.none();
                while (working.get() > 0) {
                    last = oracle.lookAfter(last);
                }
                return null;
            });
        }
        for (Future<Void> done : threads.invokeAll(bodies)) {
            done.get();
        }
        oracle.endAll();
    }

    /** A tree of random operations; records the outcome of each task from its future. */
    private final class Oracle {

        private final String seed;
        private final TaskGroup root;
        private final List<TaskGroup> groups = new CopyOnWriteArrayList<>();
        private final List<ConcurrencyLimit> limits = new ArrayList<>();
        private final ConcurrentLinkedQueue<CompletableFuture<String>> stages = new ConcurrentLinkedQueue<>();
        private final ConcurrentLinkedQueue<CompletableFuture<String>> futures = new ConcurrentLinkedQueue<>();
        private final AtomicLong issued = new AtomicLong();
        private final AtomicLong succeeded = new AtomicLong();
        private final AtomicLong failed = new AtomicLong();
        private final AtomicLong cancelled = new AtomicLong();
        private final AtomicLong rejected = new AtomicLong();

        Oracle(long seed) {
            this.seed = "seed " + seed;
            ConcurrencyLimit limit = limit(20, Integer.MAX_VALUE);
            root = DirectGroups.builder("root")
                    .timer(timer)
                    .admission(limit)
                    .onError(ErrorPolicy.retry(1, Backoff.none()).releasingPermit())
                    .build();
            for (int i = 0; i < 16; i++) {
                groups.add(root);
            }
        }

        private ConcurrencyLimit limit(int limit, int maxQueued) {
            ConcurrencyLimit made = Admission.concurrency(limit, maxQueued);
            synchronized (limits) {
                limits.add(made);
            }
            return made;
        }

        void doAnything(Random random) {
            TaskGroup group = groups.get(random.nextInt(groups.size()));
            switch (random.nextInt(32)) {
                case 0 -> createChild(group, random);
                case 1 -> notTheRoot(group, random, TaskGroup::close);
                case 2 -> notTheRoot(group, random, TaskGroup::cancel);
                case 3 -> notTheRoot(group, random, TaskGroup::closeAndDrain);
                case 4, 5, 6, 7, 8 -> {
                    CompletableFuture<String> future = futures.poll();
                    if (future != null) {
                        future.cancel(true);
                    }
                }
                case 9, 10, 11, 12, 13 -> end(stages.poll(), error);
                case 14 -> end(stages.poll(), new CancellationException("by the body"));
                case 15, 16, 17, 18, 19, 20 -> end(stages.poll(), null);
                default -> submit(group, random);
            }
        }

        private void createChild(TaskGroup parent, Random random) {
            TaskGroupBuilder builder = parent.childBuilder("child");
            switch (random.nextInt(6)) {
                case 0 -> builder.admission(limit(1, 1));
                case 1 -> builder.admission(limit(3, 1_000).and(limit(1, 2)));
                case 2 -> builder.onError(ErrorPolicy.retry(2, Backoff.none()));
                case 3 -> builder.onError(ErrorPolicy.cancelAfterErrors(20));
                case 4 ->
                    builder.onError(ErrorPolicy.retry(1, Backoff.fixed(Duration.ofNanos(7)))
                            .releasingPermit());
                default -> {}
            }
            try {
                groups.set(random.nextInt(groups.size()), builder.build());
            } catch (GroupClosedException refused) {
                groups.set(random.nextInt(groups.size()), root);
            }
            timer.advance(Duration.ofNanos(5));
        }

        private void notTheRoot(TaskGroup group, Random random, Consumer<TaskGroup> action) {
            if (group != root && random.nextInt(4) == 0) {
                action.accept(group);
            }
        }

        private void submit(TaskGroup group, Random random) {
            CompletableFuture<String> future;
            int kind = random.nextInt(8);
            try {
                future = group.submit(TaskOptions.named("task"), task -> {
                    if (kind == 0) {
                        throw new IllegalStateException("thrown");
                    }
                    CompletableFuture<String> stage = new CompletableFuture<>();
                    if (kind == 1) {
                        stage.complete("at once");
                    } else {
                        stages.add(stage);
                    }
                    if (kind == 2) {
                        task.cancellationToken().onCancel(() -> stage.complete("stopped"));
                    }
                    return stage;
                });
            } catch (GroupClosedException | TaskCancelledException refused) {
                return;
            }
            issued.incrementAndGet();
            futures.add(future);
            CompletableFuture<String> unused = future.whenComplete((value, failure) -> count(failure));
        }

        private void count(@Nullable Throwable failure) {
            if (failure == null) {
                succeeded.incrementAndGet();
            } else if (failure instanceof TaskRejectedException) {
                rejected.incrementAndGet();
            } else if (failure instanceof CancellationException) {
                cancelled.incrementAndGet();
            } else {
                failed.incrementAndGet();
            }
        }

        private void end(@Nullable CompletableFuture<String> stage, @Nullable Throwable failure) {
            if (stage == null) {
                return;
            }
            if (failure == null) {
                stage.complete("done");
            } else {
                stage.completeExceptionally(failure);
            }
        }

        TaskCounts lookAfter(TaskCounts last) {
            GroupSnapshot snapshot = root.snapshot();
            requireTrue(snapshot);
            TaskCounts now = snapshot.counts();
            assertThat(List.of(
                            now.issued() - last.issued(),
                            now.succeeded() - last.succeeded(),
                            now.failed() - last.failed(),
                            now.cancelled() - last.cancelled(),
                            now.timedOut() - last.timedOut(),
                            now.rejected() - last.rejected()))
                    .as(seed + ": no total goes back, from %s to %s", last, now)
                    .allMatch(more -> more >= 0);
            for (TaskGroup group : groups) {
                requireBalance(group.counts());
            }
            return now;
        }

        private void requireTrue(GroupSnapshot top) {
            List<GroupSnapshot> left = new ArrayList<>(List.of(top));
            while (!left.isEmpty()) {
                GroupSnapshot snapshot = left.remove(left.size() - 1);
                requireBalance(snapshot.own());
                requireBalance(snapshot.counts());
                TaskCounts sum = snapshot.own();
                for (GroupSnapshot child : snapshot.children()) {
                    sum = sum.plus(child.counts());
                }
                assertThat(snapshot.counts())
                        .as(seed + ": a parent includes its children")
                        .isEqualTo(sum);
                left.addAll(snapshot.children());
            }
        }

        private void requireBalance(TaskCounts counts) {
            boolean isTrue = counts.issued() == counts.ended() + counts.pending()
                    && counts.queued() >= 0
                    && counts.active() >= 0;
            assertThat(isTrue).as(seed + ": %s", counts).isTrue();
        }

        void endAll() throws InterruptedException {
            DrainSignal joined = root.closeAndDrain();
            while (!joined.isDone()) {
                end(stages.poll(), null);
                timer.advance(Duration.ofNanos(10));
            }
            joined.await();
            assertThat(root.counts())
                    .as(seed)
                    .isEqualTo(TaskCounts.none()
                            .with(Outcome.SUCCEEDED, succeeded.get())
                            .with(Outcome.FAILED, failed.get())
                            .with(Outcome.CANCELLED, cancelled.get())
                            .with(Outcome.REJECTED, rejected.get()));
            assertThat(root.counts().issued()).as(seed).isEqualTo(issued.get());
            assertThat(List.of(succeeded.get(), failed.get(), cancelled.get(), rejected.get()))
                    .as(seed + ": each end was seen, or the test shows little")
                    .allMatch(count -> count > 0);
            assertThat(root.children()).as(seed).isEmpty();
            assertThat(root.runningTasks()).as(seed).isEmpty();
            assertThat(root.snapshot().own()).as(seed).isEqualTo(root.counts());
            assertThat(limits)
                    .as(seed + ": no permit is lost")
                    .allSatisfy(limit -> assertThat(limit).hasToString(idle(limit)));
            assertThat(timer.pending()).as(seed).isZero();
        }

        private String idle(ConcurrencyLimit limit) {
            return "ConcurrencyLimit[0 of " + limit.limit() + ", 0 wait]";
        }
    }

    // ---- races of two

    @Test
    void aTaskThatCompletesAndIsCancelledAtOnceIsCountedAsItsFutureSays() throws Exception {
        TaskGroup group = DirectGroups.builder("orders").timer(timer).build();
        for (int round = 0; round < ROUNDS; round++) {
            TaskCounts before = group.counts();
            HeldWork work = HeldWork.in(group, "ship");
            boolean isByFuture = round % 2 == 0;
            race(work::succeed, () -> {
                if (isByFuture) {
                    work.future().cancel(true);
                } else {
                    work.task().cancellationToken().cancel();
                }
            });
            TaskCounts during = group.counts().since(before);
            assertThat(during)
                    .isEqualTo(
                            work.future().isCancelled()
                                    ? TaskCounts.none().with(Outcome.CANCELLED, 1)
                                    : TaskCounts.none().with(Outcome.SUCCEEDED, 1));
        }
    }

    @Test
    void aTaskThatFailsAndIsCancelledAtOnceIsCountedAsItsFutureSays() throws Exception {
        TaskGroup group = DirectGroups.builder("orders").timer(timer).build();
        for (int round = 0; round < ROUNDS; round++) {
            TaskCounts before = group.counts();
            HeldWork work = HeldWork.in(group, "ship");
            race(() -> work.fail(error), () -> work.future().cancel(true));
            TaskCounts during = group.counts().since(before);
            assertThat(during)
                    .isEqualTo(
                            work.future().isCancelled()
                                    ? TaskCounts.none().with(Outcome.CANCELLED, 1)
                                    : TaskCounts.none().with(Outcome.FAILED, 1));
        }
    }

    @Test
    void aTaskThatIsAdmittedAndCancelledAtOnceEndsOnceAndLosesNoPermit() throws Exception {
        ConcurrencyLimit limit = Admission.concurrency(1);
        TaskGroup group =
                DirectGroups.builder("orders").timer(timer).admission(limit).build();
        for (int round = 0; round < ROUNDS; round++) {
            HeldWork running = HeldWork.in(group, "running");
            HeldWork queued = HeldWork.in(group, "queued");
            HeldWork next = HeldWork.in(group, "next");
            race(running::succeed, () -> queued.future().cancel(true));
            assertThat(queued.future()).isCancelled();
            if (queued.attempts() == 1) {
                queued.succeed();
            }
            assertThat(next.attempts()).isEqualTo(1);
            next.succeed();
            assertThat(limit.active()).isZero();
            assertThat(group.counts())
                    .isEqualTo(TaskCounts.none()
                            .with(Outcome.SUCCEEDED, 2L * (round + 1))
                            .with(Outcome.CANCELLED, round + 1));
        }
    }

    @Test
    void aTaskThatIsTriedAgainAndCancelledAtOnceEndsOnceAndLosesNoPermit() throws Exception {
        ConcurrencyLimit limit = Admission.concurrency(1);
        ErrorPolicy keeping = ErrorPolicy.retry(1, Backoff.fixed(Duration.ofNanos(1)));
        TaskGroup root = DirectGroups.builder("root").timer(timer).build();
        List<TaskGroup> groups = List.of(
                root.childBuilder("keeping").admission(limit).onError(keeping).build(),
                root.childBuilder("giving up")
                        .admission(limit)
                        .onError(keeping.releasingPermit())
                        .build());
        for (int round = 0; round < ROUNDS; round++) {
            HeldWork work = HeldWork.in(groups.get(round % 2), "ship");
            work.fail(error);
            race(() -> timer.advance(Duration.ofNanos(1)), () -> work.future().cancel(true));
            assertThat(work.future()).isCancelled();
            if (work.attempts() == 2) {
                work.succeed();
            }
            assertThat(limit.active()).isZero();
            assertThat(limit.queued()).isZero();
            assertThat(root.counts()).isEqualTo(TaskCounts.none().with(Outcome.CANCELLED, round + 1));
        }
        assertThat(timer.pending()).isZero();
    }

    // D10: dynamo checks whether it is closed before it counts the task.
    @Test
    void aTaskThatComesDuringAJoinIsRefusedOrWaitedFor() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            TaskGroup root = DirectGroups.builder("root").timer(timer).build();
            TaskGroup child = root.child("child");
            AtomicReference<@Nullable HeldWork> accepted = new AtomicReference<>();
            AtomicReference<@Nullable DrainSignal> joined = new AtomicReference<>();
            race(
                    () -> {
                        try {
                            accepted.set(HeldWork.in(child, "late"));
                        } catch (GroupClosedException refused) {
                            // The other of the two possible results.
                        }
                    },
                    () -> joined.set(root.closeAndDrain()));
            HeldWork work = accepted.get();
            DrainSignal signal = Objects.requireNonNull(joined.get());
            assertThat(signal.isDone()).isEqualTo(work == null);
            if (work != null) {
                work.succeed();
            }
            assertThat(signal.isDone()).isTrue();
            assertThat(root.counts().issued()).isEqualTo(work == null ? 0 : 1);
        }
    }

    // D9
    @Test
    void aChildThatComesDuringAJoinIsRefusedOrWaitedFor() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            TaskGroup root = DirectGroups.builder("root").timer(timer).build();
            TaskGroup parent = root.child("parent");
            AtomicReference<@Nullable HeldWork> accepted = new AtomicReference<>();
            AtomicReference<@Nullable TaskGroup> late = new AtomicReference<>();
            AtomicReference<@Nullable DrainSignal> joined = new AtomicReference<>();
            race(
                    () -> {
                        try {
                            TaskGroup child = parent.child("late");
                            late.set(child);
                            accepted.set(HeldWork.in(child, "late"));
                        } catch (GroupClosedException refused) {
                            // One of the three possible results.
                        }
                    },
                    () -> joined.set(root.closeAndDrain()));
            TaskGroup child = late.get();
            if (child != null) {
                assertThat(child.isClosed()).isTrue();
            }
            HeldWork work = accepted.get();
            DrainSignal signal = Objects.requireNonNull(joined.get());
            assertThat(signal.isDone()).isEqualTo(work == null);
            if (work != null) {
                work.succeed();
            }
            assertThat(signal.isDone()).isTrue();
            assertThat(root.children()).isEmpty();
        }
    }

    // D9
    @Test
    void noneOfManyChildrenThatComeDuringAJoinIsMissed() throws Exception {
        for (int round = 0; round < ROUNDS / 10; round++) {
            TaskGroup parent = DirectGroups.builder("parent").timer(timer).build();
            AtomicInteger arrived = new AtomicInteger();
            inThreads(() -> {
                if (arrived.getAndIncrement() == THREADS / 2) {
                    DrainSignal unused = parent.closeAndDrain();
                } else {
                    createChildrenUntilRefused(parent);
                }
            });
            assertThat(parent.children()).isEmpty();
            assertThat(parent.drained().isDone()).isTrue();
        }
    }

    private static void createChildrenUntilRefused(TaskGroup parent) {
        try {
            while (!parent.child("late").isClosed()) {
                Thread.onSpinWait();
            }
        } catch (GroupClosedException refused) {
            // Each of these results appears sooner or later.
        }
    }

    @Test
    void aTaskThatComesDuringACancelIsRefusedOrCancelled() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            TaskGroup root = DirectGroups.builder("root").timer(timer).build();
            TaskGroup child = root.child("child");
            AtomicReference<@Nullable HeldWork> accepted = new AtomicReference<>();
            race(
                    () -> {
                        try {
                            accepted.set(HeldWork.in(child, "late"));
                        } catch (TaskCancelledException | GroupClosedException refused) {
                            // The other of the two possible results.
                        }
                    },
                    root::cancel);
            HeldWork work = accepted.get();
            if (work != null) {
                assertThat(work.future()).isCancelled();
                if (work.attempts() == 1) {
                    work.succeed();
                }
            }
            assertThat(root.drained().isDone()).isTrue();
            long count = work == null ? 0 : 1;
            assertThat(root.counts()).isEqualTo(TaskCounts.none().with(Outcome.CANCELLED, count));
        }
    }

    @Test
    void aChildThatComesDuringACancelIsRefusedOrCancelled() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            TaskGroup root = DirectGroups.builder("root").timer(timer).build();
            AtomicReference<@Nullable TaskGroup> late = new AtomicReference<>();
            race(
                    () -> {
                        try {
                            late.set(root.child("late"));
                        } catch (GroupClosedException refused) {
                            // The other of the two possible results.
                        }
                    },
                    root::cancel);
            TaskGroup child = late.get();
            assertThat(child == null || child.isClosed()).isTrue();
            assertThat(root.drained().isDone()).isTrue();
        }
    }

    @Test
    void errorsOfManyThreadsCancelExactlyAtTheThreshold() throws Exception {
        int each = 200;
        for (int round = 0; round < 20; round++) {
            TaskGroup below = counting(THREADS * each + 1);
            TaskGroup reached = counting(THREADS * each);
            AtomicBoolean wasEarly = new AtomicBoolean();
            inThreads(() -> {
                for (int i = 0; i < each; i++) {
                    fail(below);
                    if (i < each - 1) {
                        fail(reached);
                    }
                }
                wasEarly.compareAndSet(false, below.cancellationToken().isCancelled());
            });
            assertThat(wasEarly).isFalse();
            assertThat(reached.cancellationToken().isCancelled()).isFalse();
            inThreads(() -> fail(reached));
            assertThat(reached.cancellationToken().isCancelled()).isTrue();
            assertThat(below.cancellationToken().isCancelled()).isFalse();
            assertThat(below.counts().failed()).isEqualTo((long) THREADS * each);
        }
    }

    @Test
    void ofSeveralCriticalTasksThatFailAtOnceOneIsTheCauseAndAllAreCounted() throws Exception {
        for (int round = 0; round < ROUNDS / 3; round++) {
            TaskGroup root = DirectGroups.builder("root").timer(timer).build();
            TaskGroup critical = root.childBuilder("critical")
                    .onError(ErrorPolicy.cancelParentOnError())
                    .build();
            HeldWork one = HeldWork.in(critical, "one");
            HeldWork two = HeldWork.in(critical, "two");
            IOException first = withoutStack("one");
            IOException second = withoutStack("two");
            race(() -> one.fail(first), () -> two.fail(second));
            assertThat(root.cancellationToken().cause()).isIn(first, second);
            assertThat(root.drained().isDone()).isTrue();
            TaskCounts counts = root.counts();
            assertThat(counts.failed()).isPositive();
            assertThat(counts.failed() + counts.cancelled()).isEqualTo(2);
            assertThat(counts.cancelled())
                    .isEqualTo(
                            (one.future().isCancelled() ? 1 : 0) + (two.future().isCancelled() ? 1 : 0));
        }
    }

    private TaskGroup counting(int errors) {
        return DirectGroups.builder("orders")
                .timer(timer)
                .onError(ErrorPolicy.cancelAfterErrors(errors))
                .build();
    }

    private void fail(TaskGroup group) {
        CompletableFuture<String> unused =
                group.submit(TaskOptions.named("ship"), task -> CompletableFuture.failedFuture(error));
    }

    private void race(Runnable one, Runnable other) throws Exception {
        CyclicBarrier together = new CyclicBarrier(2);
        Future<?> done = threads.submit(() -> {
            together.await();
            one.run();
            return null;
        });
        together.await();
        other.run();
        done.get();
    }

    private void inThreads(Runnable body) throws Exception {
        CyclicBarrier together = new CyclicBarrier(THREADS);
        List<Callable<Void>> bodies = new ArrayList<>();
        for (int thread = 0; thread < THREADS; thread++) {
            bodies.add(() -> {
                together.await();
                body.run();
                return null;
            });
        }
        for (Future<Void> done : threads.invokeAll(bodies)) {
            done.get();
        }
    }
}
