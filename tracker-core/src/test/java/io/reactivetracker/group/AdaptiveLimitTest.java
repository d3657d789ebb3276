// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.reactivetracker.TaskOptions;
import io.reactivetracker.test.ManualTimer;
import io.reactivetracker.test.Together;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;

class AdaptiveLimitTest {

    private static final Duration SLOW = Duration.ofSeconds(1);

    private final AdaptiveLimit limit = Admission.adaptive(2, 200, SLOW);
    private final HandEndedTasks tasks = new HandEndedTasks(limit);
    private int submitted;

    /** Makes the limit grow with tasks that fill it and succeed. */
    private void growTo(int found) {
        while (limit.limit() < found) {
            fill();
            tasks.succeed(tasks.running().get(0));
        }
        tasks.succeedAll();
        assertThat(limit.active()).isZero();
    }

    /** Submits tasks until no permit is left. */
    private void fill() {
        while (limit.active() < limit.limit()) {
            tasks.submitNumbered(submitted, submitted);
            submitted++;
        }
    }

    @Test
    void beginsWithTheLeastAndLetsOthersWaitInLine() {
        tasks.submitNumbered(1, 5);
        assertThat(limit.limit()).isEqualTo(2);
        assertThat(limit.active()).isEqualTo(2);
        assertThat(limit.queued()).isEqualTo(3);
        assertThat(tasks.running()).containsExactly("1", "2");
        tasks.succeedAll();
        assertThat(tasks.started()).containsExactly("1", "2", "3", "4", "5");
        tasks.assertDrained(5, 0, 0, 0);
    }

    @Test
    void growsByOneWithEachRoundOfTasksThatFareWell() {
        for (int found = 2; found < 200; found++) {
            assertThat(limit.limit()).isEqualTo(found);
            for (int i = 0; i < found; i++) {
                assertThat(limit.limit()).as("after " + i + " tasks").isEqualTo(found);
                fill();
                tasks.succeed(tasks.running().get(0));
            }
        }
        tasks.succeedAll();
        assertThat(limit.limit()).isEqualTo(200);
        tasks.assertDrained(submitted, 0, 0, 0);
    }

    @Test
    void startsThoseInLineWhenItGrows() {
        tasks.submitNumbered(1, 6);
        tasks.succeed("1", "2");
        assertThat(limit.limit()).isEqualTo(3);
        assertThat(tasks.running()).containsExactly("3", "4", "5");
        tasks.succeedAll();
        tasks.assertDrained(6, 0, 0, 0);
    }

    @Test
    void fallsByATenthWhenATaskFails() {
        growTo(100);
        tasks.submit("fails");
        tasks.fail("fails");
        assertThat(limit.limit()).isEqualTo(90);
        tasks.timer.advance(Duration.ofMillis(1));
        tasks.submit("fails again");
        tasks.fail("fails again");
        assertThat(limit.limit()).isEqualTo(81);
        tasks.assertDrained(submitted, 2, 0, 0);
    }

    @Test
    void fallsByATenthWhenATaskIsSlow() {
        growTo(100);
        tasks.submit("in time", "slow");
        tasks.timer.advance(SLOW);
        tasks.succeed("in time");
        assertThat(limit.limit()).isEqualTo(100);
        tasks.timer.advance(Duration.ofNanos(1));
        tasks.succeed("slow");
        assertThat(limit.limit()).isEqualTo(90);
        tasks.assertDrained(submitted + 2, 0, 0, 0);
    }

    @Test
    void countsTheTimeFromWhenATaskWasAdmittedAndNotTheTimeInLine() {
        tasks.submitNumbered(1, 3);
        tasks.timer.advance(Duration.ofMillis(900));
        tasks.succeed("1");
        tasks.timer.advance(Duration.ofMillis(900));
        tasks.succeed("3");
        assertThat(limit.limit()).isEqualTo(3);
        tasks.succeed("2");
        assertThat(limit.limit()).isEqualTo(2);
        tasks.assertDrained(3, 0, 0, 0);
    }

    @Test
    void fallsOnceForAllTasksThatHaveSeenTheOldLimit() {
        growTo(100);
        tasks.submitNumbered(1_000, 1_049);
        tasks.timer.advance(Duration.ofMillis(1));
        for (int number = 1_000; number < 1_050; number++) {
            tasks.fail(Integer.toString(number));
            tasks.timer.advance(Duration.ofMillis(1));
        }
        assertThat(limit.limit()).isEqualTo(90);
        tasks.submit("new");
        tasks.fail("new");
        assertThat(limit.limit()).isEqualTo(81);
        tasks.assertDrained(submitted, 51, 0, 0);
    }

    @Test
    void fallsOnceForAllTasksThatHaveSeenTheOldLimitThoughNoTimeHasPassed() {
        growTo(100);
        tasks.submitNumbered(1_000, 1_049);
        for (int number = 1_000; number < 1_050; number++) {
            tasks.fail(Integer.toString(number));
        }
        assertThat(limit.limit()).isEqualTo(90);
        tasks.submit("new");
        tasks.fail("new");
        assertThat(limit.limit()).isEqualTo(81);
        tasks.assertDrained(submitted, 51, 0, 0);
    }

    @Test
    void neverFallsBelowTheLeast() {
        growTo(3);
        for (int i = 0; i < 10; i++) {
            tasks.submit("fails");
            tasks.fail("fails");
            tasks.timer.advance(Duration.ofMillis(1));
            assertThat(limit.limit()).isEqualTo(2);
        }
        tasks.assertDrained(submitted, 10, 0, 0);
    }

    @Test
    void neverGrowsAboveTheMost() {
        AdaptiveLimit narrow = Admission.adaptive(1, 3, SLOW);
        HandEndedTasks few = new HandEndedTasks(narrow);
        few.submitNumbered(1, 100);
        few.succeedAll();
        assertThat(narrow.limit()).isEqualTo(3);
        few.submit("fails");
        few.fail("fails");
        assertThat(narrow.limit()).isEqualTo(2);
        few.assertDrained(100, 1, 0, 0);
    }

    @Test
    void staysWhereItIsIfTheLeastIsTheMost() {
        AdaptiveLimit fixed = Admission.adaptive(2, 2, SLOW);
        HandEndedTasks few = new HandEndedTasks(fixed);
        few.submitNumbered(1, 10);
        few.fail("1");
        few.succeedAll();
        assertThat(fixed.limit()).isEqualTo(2);
        few.assertDrained(9, 1, 0, 0);
    }

    @Test
    void learnsNothingFromCancelledTasks() {
        growTo(10);
        for (int i = 0; i < 50; i++) {
            tasks.submit("cancelled");
            tasks.cancel("cancelled");
            tasks.timer.advance(SLOW.plusSeconds(1));
            tasks.succeed("cancelled");
            assertThat(limit.limit()).isEqualTo(10);
        }
        fill();
        int full = limit.active();
        tasks.submit("waits");
        tasks.cancel("waits");
        assertThat(limit.limit()).isEqualTo(10);
        assertThat(full).isEqualTo(10);
        tasks.group.cancel();
        tasks.succeedAll();
        assertThat(limit.limit()).isEqualTo(10);
        assertThat(limit.active()).isZero();
    }

    @Test
    void doesNotGrowWhileLessThanHalfOfItIsUsed() {
        growTo(10);
        for (int i = 0; i < 100; i++) {
            tasks.submit("a", "b", "c", "d");
            tasks.succeed("a", "b", "c", "d");
        }
        assertThat(limit.limit()).isEqualTo(10);
        tasks.submit("a", "b", "c", "d");
        for (int i = 0; i < 10; i++) {
            tasks.submit("e");
            tasks.succeed("e");
        }
        assertThat(limit.limit()).isEqualTo(11);
        tasks.succeedAll();
    }

    @Test
    void aTaskThatGivesItsPermitUpToRetryCountsAsOneThatFailed() {
        AdaptiveLimit retried = Admission.adaptive(1, 10, SLOW);
        HandEndedTasks few = new HandEndedTasks(
                retried,
                ErrorPolicy.retry(1, Backoff.fixed(Duration.ofMillis(1))).releasingPermit());
        few.submitNumbered(1, 3);
        few.succeedAll();
        assertThat(retried.limit()).isEqualTo(3);
        few.submit("again");
        few.fail("again");
        assertThat(retried.limit()).isEqualTo(2);
        assertThat(retried.active()).isZero();
        few.timer.advance(Duration.ofMillis(1));
        few.succeed("again");
        few.assertDrained(4, 0, 0, 0);
    }

    @Test
    void staysInItsBoundsAndLosesNoPermitUnderManyThreads() throws Exception {
        AdaptiveLimit busy = Admission.adaptive(2, 12, SLOW);
        ManualTimer timer = new ManualTimer();
        TaskGroup group =
                DirectGroups.builder("orders").timer(timer).admission(busy).build();
        Queue<CompletableFuture<String>> stages = new ConcurrentLinkedQueue<>();
        Together.run(
                8,
                200,
                round -> timer.advance(Duration.ofMillis(1)),
                (thread, round) -> {
                    ThreadLocalRandom random = ThreadLocalRandom.current();
                    for (int i = 0; i < 50; i++) {
                        if (random.nextBoolean()) {
                            CompletableFuture<String> future = group.submit(TaskOptions.named("task"), task -> {
                                CompletableFuture<String> stage = new CompletableFuture<>();
                                stages.add(stage);
                                return stage;
                            });
                            if (random.nextInt(10) == 0) {
                                future.cancel(true);
                            }
                        } else {
                            CompletableFuture<String> stage = stages.poll();
                            if (stage != null && random.nextInt(10) == 0) {
                                stage.completeExceptionally(new IllegalStateException("failed"));
                            } else if (stage != null) {
                                stage.complete("done");
                            }
                        }
                    }
                },
                round -> {
                    TaskCounts counts = group.counts();
                    HandEndedTasks.assertBalanced(counts);
                    assertThat(busy.limit()).isBetween(2, 12);
                    assertThat(counts.active()).isBetween(Math.min(busy.limit(), counts.pending()), 12L);
                    assertThat(busy.active()).isEqualTo((int) counts.active());
                    assertThat(busy.queued()).isEqualTo((int) counts.queued());
                });
        for (CompletableFuture<String> stage = stages.poll(); stage != null; stage = stages.poll()) {
            stage.complete("done");
        }
        assertThat(busy.active()).isZero();
        assertThat(group.closeAndDrain().isDone()).isTrue();
        HandEndedTasks.assertBalanced(group.counts());
    }

    @Test
    void theLeastMustBePositive() {
        for (int bad : new int[] {0, -1, Integer.MIN_VALUE}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Admission.adaptive(bad, 10, SLOW))
                    .withMessageContaining("min must be positive, but was " + bad);
        }
    }

    @Test
    void theMostMustNotBeLessThanTheLeast() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Admission.adaptive(3, 2, SLOW))
                .withMessage("max must not be less than min, but was 2 with min 3");
    }

    @Test
    void slowMustBePositive() {
        for (Duration bad : List.of(Duration.ZERO, Duration.ofNanos(-1))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Admission.adaptive(1, 2, bad))
                    .withMessage("slow must be positive, but was " + bad);
        }
    }

    @Test
    @SuppressWarnings("NullAway")
    void nothingMayBeNull() {
        assertThatNullPointerException()
                .isThrownBy(() -> Admission.adaptive(1, 2, null))
                .withMessage("slow must not be null");
    }

    @Test
    void takesTheGreatestNumbers() {
        AdaptiveLimit great =
                Admission.adaptive(Integer.MAX_VALUE, Integer.MAX_VALUE, Duration.ofSeconds(Long.MAX_VALUE));
        HandEndedTasks many = new HandEndedTasks(great);
        many.submitNumbered(1, 10);
        many.timer.advance(Duration.ofDays(36_500));
        many.succeedAll();
        assertThat(great.limit()).isEqualTo(Integer.MAX_VALUE);
        many.submit("fails");
        many.fail("fails");
        assertThat(great.limit()).isEqualTo(Integer.MAX_VALUE);
        many.assertDrained(10, 1, 0, 0);
    }

    @Test
    void toStringShowsTheLimitAndItsBounds() {
        assertThat(limit).hasToString("AdaptiveLimit[ConcurrencyLimit[0 of 2, 0 wait], 2 to 200]");
    }
}
