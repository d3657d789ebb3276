// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.TaskOptions;
import io.reactivetracker.adapter.GroupTask;
import io.reactivetracker.test.ManualTimer;
import io.reactivetracker.test.Together;
import io.reactivetracker.test.UncaughtFailures;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class ConcurrencyLimitTest {

    private final ConcurrencyLimit limit = Admission.concurrency(3);
    private final HandEndedTasks tasks = new HandEndedTasks(limit);

    @Test
    void neverRunsMoreThanTheLimitNorFewerWhileOthersWait() {
        Random random = new Random(1);
        int submitted = 0;
        int ended = 0;
        while (ended < 200) {
            if (submitted < 200 && (tasks.running().isEmpty() || random.nextBoolean())) {
                tasks.submitNumbered(submitted, submitted);
                submitted++;
            } else {
                tasks.succeed(tasks.running().get(random.nextInt(tasks.running().size())));
                ended++;
            }
            int pending = submitted - ended;
            int active = Math.min(3, pending);
            tasks.assertPending(pending - active, active);
            assertThat(tasks.running()).hasSize(active);
            assertThat(limit.active()).isEqualTo(active);
            assertThat(limit.queued()).isEqualTo(pending - active);
        }
        tasks.assertDrained(200, 0, 0, 0);
    }

    @Test
    void startsThoseInLineInTheOrderInWhichTheyCame() {
        tasks.submitNumbered(1, 9);
        tasks.succeed("2", "1", "3");
        assertThat(tasks.running()).containsExactly("4", "5", "6");
        tasks.succeedAll();
        assertThat(tasks.started()).containsExactly("1", "2", "3", "4", "5", "6", "7", "8", "9");
        tasks.assertDrained(9, 0, 0, 0);
    }

    @Test
    void aTaskThatComesDoesNotOvertakeThoseInLine() {
        tasks.submitNumbered(1, 4);
        limit.limit(1);
        tasks.succeed("1", "2", "3");
        tasks.submit("5");
        assertThat(tasks.running()).containsExactly("4");
        tasks.succeedAll();
        assertThat(tasks.started()).containsExactly("1", "2", "3", "4", "5");
        tasks.assertDrained(5, 0, 0, 0);
    }

    @Test
    void aTaskThatIsCancelledInLineGivesItsPlaceUpAtOnceAndTheLineMovesOn() {
        tasks.submitNumbered(1, 6);
        tasks.cancel("4");
        assertThat(tasks.future("4")).isCancelled();
        assertThat(limit.queued()).isEqualTo(2);
        tasks.assertPending(2, 3);
        tasks.succeed("1");
        assertThat(tasks.running()).containsExactly("2", "3", "5");
        tasks.cancel("6");
        assertThat(limit.queued()).isZero();
        tasks.succeed("2", "3", "5");
        assertThat(tasks.started()).doesNotContain("4", "6");
        assertThat(limit.active()).isZero();
        tasks.assertDrained(4, 0, 2, 0);
    }

    @Test
    void aPlaceInABoundedLineIsFreeAsSoonAsItsTaskIsCancelled() {
        HandEndedTasks bounded = new HandEndedTasks(Admission.concurrency(1, 1));
        bounded.submit("runs", "waits");
        bounded.cancel("waits");
        bounded.submit("next");
        assertThat(bounded.future("next")).isNotDone();
        bounded.succeed("runs", "next");
        bounded.assertDrained(2, 0, 1, 0);
    }

    @Test
    void aRunningTaskThatIsCancelledKeepsItsPermitUntilItsStageHasEnded() {
        tasks.submitNumbered(1, 4);
        tasks.cancel("1");
        assertThat(tasks.future("1")).isCancelled();
        tasks.assertPending(1, 3);
        tasks.succeed("1");
        assertThat(tasks.running()).containsExactly("2", "3", "4");
        tasks.succeedAll();
        tasks.assertDrained(3, 0, 1, 0);
    }

    @Test
    void aCancelOfTheGroupEmptiesTheLine() {
        tasks.submitNumbered(1, 10_000);
        tasks.group.cancel();
        assertThat(limit.queued()).isZero();
        tasks.succeed("1", "2", "3");
        assertThat(tasks.started()).hasSize(3);
        assertThat(limit.active()).isZero();
        tasks.assertDrained(0, 0, 10_000, 0);
    }

    @Test
    void rejectsWhatABoundedLineCannotHoldAndSaysWhatToDo() {
        HandEndedTasks bounded = new HandEndedTasks(Admission.concurrency(1, 2));
        bounded.submit("a", "b", "c", "d");
        assertThat(bounded.future("d").handle((value, failure) -> failure).join())
                .isInstanceOf(TaskRejectedException.class)
                .hasMessage(
                        "task \"d\" was rejected by the admission of group \"orders\": the limit is 1 at a time, and"
                                + " 2 wait already: raise one of the two, or send less");
        assertThat(bounded.group.counts())
                .isEqualTo(TaskCounts.none().withQueued(2).withActive(1).with(Outcome.REJECTED, 1));
        bounded.succeed("a", "b", "c");
        assertThat(bounded.started()).doesNotContain("d");
        bounded.assertDrained(3, 0, 0, 1);
    }

    @Test
    void aLineOfNoneLetsTasksRunAndRejectsThoseThatWouldWait() {
        HandEndedTasks bounded = new HandEndedTasks(Admission.concurrency(2, 0));
        bounded.submit("a", "b", "c");
        bounded.succeed("a");
        bounded.submit("d");
        bounded.succeed("b", "d");
        assertThat(bounded.started()).containsExactly("a", "b", "d");
        bounded.assertDrained(3, 0, 0, 1);
    }

    @Test
    void aRaisedLimitStartsThoseInLineInThatCall() {
        tasks.submitNumbered(1, 9);
        limit.limit(7);
        assertThat(tasks.running()).containsExactly("1", "2", "3", "4", "5", "6", "7");
        limit.limit(100);
        tasks.assertPending(0, 9);
        tasks.succeedAll();
        tasks.assertDrained(9, 0, 0, 0);
    }

    @Test
    void aLoweredLimitLetsThoseThatRunGoOnAndStartsTheNextWhenEnoughHaveEnded() {
        tasks.submitNumbered(1, 6);
        limit.limit(1);
        assertThat(limit.limit()).isOne();
        tasks.assertPending(3, 3);
        tasks.succeed("1", "2");
        assertThat(tasks.running()).containsExactly("3");
        tasks.succeed("3");
        assertThat(tasks.running()).containsExactly("4");
        tasks.succeedAll();
        tasks.assertDrained(6, 0, 0, 0);
    }

    @Test
    void goesFromAllPermitsToNoneAndBack() {
        for (int round = 0; round < 3; round++) {
            assertThat(limit).hasToString("ConcurrencyLimit[0 of 3, 0 wait]");
            tasks.submitNumbered(1, 4);
            assertThat(limit).hasToString("ConcurrencyLimit[3 of 3, 1 wait]");
            tasks.succeedAll();
        }
        assertThat(limit.active()).isZero();
        tasks.assertDrained(12, 0, 0, 0);
    }

    @Test
    void isSharedByAllGroupsThatAreGivenIt() {
        HandEndedTasks others = new HandEndedTasks(limit);
        tasks.submit("a", "b");
        others.submit("c", "d");
        tasks.submit("e");
        tasks.succeed("a", "b");
        assertThat(others.running()).containsExactly("c", "d");
        assertThat(tasks.running()).containsExactly("e");
        tasks.succeedAll();
        others.succeedAll();
        tasks.assertDrained(3, 0, 0, 0);
        others.assertDrained(2, 0, 0, 0);
    }

    @Test
    void isSharedByAGroupAndItsChildren() {
        TaskGroup child = tasks.group.child("mails");
        tasks.submitNumbered(1, 3);
        AtomicInteger started = new AtomicInteger();
        CompletableFuture<Void> future = child.submit(TaskOptions.named("mail"), task -> {
            started.incrementAndGet();
            return CompletableFuture.completedFuture(null);
        });
        assertThat(started).hasValue(0);
        tasks.assertPending(1, 3);
        tasks.succeed("1");
        assertThat(started).hasValue(1);
        assertThat(future).isCompleted();
        tasks.succeedAll();
        tasks.assertDrained(4, 0, 0, 0);
    }

    @Test
    void aMillionTasksThatEndAtOnceDrainOnAFlatStack() {
        ConcurrencyLimit one = Admission.concurrency(1);
        TaskGroup group = DirectGroups.builder("orders")
                .timer(new ManualTimer())
                .admission(one)
                .build();
        CompletableFuture<String> first = new CompletableFuture<>();
        CompletableFuture<String> started = group.submit(TaskOptions.named("first"), task -> first);
        int[] ran = new int[1];
        long[] deepest = new long[1];
        for (int i = 0; i < 1_000_000; i++) {
            CompletableFuture<String> unused = group.submit(TaskOptions.named("next"), task -> {
                if (ran[0]++ % 997 == 0) {
                    long depth = StackWalker.getInstance().walk(frames -> frames.count());
                    deepest[0] = Math.max(deepest[0], depth);
                }
                return CompletableFuture.completedFuture("done");
            });
        }
        assertThat(one.queued()).isEqualTo(1_000_000);
        first.complete("done");
        assertThat(started).isCompleted();
        assertThat(ran[0]).isEqualTo(1_000_000);
        assertThat(deepest[0]).isLessThan(1_000);
        assertThat(one.active()).isZero();
        assertThat(group.closeAndDrain().isDone()).isTrue();
        assertThat(group.counts()).isEqualTo(TaskCounts.none().with(Outcome.SUCCEEDED, 1_000_001));
    }

    @Test
    void aHundredThousandTasksThatStartByARaisedLimitStartOnAFlatStack() {
        tasks.submitNumbered(1, 100_000);
        limit.limit(100_000);
        tasks.assertPending(0, 100_000);
        tasks.group.cancel();
        for (String name : tasks.running()) {
            tasks.succeed(name);
        }
        tasks.assertDrained(0, 0, 100_000, 0);
    }

    @Nested
    class WhenSomethingThrows {

        private final ConcurrencyLimit one = Admission.concurrency(1);
        private final HandEndedTasks alone = new HandEndedTasks(one);

        @Test
        void noPermitIsLost() {
            Map<String, Function<TaskContext, CompletionStage<String>>> bodies = Map.of(
                    "throws",
                    task -> {
                        throw new IllegalStateException("thrown by the body");
                    },
                    "throws an error",
                    task -> {
                        throw new StackOverflowError("thrown by the body");
                    },
                    "fails",
                    task -> CompletableFuture.failedFuture(new IllegalStateException("failed")),
                    "throws what a rejection is",
                    task -> {
                        throw new RejectedExecutionException("another pool is full");
                    });
            bodies.forEach((name, body) -> {
                alone.submit("first " + name);
                CompletableFuture<String> queued = alone.group.submit(TaskOptions.named(name), body);
                alone.submit("last " + name);
                alone.succeed("first " + name);
                assertThat(queued).isCompletedExceptionally();
                alone.succeed("last " + name);
                CompletableFuture<String> direct = alone.group.submit(TaskOptions.named(name), body);
                assertThat(direct).isCompletedExceptionally();
                assertThat(one.active()).isZero();
            });
            alone.assertDrained(8, 8, 0, 0);
        }

        @Test
        @SuppressWarnings("NullAway")
        void noPermitIsLostByABodyThatReturnsNull() {
            alone.submit("first");
            CompletableFuture<String> future = alone.group.submit(TaskOptions.named("null"), task -> null);
            alone.submit("last");
            alone.succeed("first", "last");
            assertThat(future.handle((value, failure) -> failure).join())
                    .isInstanceOf(NullPointerException.class)
                    .hasMessage("the body of the task returned null, not a stage");
            assertThat(one.active()).isZero();
            alone.assertDrained(2, 1, 0, 0);
        }

        @Test
        void noPermitIsLostByAStageThatCannotBeListenedTo() {
            CompletionStage<String> deaf = new CompletableFuture<>() {
                @Override
                public CompletableFuture<String> whenComplete(BiConsumer<? super String, ? super Throwable> action) {
                    throw new UnsupportedOperationException("deaf");
                }
            };
            alone.submit("first");
            CompletableFuture<String> future = alone.group.submit(TaskOptions.named("deaf"), task -> deaf);
            alone.submit("last");
            alone.succeed("first", "last");
            assertThat(future).isCompletedExceptionally();
            assertThat(one.active()).isZero();
            alone.assertDrained(2, 1, 0, 0);
        }

        @Test
        void noPermitIsLostByAnActionDownstream() {
            alone.submit("a", "b", "c");
            CompletableFuture<Void> afterA = alone.future("a").thenAccept(value -> {
                throw new IllegalStateException("thrown downstream");
            });
            CompletableFuture<Object> afterB = alone.future("b").handle((value, failure) -> {
                throw new IllegalStateException("thrown downstream");
            });
            alone.succeed("a");
            alone.fail("b");
            alone.cancel("c");
            alone.succeed("c");
            assertThat(afterA).isCompletedExceptionally();
            assertThat(afterB).isCompletedExceptionally();
            assertThat(one.active()).isZero();
            alone.assertDrained(1, 1, 1, 0);
        }

        @Test
        void noPermitIsLostByAnActionOfTheTasksToken() {
            GroupTask task = GroupTask.issue(alone.group, TaskOptions.named("listens"), () -> null);
            new CalledBody().start(task);
            alone.submit("next");
            task.cancellationToken().onCancel(() -> {
                task.end(Outcome.CANCELLED);
                throw new IllegalStateException("thrown by an action");
            });
            try (UncaughtFailures uncaught = new UncaughtFailures()) {
                try {
                    task.cancellationToken().cancel();
                } catch (IllegalStateException thrown) {
                    assertThat(thrown).hasMessage("thrown by an action");
                }
                assertThat(uncaught.seen).hasSizeLessThan(2);
            }
            alone.succeed("next");
            assertThat(one.active()).isZero();
            alone.assertDrained(1, 0, 1, 0);
        }

        @Test
        void noPermitIsLostByAGrantedCallbackThatRunsLater() {
            alone.submit("first");
            GroupTask task = GroupTask.issue(alone.group, TaskOptions.named("throws"), () -> null);
            new CalledBody(
                            () -> {
                                throw new IllegalStateException("thrown when granted");
                            },
                            rejection -> {})
                    .start(task);
            alone.submit("last");
            try (UncaughtFailures uncaught = new UncaughtFailures()) {
                alone.succeed("first");
                assertThat(uncaught.seen).singleElement().isInstanceOf(IllegalStateException.class);
            }
            assertThat(task.end(Outcome.FAILED)).isFalse();
            alone.succeed("last");
            assertThat(one.active()).isZero();
            alone.assertDrained(2, 1, 0, 0);
        }

        @Test
        void whatAGrantedCallbackThrowsAtOnceReachesWhoAskedAndNotTheAdmission() {
            GroupTask task = GroupTask.issue(alone.group, TaskOptions.named("throws"), () -> null);
            assertThatIllegalStateException()
                    .isThrownBy(() -> new CalledBody(
                                    () -> {
                                        throw new IllegalStateException("thrown when granted");
                                    },
                                    rejection -> {})
                            .start(task))
                    .withMessage("thrown when granted");
            alone.assertPending(0, 1);
            assertThat(task.end(Outcome.FAILED)).isTrue();
            assertThat(one.active()).isZero();
            alone.assertDrained(0, 1, 0, 0);
        }

        @Test
        void aTaskThatGivesItsPermitUpToRetryQueuesBehindTheOthers() {
            HandEndedTasks retried =
                    new HandEndedTasks(one, ErrorPolicy.retry(1, Backoff.none()).releasingPermit());
            retried.submit("a", "b");
            retried.fail("a");
            assertThat(retried.running()).containsExactly("b");
            retried.assertPending(1, 1);
            retried.succeed("b", "a");
            assertThat(retried.started()).containsExactly("a", "b", "a");
            assertThat(one.active()).isZero();
            retried.assertDrained(2, 0, 0, 0);
        }

        @Test
        void aTaskThatKeepsItsPermitRetriesBeforeTheOthers() {
            HandEndedTasks retried = new HandEndedTasks(one, ErrorPolicy.retry(1, Backoff.none()));
            retried.submit("a", "b");
            retried.fail("a");
            assertThat(retried.running()).containsExactly("a");
            retried.fail("a");
            retried.succeed("b");
            assertThat(one.active()).isZero();
            retried.assertDrained(1, 1, 0, 0);
        }
    }

    @Nested
    class UnderManyThreads {

        private final TaskGroup group = DirectGroups.builder("orders")
                .timer(new ManualTimer())
                .admission(limit)
                .build();

        @Test
        void neverRunsMoreThanTheLimitAndAsManyAsItAllowsWheneverTheThreadsStandStill() throws Exception {
            Queue<CompletableFuture<String>> stages = new ConcurrentLinkedQueue<>();
            Queue<CompletableFuture<String>> futures = new ConcurrentLinkedQueue<>();
            AtomicInteger running = new AtomicInteger();
            AtomicInteger most = new AtomicInteger();
            AtomicLong submitted = new AtomicLong();
            Together.run(
                    8,
                    200,
                    round -> {},
                    (thread, round) -> {
                        ThreadLocalRandom random = ThreadLocalRandom.current();
                        for (int i = 0; i < 50; i++) {
                            int choice = random.nextInt(10);
                            if (choice < 5) {
                                submitted.incrementAndGet();
                                futures.add(group.submit(TaskOptions.named("task"), task -> {
                                    most.accumulateAndGet(running.incrementAndGet(), Math::max);
                                    CompletableFuture<String> stage = new CompletableFuture<>();
                                    stages.add(stage);
                                    return stage;
                                }));
                            } else if (choice < 9) {
                                CompletableFuture<String> stage = stages.poll();
                                if (stage != null) {
                                    running.decrementAndGet();
                                    stage.complete("done");
                                }
                            } else {
                                CompletableFuture<String> future = futures.poll();
                                if (future != null) {
                                    future.cancel(true);
                                }
                            }
                            HandEndedTasks.assertBalanced(group.counts());
                            assertThat(limit.active()).isBetween(0, 3);
                        }
                    },
                    round -> {
                        TaskCounts counts = group.counts();
                        HandEndedTasks.assertBalanced(counts);
                        assertThat(counts.issued()).isEqualTo(submitted.get());
                        assertThat(counts.active()).isEqualTo(Math.min(3, counts.pending()));
                        assertThat(limit.active()).isEqualTo((int) counts.active());
                        assertThat(limit.queued()).isEqualTo((int) counts.queued());
                        assertThat(running.get()).isEqualTo((int) counts.active());
                    });
            assertThat(most).hasValue(3);
            for (CompletableFuture<String> stage = stages.poll(); stage != null; stage = stages.poll()) {
                running.decrementAndGet();
                stage.complete("done");
            }
            assertThat(group.closeAndDrain().isDone()).isTrue();
            assertThat(group.counts().ended()).isEqualTo(submitted.get());
            assertThat(limit).hasToString("ConcurrencyLimit[0 of 3, 0 wait]");
        }

        @Test
        void aChangingLimitLosesNoPermitAndForgetsNobodyInLine() throws Exception {
            AtomicLong submitted = new AtomicLong();
            Queue<CompletableFuture<String>> stages = new ConcurrentLinkedQueue<>();
            Together.run(
                    8,
                    200,
                    round -> {},
                    (thread, round) -> {
                        ThreadLocalRandom random = ThreadLocalRandom.current();
                        for (int i = 0; i < 50; i++) {
                            if (thread == 0) {
                                limit.limit(random.nextInt(1, 10));
                            } else if (random.nextBoolean()) {
                                submitted.incrementAndGet();
                                CompletableFuture<String> unused = group.submit(TaskOptions.named("task"), task -> {
                                    CompletableFuture<String> stage = new CompletableFuture<>();
                                    stages.add(stage);
                                    return stage;
                                });
                            } else {
                                CompletableFuture<String> stage = stages.poll();
                                if (stage != null) {
                                    stage.complete("done");
                                }
                            }
                        }
                    },
                    round -> {
                        TaskCounts counts = group.counts();
                        assertThat(counts.active())
                                .isGreaterThanOrEqualTo(Math.min(limit.limit(), counts.pending()))
                                .isLessThan(10);
                        assertThat(limit.active()).isEqualTo((int) counts.active());
                    });
            for (CompletableFuture<String> stage = stages.poll(); stage != null; stage = stages.poll()) {
                stage.complete("done");
            }
            assertThat(group.closeAndDrain().isDone()).isTrue();
            assertThat(group.counts()).isEqualTo(TaskCounts.none().with(Outcome.SUCCEEDED, submitted.get()));
            assertThat(limit.active()).isZero();
        }

        @Test
        void aCancelThatRacesWithTheGrantLosesNoPermit() throws Exception {
            limit.limit(1);
            List<CompletableFuture<String>> stages = new ArrayList<>();
            List<CompletableFuture<String>> futures = new ArrayList<>();
            int[] succeeded = new int[1];
            Together.run(
                    2,
                    10_000,
                    round -> {
                        stages.clear();
                        futures.clear();
                        for (int i = 0; i < 3; i++) {
                            CompletableFuture<String> stage = new CompletableFuture<>();
                            stages.add(stage);
                            futures.add(group.submit(TaskOptions.named("task"), task -> stage));
                        }
                    },
                    (thread, round) -> {
                        if (thread == 0) {
                            stages.get(0).complete("done");
                        } else {
                            futures.get(1).cancel(true);
                        }
                    },
                    round -> {
                        // Either the second runs and is cancelled, or it was cancelled before it ran and the third
                        // runs.
                        assertThat(limit.active()).isOne();
                        assertThat(group.counts().active()).isOne();
                        stages.get(1).complete("done");
                        stages.get(2).complete("done");
                        assertThat(futures.get(1)).isCancelled();
                        assertThat(futures.get(2)).isCompletedWithValue("done");
                        assertThat(limit).hasToString("ConcurrencyLimit[0 of 1, 0 wait]");
                        succeeded[0] += 2;
                    });
            assertThat(group.closeAndDrain().isDone()).isTrue();
            assertThat(group.counts())
                    .isEqualTo(TaskCounts.none()
                            .with(Outcome.SUCCEEDED, succeeded[0])
                            .with(Outcome.CANCELLED, 30_000 - succeeded[0]));
        }

        @Test
        void aTaskThatLeavesTheLineWhileItIsGrantedLosesNoPermit() throws Exception {
            limit.limit(1);
            GroupTask[] pair = new GroupTask[2];
            Together.run(
                    2,
                    10_000,
                    round -> {
                        for (int i = 0; i < 2; i++) {
                            pair[i] = GroupTask.issue(group, TaskOptions.named("task"), () -> null);
                            new CalledBody().start(pair[i]);
                        }
                    },
                    (thread, round) -> pair[thread].end(thread == 0 ? Outcome.SUCCEEDED : Outcome.CANCELLED),
                    round -> assertThat(limit).hasToString("ConcurrencyLimit[0 of 1, 0 wait]"));
            assertThat(group.closeAndDrain().isDone()).isTrue();
            assertThat(group.counts())
                    .isEqualTo(TaskCounts.none().with(Outcome.SUCCEEDED, 10_000).with(Outcome.CANCELLED, 10_000));
        }
    }

    @Nested
    class Prioritized {

        private int priorityOf(TaskContext task) {
            String name = task.name();
            return name.startsWith("high") ? Integer.MAX_VALUE : name.startsWith("low") ? Integer.MIN_VALUE : 0;
        }

        private final ConcurrencyLimit prioritized = Admission.prioritized(1, this::priorityOf);
        private final HandEndedTasks line = new HandEndedTasks(prioritized);

        @Test
        void startsTheHighestFirstAndAmongEqualsTheFirstThatCame() {
            line.submit("running", "low 1", "middle 1", "high 1", "low 2", "high 2", "middle 2", "high 3");
            line.succeedAll();
            assertThat(line.started())
                    .containsExactly("running", "high 1", "high 2", "high 3", "middle 1", "middle 2", "low 1", "low 2");
            line.assertDrained(8, 0, 0, 0);
        }

        @Test
        void aTaskThatLeavesTakesNobodyElsesPlace() {
            line.submit("running", "high 1", "high 2", "low");
            line.cancel("high 1");
            line.submit("high 3");
            line.succeedAll();
            assertThat(line.started()).containsExactly("running", "high 2", "high 3", "low");
            line.assertDrained(4, 0, 1, 0);
        }

        @Test
        void neverStopsATaskThatRuns() {
            line.submit("low", "high");
            assertThat(line.running()).containsExactly("low");
            line.succeed("low", "high");
            line.assertDrained(2, 0, 0, 0);
        }

        @Test
        void aPriorityFunctionThatThrowsRejectsTheTask() {
            IllegalStateException broken = new IllegalStateException("no priority");
            ConcurrencyLimit failing = Admission.prioritized(1, task -> {
                if (task.name().startsWith("bad")) {
                    throw broken;
                }
                return 0;
            });
            HandEndedTasks failed = new HandEndedTasks(failing);
            // The priority is read only for a task that waits.
            failed.submit("good 1", "bad 1", "bad 2", "good 2");
            for (String name : List.of("bad 1", "bad 2")) {
                assertThat(failed.future(name)
                                .handle((value, failure) -> failure)
                                .join())
                        .isInstanceOf(TaskRejectedException.class)
                        .hasMessageContaining("no priority")
                        .hasCause(broken);
            }
            failed.succeed("good 1", "good 2");
            assertThat(failing.active()).isZero();
            failed.assertDrained(2, 0, 0, 2);
        }
    }

    @Test
    void aTaskThatComesToACancelledGroupIsRefusedAndNotCounted() {
        tasks.group.cancel();
        assertThat(catchThrowable(() -> tasks.submit("late"))).isInstanceOf(TaskCancelledException.class);
        assertThat(limit.active()).isZero();
        tasks.assertDrained(0, 0, 0, 0);
    }

    @Test
    void aLimitMustBePositive() {
        for (int bad : new int[] {0, -1, Integer.MIN_VALUE}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Admission.concurrency(bad))
                    .withMessageContaining("limit must be positive, but was " + bad);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Admission.prioritized(bad, task -> 0))
                    .withMessageContaining("limit must be positive, but was " + bad);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> limit.limit(bad))
                    .withMessageContaining("limit must be positive, but was " + bad);
        }
        assertThat(limit.limit()).isEqualTo(3);
    }

    @Test
    void theLengthOfTheLineMustNotBeNegative() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Admission.concurrency(1, -1))
                .withMessageContaining("maxQueued must not be negative, but was -1");
    }

    @Test
    @SuppressWarnings("NullAway")
    void nothingMayBeNull() {
        assertThatNullPointerException()
                .isThrownBy(() -> Admission.prioritized(1, null))
                .withMessage("priority must not be null");
    }
}
