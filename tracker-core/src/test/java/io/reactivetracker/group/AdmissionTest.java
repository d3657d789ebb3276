// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.reactivetracker.Registration;
import io.reactivetracker.TaskOptions;
import io.reactivetracker.adapter.GroupTask;
import io.reactivetracker.test.ManualTimer;
import io.reactivetracker.test.Together;
import io.reactivetracker.test.UncaughtFailures;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class AdmissionTest {

    private static final Registration NOT_QUEUED = () -> {};

    private final List<String> events = new ArrayList<>();

    /** Grants at once and records each call. */
    private Admission telling(String name) {
        return candidate -> {
            events.add(name + " asked");
            candidate.grant(outcome -> events.add(name + " released " + outcome));
            return NOT_QUEUED;
        };
    }

    private static Throwable failureOf(CompletableFuture<?> future) {
        assertThat(future).isDone();
        return future.handle((value, failure) -> failure).join();
    }

    private static void assertRejected(CompletableFuture<?> future, String reason) {
        assertThat(failureOf(future)).isInstanceOf(TaskRejectedException.class).hasMessageContaining(reason);
    }

    @Nested
    class Unlimited {

        @Test
        void letsEveryTaskRunAtOnce() {
            HandEndedTasks tasks = new HandEndedTasks(Admission.unlimited());
            tasks.submitNumbered(1, 1_000);
            tasks.assertPending(0, 1_000);
            tasks.fail("1");
            tasks.cancel("2");
            tasks.succeedAll();
            tasks.assertDrained(998, 1, 1, 0);
        }

        @Test
        void isWhatAGroupHasThatIsGivenNone() {
            TaskGroup group = DirectGroups.builder("orders").build();
            assertThat(group.admission()).isSameAs(Admission.unlimited());
            assertThat(group.child("mails").admission()).isSameAs(Admission.unlimited());
        }
    }

    @Nested
    class Both {

        private final ConcurrencyLimit first = Admission.concurrency(2);
        private final ConcurrencyLimit second = Admission.concurrency(1);
        private final HandEndedTasks tasks = new HandEndedTasks(first.and(second));

        @Test
        void areAskedInTheirOrderAndGivenBackInTheReverse() {
            HandEndedTasks told =
                    new HandEndedTasks(telling("first").and(telling("second")).and(telling("third")));
            told.submit("a");
            assertThat(events).containsExactly("first asked", "second asked", "third asked");
            events.clear();
            told.fail("a");
            assertThat(events)
                    .containsExactly("third released FAILED", "second released FAILED", "first released FAILED");
            told.assertDrained(0, 1, 0, 0);
        }

        @Test
        void letATaskRunWhenBothDo() {
            tasks.submit("a", "b", "c");
            assertThat(tasks.running()).containsExactly("a");
            assertThat(first).hasToString("ConcurrencyLimit[2 of 2, 1 wait]");
            assertThat(second).hasToString("ConcurrencyLimit[1 of 1, 1 wait]");
            tasks.assertPending(2, 1);
            tasks.succeedAll();
            assertThat(tasks.started()).containsExactly("a", "b", "c");
            assertNothingIsHeld();
            tasks.assertDrained(3, 0, 0, 0);
        }

        @Test
        void giveTheFirstPermitBackWhenTheTaskIsCancelledWhileItWaitsForTheSecond() {
            tasks.submit("a", "b", "c");
            tasks.cancel("b");
            assertThat(first).hasToString("ConcurrencyLimit[2 of 2, 0 wait]");
            assertThat(second).hasToString("ConcurrencyLimit[1 of 1, 1 wait]");
            tasks.cancel("c");
            assertThat(first).hasToString("ConcurrencyLimit[1 of 2, 0 wait]");
            assertThat(second).hasToString("ConcurrencyLimit[1 of 1, 0 wait]");
            tasks.succeed("a");
            assertNothingIsHeld();
            tasks.assertDrained(1, 0, 2, 0);
        }

        @Test
        void loseATaskThatIsCancelledWhileItWaitsForTheFirst() {
            tasks.submit("a", "b", "c");
            tasks.cancel("c");
            assertThat(first.queued()).isZero();
            tasks.succeed("a", "b");
            assertNothingIsHeld();
            tasks.assertDrained(2, 0, 1, 0);
        }

        @Test
        void giveTheFirstPermitBackWhenTheSecondRejects() {
            HandEndedTasks bounded = new HandEndedTasks(first.and(Admission.concurrency(1, 0)));
            bounded.submit("a", "b", "c");
            assertRejected(bounded.future("b"), "the limit is 1 at a time, and 0 wait already");
            assertThat(first.active()).isOne();
            bounded.succeed("a");
            assertNothingIsHeld();
            bounded.assertDrained(1, 0, 0, 2);
        }

        @Test
        @SuppressWarnings("NullAway")
        void giveTheFirstPermitBackWhenTheSecondThrowsOrReturnsNull() {
            HandEndedTasks throwing = new HandEndedTasks(first.and(candidate -> {
                throw new IllegalStateException("broken");
            }));
            throwing.submit("a");
            assertRejected(throwing.future("a"), "the second of two admissions failed");
            assertRejected(throwing.future("a"), "broken");
            HandEndedTasks silent = new HandEndedTasks(first.and(candidate -> null));
            silent.submit("a");
            assertRejected(silent.future("a"), "the second of two admissions failed");
            assertNothingIsHeld();
            throwing.assertDrained(0, 0, 0, 1);
            silent.assertDrained(0, 0, 0, 1);
        }

        @Test
        @SuppressWarnings("NullAway")
        void rejectATaskWhenTheFirstThrowsOrReturnsNull() {
            HandEndedTasks throwing = new HandEndedTasks(((Admission) candidate -> {
                        throw new IllegalStateException("broken");
                    })
                    .and(second));
            throwing.submit("a");
            assertRejected(throwing.future("a"), "broken");
            HandEndedTasks silent = new HandEndedTasks(((Admission) candidate -> null).and(second));
            silent.submit("a");
            assertRejected(silent.future("a"), "the first of two admissions returned null");
            assertNothingIsHeld();
            throwing.assertDrained(0, 0, 0, 1);
            silent.assertDrained(0, 0, 0, 1);
        }

        @Test
        void rejectTwentyThousandInLineOneAfterTheOtherOnAFlatStack() {
            ConcurrencyLimit one = Admission.concurrency(1);
            boolean[] isClosed = new boolean[1];
            HandEndedTasks many = new HandEndedTasks(one.and(candidate -> {
                if (isClosed[0]) {
                    candidate.reject("closed for today");
                } else {
                    candidate.grant(Permit.NOTHING_TO_RELEASE);
                }
                return NOT_QUEUED;
            }));
            many.submitNumbered(0, 20_000);
            isClosed[0] = true;
            many.succeed("0");
            assertThat(one).hasToString("ConcurrencyLimit[0 of 1, 0 wait]");
            many.assertDrained(1, 0, 0, 20_000);
        }

        @Test
        void rejectTwentyThousandInLineWhenTheLimitIsRaisedOnAFlatStack() {
            ConcurrencyLimit one = Admission.concurrency(1);
            HandEndedTasks many = new HandEndedTasks(one.and(Admission.concurrency(1, 0)));
            many.submitNumbered(0, 20_000);
            one.limit(2);
            assertThat(one).hasToString("ConcurrencyLimit[1 of 2, 0 wait]");
            many.succeed("0");
            assertThat(one.active()).isZero();
            many.assertDrained(1, 0, 0, 20_000);
        }

        @Test
        void useNoPermitOfARateForATaskThatTheFirstKeepsWaiting() {
            HandEndedTasks mixed =
                    new HandEndedTasks(Admission.concurrency(1).and(Admission.rate(1, Duration.ofSeconds(1))));
            mixed.submit("a", "b", "c");
            mixed.timer.advance(Duration.ofSeconds(5));
            assertThat(mixed.running()).containsExactly("a");
            mixed.succeed("a");
            assertThat(mixed.running()).containsExactly("b");
            mixed.succeed("b");
            assertThat(mixed.running()).isEmpty();
            assertThat(mixed.timer.pending()).isOne();
            mixed.timer.advance(Duration.ofSeconds(1));
            mixed.succeed("c");
            mixed.assertDrained(3, 0, 0, 0);
        }

        @Test
        void giveTheFirstPermitBackThoughTheSecondThrowsWhenItIsReleased() {
            HandEndedTasks broken = new HandEndedTasks(first.and(candidate -> {
                candidate.grant(outcome -> {
                    throw new IllegalStateException("kept");
                });
                return NOT_QUEUED;
            }));
            broken.submit("a");
            try (UncaughtFailures uncaught = new UncaughtFailures()) {
                broken.succeed("a");
                assertThat(uncaught.seen).singleElement().isInstanceOf(IllegalStateException.class);
            }
            assertNothingIsHeld();
            broken.assertDrained(1, 0, 0, 0);
        }

        @Test
        void giveTheFirstPermitBackThoughTheSecondThrowsWhenItIsLeft() {
            HandEndedTasks broken = new HandEndedTasks(first.and(candidate -> () -> {
                throw new IllegalStateException("stay");
            }));
            broken.submit("a", "b", "c");
            try (UncaughtFailures uncaught = new UncaughtFailures()) {
                broken.group.cancel();
                assertThat(uncaught.seen).isNotEmpty().allMatch(IllegalStateException.class::isInstance);
            }
            assertNothingIsHeld();
            broken.assertDrained(0, 0, 3, 0);
        }

        @Test
        void countOnlyTheFirstAnswerOfTheFirst() {
            HandEndedTasks granted = new HandEndedTasks(((Admission) candidate -> {
                        assertThat(candidate.grant(outcome -> events.add("released " + outcome)))
                                .isTrue();
                        candidate.reject("too late");
                        assertThat(candidate.grant(Permit.NOTHING_TO_RELEASE)).isFalse();
                        return NOT_QUEUED;
                    })
                    .and(second));
            granted.submit("a", "b");
            assertThat(granted.running()).containsExactly("a");
            granted.assertPending(1, 1);
            granted.cancel("b");
            assertThat(events).containsExactly("released CANCELLED");
            granted.succeed("a");
            assertThat(events).containsExactly("released CANCELLED", "released SUCCEEDED");
            assertNothingIsHeld();
            granted.assertDrained(1, 0, 1, 0);
        }

        @Test
        void askNoSecondForATaskThatTheFirstHasRejected() {
            HandEndedTasks rejected = new HandEndedTasks(((Admission) candidate -> {
                        candidate.reject("no");
                        assertThat(candidate.grant(Permit.NOTHING_TO_RELEASE)).isFalse();
                        return NOT_QUEUED;
                    })
                    .and(telling("second")));
            rejected.submit("a");
            assertRejected(rejected.future("a"), "no");
            assertThat(events).isEmpty();
            rejected.assertDrained(0, 0, 0, 1);
        }

        @Test
        void countOnlyTheFirstAnswerOfTheSecond() {
            HandEndedTasks granted = new HandEndedTasks(first.and(candidate -> {
                assertThat(candidate.grant(Permit.NOTHING_TO_RELEASE)).isTrue();
                assertThat(candidate.grant(Permit.NOTHING_TO_RELEASE)).isFalse();
                candidate.reject("too late");
                throw new IllegalStateException("later still");
            }));
            granted.submit("a");
            assertThat(granted.running()).containsExactly("a");
            assertThat(first.active()).isOne();
            granted.succeed("a");
            HandEndedTasks rejected = new HandEndedTasks(first.and(candidate -> {
                candidate.reject("no");
                assertThat(candidate.grant(Permit.NOTHING_TO_RELEASE)).isFalse();
                return NOT_QUEUED;
            }));
            rejected.submit("a");
            assertRejected(rejected.future("a"), "no");
            assertNothingIsHeld();
            granted.assertDrained(1, 0, 0, 0);
            rejected.assertDrained(0, 0, 0, 1);
        }

        @Test
        void giveThePermitBackOfAFirstThatGrantsAndThenThrows() {
            Admission throwing = candidate -> {
                candidate.grant(outcome -> events.add("released " + outcome));
                throw new IllegalStateException("thrown after all");
            };
            HandEndedTasks broken = new HandEndedTasks(throwing.and(second));
            try (UncaughtFailures uncaught = new UncaughtFailures()) {
                broken.submit("a");
                assertThat(uncaught.seen).singleElement().isInstanceOf(IllegalStateException.class);
                broken.submit("b");
                assertThat(uncaught.seen).hasSize(1);
            }
            assertThat(broken.running()).containsExactly("a");
            assertRejected(broken.future("b"), "thrown after all");
            assertThat(events).containsExactly("released CANCELLED");
            assertThat(second.queued()).isZero();
            broken.succeed("a");
            assertThat(events).containsExactly("released CANCELLED", "released SUCCEEDED");
            assertNothingIsHeld();
            broken.assertDrained(1, 0, 0, 1);
        }

        @Test
        @SuppressWarnings("NullAway")
        void rejectATaskThatIsGrantedNoPermitOrRejectedForNoReason() {
            List<Admission> broken = List.of(
                    candidate -> {
                        candidate.grant(null);
                        return NOT_QUEUED;
                    },
                    candidate -> {
                        candidate.reject(null);
                        return NOT_QUEUED;
                    });
            for (Admission admission : broken) {
                HandEndedTasks before = new HandEndedTasks(admission.and(second));
                before.submit("a");
                assertRejected(before.future("a"), "must not be null");
                before.assertDrained(0, 0, 0, 1);
                HandEndedTasks behind = new HandEndedTasks(first.and(admission));
                behind.submit("a");
                assertRejected(behind.future("a"), "must not be null");
                behind.assertDrained(0, 0, 0, 1);
                assertNothingIsHeld();
            }
        }

        @Test
        @SuppressWarnings("NullAway")
        void keepTheFirstPermitForATaskWhoseSecondIsRejectedLaterForNoReason() {
            List<AdmissionRequest> waiting = new ArrayList<>();
            HandEndedTasks later = new HandEndedTasks(first.and(candidate -> {
                waiting.add(candidate);
                return NOT_QUEUED;
            }));
            later.submit("a");
            assertThatNullPointerException()
                    .isThrownBy(() -> waiting.get(0).reject(null))
                    .withMessage("reason must not be null");
            assertThat(first.active()).isOne();
            assertThat(waiting.get(0).grant(Permit.NOTHING_TO_RELEASE)).isTrue();
            assertThat(first.active()).isOne();
            later.succeed("a");
            assertNothingIsHeld();
            later.assertDrained(1, 0, 0, 0);
        }

        @Test
        void loseNoPermitWhenTheTaskLeavesTheSecondLineWhileItIsGranted() throws Exception {
            raceTheEndOfOneWithACancelOfTheNext(first, second);
        }

        @Test
        void loseNoPermitWhenTheTaskLeavesTheFirstLineWhileItIsGranted() throws Exception {
            first.limit(1);
            raceTheEndOfOneWithACancelOfTheNext(first, second);
        }

        @Test
        void loseNoPermitWhenThreeAreAsked() throws Exception {
            ConcurrencyLimit third = Admission.concurrency(1);
            raceTheEndOfOneWithACancelOfTheNext(first.and(Admission.unlimited()), second.and(third));
            assertThat(third).hasToString("ConcurrencyLimit[0 of 1, 0 wait]");
        }

        private void raceTheEndOfOneWithACancelOfTheNext(Admission one, Admission another) throws Exception {
            TaskGroup group = DirectGroups.builder("orders")
                    .timer(new ManualTimer())
                    .admission(one.and(another))
                    .build();
            List<CompletableFuture<String>> stages = new ArrayList<>();
            List<CompletableFuture<String>> futures = new ArrayList<>();
            Together.run(
                    2,
                    5_000,
                    round -> {
                        stages.clear();
                        futures.clear();
                        for (int i = 0; i < 4; i++) {
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
                            futures.get(2).cancel(true);
                        }
                    },
                    round -> {
                        stages.forEach(stage -> stage.complete("done"));
                        assertThat(futures.get(0)).isCompleted();
                        assertThat(futures.get(1)).isDone();
                        assertThat(futures.get(2)).isDone();
                        assertThat(futures.get(3)).isCompleted();
                        assertNothingIsHeld();
                    });
            assertThat(group.closeAndDrain().isDone()).isTrue();
            assertThat(group.counts().ended()).isEqualTo(20_000);
        }

        @Test
        void loseNoPermitUnderManyThreads() throws Exception {
            ConcurrencyLimit bounded = Admission.concurrency(3, 5);
            TaskGroup group = DirectGroups.builder("orders")
                    .timer(new ManualTimer())
                    .admission(Admission.concurrency(5).and(second).and(bounded))
                    .build();
            first.limit(5);
            second.limit(4);
            Queue<CompletableFuture<String>> stages = new ConcurrentLinkedQueue<>();
            Queue<CompletableFuture<String>> futures = new ConcurrentLinkedQueue<>();
            Together.run(
                    8,
                    100,
                    round -> {},
                    (thread, round) -> {
                        ThreadLocalRandom random = ThreadLocalRandom.current();
                        for (int i = 0; i < 50; i++) {
                            int choice = random.nextInt(10);
                            if (choice < 4) {
                                futures.add(group.submit(TaskOptions.named("task"), task -> {
                                    CompletableFuture<String> stage = new CompletableFuture<>();
                                    stages.add(stage);
                                    return stage;
                                }));
                            } else if (choice < 8) {
                                CompletableFuture<String> stage = stages.poll();
                                if (stage != null) {
                                    stage.complete("done");
                                }
                            } else {
                                CompletableFuture<String> future = futures.poll();
                                if (future != null) {
                                    future.cancel(true);
                                }
                            }
                        }
                    },
                    round -> {
                        TaskCounts counts = group.counts();
                        HandEndedTasks.assertBalanced(counts);
                        assertThat(counts.active()).isEqualTo(Math.min(3, counts.pending()));
                        assertThat(bounded.active()).isEqualTo((int) counts.active());
                        assertThat(second.active()).isEqualTo((int) Math.min(4, counts.pending()));
                    });
            for (CompletableFuture<String> stage = stages.poll(); stage != null; stage = stages.poll()) {
                stage.complete("done");
            }
            assertThat(group.closeAndDrain().isDone()).isTrue();
            assertThat(second).hasToString("ConcurrencyLimit[0 of 4, 0 wait]");
            assertThat(bounded).hasToString("ConcurrencyLimit[0 of 3, 0 wait]");
            HandEndedTasks.assertBalanced(group.counts());
        }

        private void assertNothingIsHeld() {
            assertThat(first.active()).isZero();
            assertThat(first.queued()).isZero();
            assertThat(second.active()).isZero();
            assertThat(second.queued()).isZero();
        }
    }

    @Nested
    class OfOnesOwn {

        private final List<AdmissionRequest> waiting = new ArrayList<>();
        private final AtomicInteger left = new AtomicInteger();
        private final HandEndedTasks tasks = new HandEndedTasks(candidate -> {
            waiting.add(candidate);
            return left::incrementAndGet;
        });

        private Permit telling() {
            return outcome -> events.add("released " + outcome);
        }

        @Test
        void mayAnswerLaterAndInAnyOrder() {
            tasks.submit("a", "b", "c");
            tasks.assertPending(3, 0);
            assertThat(waiting.get(2).grant(telling())).isTrue();
            waiting.get(0).reject("not today");
            assertThat(waiting.get(1).grant(telling())).isTrue();
            assertThat(tasks.running()).containsExactly("c", "b");
            assertRejected(tasks.future("a"), "not today");
            tasks.succeed("c");
            tasks.fail("b");
            assertThat(events).containsExactly("released SUCCEEDED", "released FAILED");
            assertThat(left).hasValue(0);
            tasks.assertDrained(1, 1, 0, 1);
        }

        @Test
        void seesTheTaskAndTheClockOfItsGroup() {
            tasks.submit("a");
            assertThat(waiting.get(0).task().name()).isEqualTo("a");
            assertThat(waiting.get(0).task().attempt()).isOne();
            assertThat(waiting.get(0).task().groupName()).isEqualTo(tasks.group.name());
            assertThat(waiting.get(0).timer()).isSameAs(tasks.timer);
            tasks.cancel("a");
        }

        @Test
        void isToldWhenATaskLeaves() {
            tasks.submit("a", "b");
            tasks.cancel("a");
            assertThat(left).hasValue(1);
            assertThat(waiting.get(0).grant(telling())).isFalse();
            waiting.get(0).reject("not needed");
            assertThat(events).isEmpty();
            assertThat(waiting.get(1).grant(telling())).isTrue();
            tasks.cancel("b");
            tasks.succeed("b");
            assertThat(events).containsExactly("released CANCELLED");
            assertThat(left).hasValue(1);
            tasks.assertDrained(0, 0, 2, 0);
        }

        @Test
        void runsATaskOnceThatItGrantsTwice() {
            tasks.submit("a");
            assertThat(waiting.get(0).grant(telling())).isTrue();
            assertThat(waiting.get(0).grant(telling())).isFalse();
            assertThat(tasks.started()).containsExactly("a");
            tasks.succeed("a");
            assertThat(waiting.get(0).grant(telling())).isFalse();
            assertThat(events).containsExactly("released SUCCEEDED");
            tasks.assertDrained(1, 0, 0, 0);
        }

        @Test
        void countsByItsFirstAnswer() {
            tasks.submit("a", "b");
            assertThat(waiting.get(0).grant(telling())).isTrue();
            waiting.get(0).reject("too late");
            waiting.get(1).reject("no");
            waiting.get(1).reject("no again");
            assertThat(waiting.get(1).grant(telling())).isFalse();
            tasks.succeed("a");
            assertRejected(tasks.future("b"), "no");
            assertThat(tasks.started()).containsExactly("a");
            tasks.assertDrained(1, 0, 0, 1);
        }

        @Test
        void countsByOneAnswerOfTwoThreads() throws Exception {
            AtomicInteger granted = new AtomicInteger();
            AtomicInteger started = new AtomicInteger();
            AtomicInteger released = new AtomicInteger();
            List<AdmissionRequest> candidates = new ArrayList<>();
            TaskGroup group = DirectGroups.builder("orders")
                    .timer(new ManualTimer())
                    .admission(candidate -> {
                        candidates.add(candidate);
                        return NOT_QUEUED;
                    })
                    .build();
            Together.run(
                    3,
                    5_000,
                    round -> {
                        CompletableFuture<Void> unused = group.submit(TaskOptions.named("task"), task -> {
                            started.incrementAndGet();
                            return CompletableFuture.completedFuture(null);
                        });
                    },
                    (thread, round) -> {
                        AdmissionRequest candidate = candidates.get(round);
                        if (thread == 2) {
                            candidate.reject("no");
                        } else if (candidate.grant(outcome -> released.incrementAndGet())) {
                            granted.incrementAndGet();
                        }
                    },
                    round -> assertThat(group.counts().ended()).isEqualTo(round + 1));
            assertThat(group.closeAndDrain().isDone()).isTrue();
            int ran = granted.get();
            assertThat(started).hasValue(ran);
            assertThat(released).hasValue(ran);
            assertThat(group.counts())
                    .isEqualTo(TaskCounts.none().with(Outcome.SUCCEEDED, ran).with(Outcome.REJECTED, 5_000 - ran));
        }

        @Test
        void keepsATaskQueuedThatItNeverAnswersUntilThatIsCancelled() {
            tasks.submit("a", "b");
            assertThat(tasks.group.closeAndDrain().isDone()).isFalse();
            tasks.assertPending(2, 0);
            tasks.cancel("a");
            assertThat(tasks.group.drained().isDone()).isFalse();
            tasks.group.cancel();
            assertThat(tasks.future("b")).isCancelled();
            assertThat(left).hasValue(2);
            assertThat(tasks.started()).isEmpty();
            tasks.assertDrained(0, 0, 2, 0);
        }

        @Test
        void rejectsATaskByThrowing() {
            IllegalStateException broken = new IllegalStateException("broken");
            HandEndedTasks failing = new HandEndedTasks(candidate -> {
                throw broken;
            });
            failing.submit("a");
            assertThat(failureOf(failing.future("a")))
                    .isInstanceOf(TaskRejectedException.class)
                    .hasMessage("task \"a\" was rejected by the admission of group \"orders\": it failed with"
                            + " java.lang.IllegalStateException: broken")
                    .hasCause(broken);
            failing.assertDrained(0, 0, 0, 1);
        }

        @Test
        @SuppressWarnings("NullAway")
        void rejectsATaskByReturningNull() {
            HandEndedTasks failing = new HandEndedTasks(candidate -> null);
            failing.submit("a");
            assertRejected(failing.future("a"), "the admission returned null");
            failing.assertDrained(0, 0, 0, 1);
        }

        @Test
        @SuppressWarnings("NullAway")
        void runsATaskThatItGrantedAndToldOfWhatItFailsWithThen() {
            HandEndedTasks throwing = new HandEndedTasks(candidate -> {
                candidate.grant(telling());
                throw new IllegalStateException("thrown after all");
            });
            HandEndedTasks silent = new HandEndedTasks(candidate -> {
                candidate.grant(telling());
                return null;
            });
            try (UncaughtFailures uncaught = new UncaughtFailures()) {
                throwing.submit("a");
                silent.submit("a");
                assertThat(uncaught.seen).hasSize(2);
                assertThat(uncaught.seen.get(0)).hasMessage("thrown after all");
                assertThat(uncaught.seen.get(1)).hasMessage("the admission returned null");
            }
            throwing.succeed("a");
            silent.succeed("a");
            assertThat(events).containsExactly("released SUCCEEDED", "released SUCCEEDED");
            throwing.assertDrained(1, 0, 0, 0);
            silent.assertDrained(1, 0, 0, 0);
        }

        @Test
        @SuppressWarnings("NullAway")
        void rejectsATaskThatItRejectsForNoReasonOrGrantsNoPermit() {
            HandEndedTasks unreasoned = new HandEndedTasks(candidate -> {
                candidate.reject(null);
                return NOT_QUEUED;
            });
            unreasoned.submit("a");
            assertRejected(unreasoned.future("a"), "reason must not be null");
            unreasoned.assertDrained(0, 0, 0, 1);
            HandEndedTasks empty = new HandEndedTasks(candidate -> {
                candidate.grant(null);
                return NOT_QUEUED;
            });
            empty.submit("a");
            assertRejected(empty.future("a"), "permit must not be null: Permit.NOTHING_TO_RELEASE is one");
            empty.assertDrained(0, 0, 0, 1);
        }

        @Test
        @SuppressWarnings("NullAway")
        void mayAnswerAgainWhenItsAnswerWasNone() {
            tasks.submit("a");
            AdmissionRequest candidate = waiting.get(0);
            assertThatNullPointerException()
                    .isThrownBy(() -> candidate.grant(null))
                    .withMessage("permit must not be null: Permit.NOTHING_TO_RELEASE is one");
            assertThatNullPointerException()
                    .isThrownBy(() -> candidate.reject(null))
                    .withMessage("reason must not be null");
            tasks.assertPending(1, 0);
            assertThat(candidate.grant(telling())).isTrue();
            tasks.succeed("a");
            tasks.assertDrained(1, 0, 0, 0);
        }

        @Test
        void disturbsNoTaskByAPermitThatThrows() {
            tasks.submit("a", "b", "c");
            for (AdmissionRequest candidate : waiting) {
                assertThat(candidate.grant(outcome -> {
                            throw new IllegalStateException("kept after " + outcome);
                        }))
                        .isTrue();
            }
            try (UncaughtFailures uncaught = new UncaughtFailures()) {
                tasks.succeed("a");
                tasks.fail("b");
                tasks.cancel("c");
                tasks.succeed("c");
                assertThat(uncaught.seen)
                        .extracting(Throwable::getMessage)
                        .containsExactly("kept after SUCCEEDED", "kept after FAILED", "kept after CANCELLED");
            }
            assertThat(tasks.future("a")).isCompletedWithValue("a");
            tasks.assertDrained(1, 1, 1, 0);
        }

        @Test
        void disturbsNoTaskByAPlaceThatCannotBeLeft() {
            HandEndedTasks stuck = new HandEndedTasks(candidate -> () -> {
                throw new IllegalStateException("stay");
            });
            stuck.submit("a", "b");
            try (UncaughtFailures uncaught = new UncaughtFailures()) {
                stuck.cancel("a");
                stuck.group.cancel();
                assertThat(uncaught.seen).hasSize(2);
            }
            stuck.assertDrained(0, 0, 2, 0);
        }

        @Test
        void isAskedAgainForATaskThatGivesItsPermitUp() {
            HandEndedTasks retried = new HandEndedTasks(
                    telling("gate"), ErrorPolicy.retry(1, Backoff.none()).releasingPermit());
            retried.submit("a");
            retried.fail("a");
            retried.succeed("a");
            assertThat(events)
                    .containsExactly("gate asked", "gate released FAILED", "gate asked", "gate released SUCCEEDED");
            retried.assertDrained(1, 0, 0, 0);
        }

        private Admission telling(String name) {
            return AdmissionTest.this.telling(name);
        }

        @Test
        void anAnswerForAnEarlierAttemptIsRefused() {
            HandEndedTasks retried = new HandEndedTasks(
                    candidate -> {
                        waiting.add(candidate);
                        return NOT_QUEUED;
                    },
                    ErrorPolicy.retry(1, Backoff.none()).releasingPermit());
            retried.submit("a");
            assertThat(waiting.get(0).grant(telling())).isTrue();
            retried.fail("a");
            assertThat(waiting).hasSize(2);
            assertThat(waiting.get(0).grant(telling())).isFalse();
            waiting.get(0).reject("too late");
            retried.assertPending(1, 0);
            assertThat(waiting.get(1).grant(telling())).isTrue();
            retried.succeed("a");
            assertThat(events).containsExactly("released FAILED", "released SUCCEEDED");
            retried.assertDrained(1, 0, 0, 0);
        }

        @Test
        void isNotAskedForATaskThatHasEnded() {
            GroupTask task = GroupTask.issue(tasks.group, TaskOptions.named("a"), () -> null);
            assertThat(task.end(Outcome.CANCELLED)).isTrue();
            assertThat(task.end(Outcome.SUCCEEDED)).isFalse();
            CalledBody body = new CalledBody();
            body.start(task);
            assertThat(waiting).isEmpty();
            assertThat(body.calls()).isEmpty();
            tasks.assertDrained(0, 0, 1, 0);
        }

        @Test
        void aRejectedCallbackThatThrowsLaterIsReportedAndDoesNotDisturbWhoRejects() {
            GroupTask task = GroupTask.issue(tasks.group, TaskOptions.named("a"), () -> null);
            new CalledBody(() -> {}, rejection -> {
                        throw new IllegalStateException("thrown downstream");
                    })
                    .start(task);
            try (UncaughtFailures uncaught = new UncaughtFailures()) {
                waiting.get(0).reject("no");
                assertThat(uncaught.seen).singleElement().asString().contains("thrown downstream");
            }
            tasks.assertDrained(0, 1, 0, 0);
        }

        @Test
        void aRejectedCallbackThatThrowsAtOnceReachesWhoAsked() {
            HandEndedTasks rejected = new HandEndedTasks(
                    candidate -> {
                        candidate.reject("no");
                        return NOT_QUEUED;
                    },
                    ErrorPolicy.continueOnError());
            GroupTask task = GroupTask.issue(rejected.group, TaskOptions.named("a"), () -> null);
            assertThatIllegalStateException()
                    .isThrownBy(() -> new CalledBody(() -> {}, rejection -> {
                                task.end(Outcome.REJECTED);
                                throw new IllegalStateException("thrown downstream");
                            })
                            .start(task))
                    .withMessage("thrown downstream");
            rejected.assertDrained(0, 0, 0, 1);
        }
    }

    @Test
    @SuppressWarnings("NullAway")
    void nothingMayBeNull() {
        assertThatNullPointerException()
                .isThrownBy(() -> Admission.unlimited().and(null))
                .withMessage("next must not be null");
        assertThatNullPointerException()
                .isThrownBy(() -> DirectGroups.builder("orders").admission(null))
                .withMessage("admission must not be null");
    }
}
