// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.awaitility.Awaitility.await;

import io.reactivetracker.Registration;
import io.reactivetracker.test.Together;
import io.reactivetracker.test.UncaughtFailures;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;

/** Tests what meters read from a group: new children, its counts, its oldest task, its drain. */
class TaskGroupWatchTest {

    private final TaskGroup group = DirectGroups.builder("orders").build();
    private final List<TaskGroup> told = new ArrayList<>();

    // ---- children

    @Test
    void tellsOfTheChildrenThatThereAreAndOfEachThatComes() {
        TaskGroup first = group.child("first");
        TaskGroup second = group.child("second");
        group.onChild(told::add);
        assertThat(told).containsExactly(first, second);
        TaskGroup third = group.child("third");
        assertThat(told).containsExactly(first, second, third);
    }

    @Test
    void tellsOfNoGrandchildrenAndNotOfChildrenThatHaveEnded() {
        group.child("ended").close();
        TaskGroup child = group.child("child");
        child.child("grandchild");
        group.onChild(told::add);
        assertThat(told).containsExactly(child);
        child.child("another");
        assertThat(told).containsExactly(child);
    }

    @Test
    void tellsNoMoreOnceTheWatchIsClosed() {
        Registration watch = group.onChild(told::add);
        List<TaskGroup> others = new ArrayList<>();
        group.onChild(others::add);
        watch.close();
        watch.close();
        TaskGroup child = group.child("child");
        assertThat(told).isEmpty();
        assertThat(others).containsExactly(child);
    }

    @Test
    void aWatchThatIsClosedByTheOneBeforeItIsNotTold() {
        List<Registration> watches = new ArrayList<>();
        group.onChild(child -> watches.forEach(Registration::close));
        watches.add(group.onChild(told::add));
        group.child("child");
        assertThat(told).isEmpty();
    }

    @Test
    void tellsOfAChildBeforeItsMakerHasIt() {
        group.onChild(child -> {
            assertThat(group.children()).containsExactly(child);
            assertThat(child.parent()).isSameAs(group);
            told.add(child.child("made at once"));
        });
        TaskGroup child = group.child("child");
        assertThat(child.children()).isEqualTo(told);
    }

    @Test
    void aWatchThatThrowsDisturbsNeitherTheMakerNorOtherWatches() {
        RuntimeException failure = new IllegalStateException("no watch");
        try (UncaughtFailures uncaught = new UncaughtFailures()) {
            group.child("early");
            group.onChild(child -> {
                throw failure;
            });
            group.onChild(told::add);
            group.child("late");
            assertThat(uncaught.seen).containsExactly(failure, failure);
        }
        assertThat(told).extracting(TaskGroup::name).containsExactly("early", "late");
    }

    @Test
    void tellsOnceOfAChildThatComesWhileTheWatchBegins() throws Exception {
        Queue<TaskGroup> seen = new ConcurrentLinkedQueue<>();
        List<Registration> watch = new ArrayList<>();
        Together.run(
                2,
                5_000,
                round -> seen.clear(),
                (thread, round) -> {
                    if (thread == 0) {
                        group.child("child");
                    } else {
                        watch.add(group.onChild(seen::add));
                    }
                },
                round -> {
                    TaskGroup child = group.children().get(0);
                    assertThat(seen).containsExactly(child);
                    watch.remove(0).close();
                    child.close();
                });
    }

    @Test
    @SuppressWarnings("NullAway")
    void refusesToTellNobody() {
        assertThatNullPointerException().isThrownBy(() -> group.onChild(null)).withMessage("action must not be null");
    }

    // ---- its own counts

    @Test
    void itsOwnFiguresHaveNeitherThoseOfChildrenThatRunNorOfThoseThatHaveEnded() {
        TaskGroup child = group.child("child");
        HeldWork own = HeldWork.in(group, "own");
        HeldWork inner = HeldWork.in(child, "inner");
        assertThat(group.ownCounts()).isEqualTo(TaskCounts.none().withActive(1));
        assertThat(child.ownCounts()).isEqualTo(TaskCounts.none().withActive(1));
        inner.fail(new IOException("no ship"));
        child.close();
        assertThat(group.children()).isEmpty();
        assertThat(group.ownCounts()).isEqualTo(TaskCounts.none().withActive(1));
        assertThat(child.ownCounts()).isEqualTo(TaskCounts.none().with(Outcome.FAILED, 1));
        assertThat(group.counts()).isEqualTo(TaskCounts.none().withActive(1).with(Outcome.FAILED, 1));
        own.succeed();
        assertThat(group.ownCounts()).isEqualTo(TaskCounts.none().with(Outcome.SUCCEEDED, 1));
    }

    // ---- its oldest task

    @Test
    void itsOldestTaskIsTheFirstIssuedOfItsOwnThatAreActive() {
        assertThat(group.oldestTask()).isNull();
        TaskGroup limited = group.childBuilder("limited")
                .admission(Admission.concurrency(1))
                .build();
        HeldWork first = HeldWork.in(limited, "first");
        HeldWork second = HeldWork.in(limited, "second");
        assertThat(group.oldestTask()).isNull();
        assertThat(Objects.requireNonNull(limited.oldestTask()).name()).isEqualTo("first");
        assertThat(Objects.requireNonNull(limited.oldestTask()).id())
                .isEqualTo(first.task().id());
        first.succeed();
        assertThat(Objects.requireNonNull(limited.oldestTask()).name()).isEqualTo("second");
        second.succeed();
        assertThat(limited.oldestTask()).isNull();
    }

    @Test
    void aTaskThatWaitsIsNotItsOldest() {
        AnswerLater later = new AnswerLater();
        TaskGroup waiting = group.childBuilder("waiting").admission(later).build();
        HeldWork.in(waiting, "queued");
        HeldWork active = HeldWork.in(waiting, "active");
        later.grantLast();
        assertThat(Objects.requireNonNull(waiting.oldestTask()).name()).isEqualTo("active");
        active.succeed();
        assertThat(waiting.oldestTask()).isNull();
    }

    /** Grants a request when told to. */
    private static final class AnswerLater implements Admission {

        private final List<AdmissionRequest> candidates = new ArrayList<>();

        @Override
        public Registration admit(AdmissionRequest candidate) {
            candidates.add(candidate);
            return () -> {};
        }

        void grantLast() {
            assertThat(candidates.remove(candidates.size() - 1).grant(Permit.NOTHING_TO_RELEASE))
                    .isTrue();
        }
    }

    // ---- its drain

    @Test
    void itsDrainIsThatOfAllOfIt() {
        TaskGroup child = group.child("child");
        HeldWork inner = HeldWork.in(child, "inner");
        assertThat(group.drainTime()).isZero();
        group.close();
        awaitADrainOf(group);
        assertThat(child.drainTime()).isZero();
        Duration before = group.drainTime();
        child.close();
        awaitADrainOf(child);
        inner.succeed();
        Duration taken = group.drainTime();
        assertThat(taken).isGreaterThan(before).isEqualTo(group.drainTime());
        assertThat(child.drainTime()).isLessThanOrEqualTo(taken).isEqualTo(child.drainTime());
    }

    @Test
    void aGroupThatIsCancelledDrainsFromThenOn() {
        HeldWork work = HeldWork.in(group, "ship");
        group.cancel();
        awaitADrainOf(group);
        work.succeed();
        assertThat(group.drainTime()).isPositive().isEqualTo(group.drainTime());
    }

    /** Waits until the drain time is positive. */
    private static void awaitADrainOf(TaskGroup draining) {
        await().until(draining::drainTime, time -> !time.isZero());
    }
}
