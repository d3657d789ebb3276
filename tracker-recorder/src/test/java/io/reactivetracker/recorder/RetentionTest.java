// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import static io.reactivetracker.recorder.Outcomes.refusalOf;
import static io.reactivetracker.recorder.Outcomes.resultOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.reactivetracker.Registration;
import io.reactivetracker.TaskTimer;
import io.reactivetracker.test.ManualTimer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.openjdk.jol.info.GraphLayout;

/** Which records an in-memory store drops, and which it never drops. */
@SuppressWarnings("FutureReturnValueIgnored") // the outcome of the work is checked elsewhere
class RetentionTest {

    private static final Duration AGE = Duration.ofHours(24);

    private final ManualTimer timer = new ManualTimer();

    private TaskRecorder<String> with(Retention retention) {
        return TaskRecorder.create(RecordStore.inMemory(retention, timer), timer);
    }

    private static void succeed(TaskRecorder<String> recorder, String... keys) {
        for (String key : keys) {
            assertThat(recorder.record(key, attempt -> CompletableFuture.completedFuture("done")))
                    .isCompletedWithValue("done");
        }
    }

    private static void fail(TaskRecorder<String> recorder, String key) {
        recorder.record(key, attempt -> CompletableFuture.failedFuture(new IllegalStateException("declined")));
    }

    private static List<String> succeeded(TaskRecorder<String> recorder) {
        return resultOf(recorder.keys(TaskStatus.SUCCEEDED));
    }

    @Test
    void everythingIsKeptUnlessABoundIsGiven() {
        TaskRecorder<String> recorder = TaskRecorder.create();
        for (int i = 0; i < 10_000; i++) {
            succeed(recorder, "k" + i);
        }
        assertThat(resultOf(recorder.counts())).containsEntry(TaskStatus.SUCCEEDED, 10_000L);
    }

    @Test
    void theOldestIsDroppedWhenThereIsOneTooMany() {
        TaskRecorder<String> recorder = with(Retention.maxEntries(2));
        succeed(recorder, "a", "b");
        assertThat(succeeded(recorder)).containsExactlyInAnyOrder("a", "b");
        succeed(recorder, "c");
        assertThat(succeeded(recorder)).containsExactlyInAnyOrder("b", "c");
        assertThat(resultOf(recorder.status("a"))).isEqualTo(TaskStatus.NOT_FOUND);
    }

    @Test
    void failuresDropFailuresAndNoSuccess() {
        TaskRecorder<String> recorder = with(Retention.maxEntries(2));
        succeed(recorder, "paid");
        for (int i = 0; i < 100; i++) {
            fail(recorder, "junk " + i);
        }
        assertThat(succeeded(recorder)).containsExactly("paid");
        assertThat(resultOf(recorder.keys(TaskStatus.FAILED))).containsExactlyInAnyOrder("junk 98", "junk 99");
    }

    @Test
    void whatReachesItsAgeIsDroppedAlsoIfNobodyUsesTheStore() {
        RecordStore<String> store = RecordStore.inMemory(Retention.maxAge(AGE), timer);
        TaskRecorder<String> recorder = TaskRecorder.create(store, timer);
        succeed(recorder, "a");
        fail(recorder, "b");
        HeldBody body = new HeldBody();
        recorder.record("running", body);
        timer.advance(AGE.plusMinutes(1));
        Awaitility.await().untilAsserted(() -> assertThat(store).hasToString("RecordStore[in memory, 1 keys]"));
        body.work.complete("done");
        // Another thread may set the alarm again, possibly after the time has advanced.
        Awaitility.await().untilAsserted(() -> {
            timer.advance(AGE.plusMinutes(1));
            assertThat(store).hasToString("RecordStore[in memory, 0 keys]");
        });
    }

    @Test
    void aCallDropsAFewOfTheManyThatReachTheirAgeAtOnceAndSeesNone() {
        RecordStore<String> store = RecordStore.inMemory(Retention.maxAge(AGE), new ForgetfulTimer(timer));
        TaskRecorder<String> recorder = TaskRecorder.create(store, timer);
        for (int i = 0; i < 1000; i++) {
            succeed(recorder, "k" + i);
        }
        timer.advance(AGE);
        assertThat(resultOf(recorder.status("k999"))).isEqualTo(TaskStatus.NOT_FOUND);
        assertThat(store).hasToString("RecordStore[in memory, 996 keys]");
        assertThat(succeeded(recorder)).isEmpty();
        assertThat(resultOf(recorder.counts())).containsEntry(TaskStatus.SUCCEEDED, 0L);
        assertThat(resultOf(recorder.forget("k999"))).isFalse();
        assertThat(refusalOf(recorder.revoke("k999", new HeldBody()))).isEqualTo(TaskStatus.NOT_FOUND);
        assertThat(resultOf(recorder.whenSettled("k998")).status()).isEqualTo(TaskStatus.NOT_FOUND);
        succeed(recorder, "k997");
        assertThat(succeeded(recorder)).containsExactly("k997");
    }

    /** Returns the time, but never fires an alarm. */
    private record ForgetfulTimer(ManualTimer clock) implements TaskTimer {

        @Override
        public long nanoTime() {
            return clock.nanoTime();
        }

        @Override
        public Registration schedule(Duration delay, Runnable action) {
            return () -> {};
        }
    }

    @Test
    void aSuccessThatWasDroppedCanHappenAgainWithAGreaterFence() {
        TaskRecorder<String> recorder = with(Retention.maxEntries(1));
        HeldBody first = new HeldBody();
        recorder.record("a", first);
        first.work.complete("done");
        succeed(recorder, "b");
        HeldBody second = new HeldBody();
        recorder.record("a", second);
        assertThat(second.starts()).isOne();
        assertThat(second.attempt().fencingToken())
                .isGreaterThan(first.attempt().fencingToken());
    }

    @Test
    void whatReachesItsAgeIsGoneForWhoeverLooks() {
        TaskRecorder<String> recorder = with(Retention.maxAge(AGE));
        succeed(recorder, "a");
        timer.advance(AGE.minusNanos(1));
        assertThat(resultOf(recorder.status("a"))).isEqualTo(TaskStatus.SUCCEEDED);
        succeed(recorder, "b");
        timer.advance(Duration.ofNanos(1));
        assertThat(resultOf(recorder.status("a"))).isEqualTo(TaskStatus.NOT_FOUND);
        assertThat(succeeded(recorder)).containsExactly("b");
        timer.advance(AGE);
        assertThat(resultOf(recorder.counts())).containsEntry(TaskStatus.SUCCEEDED, 0L);
        assertThat(recorder).asString().contains("0 keys");
    }

    @Test
    void everyQuestionFindsOnlyWhatIsYoungEnough() {
        TaskRecorder<String> recorder = with(Retention.maxAge(AGE));
        succeed(recorder, "a");
        timer.advance(AGE);
        assertThat(refusalOf(recorder.revoke("a", new HeldBody()))).isEqualTo(TaskStatus.NOT_FOUND);
        succeed(recorder, "a");
        timer.advance(AGE);
        assertThat(resultOf(recorder.forget("a"))).isFalse();
        succeed(recorder, "a");
        timer.advance(AGE);
        assertThat(resultOf(recorder.whenSettled("a")).status()).isEqualTo(TaskStatus.NOT_FOUND);
        succeed(recorder, "a");
        timer.advance(AGE);
        assertThat(succeeded(recorder)).isEmpty();
        succeed(recorder, "a");
        timer.advance(AGE);
        HeldBody body = new HeldBody();
        recorder.record("a", body);
        assertThat(body.starts()).isOne();
    }

    @Test
    void ageCountsFromTheLastEnd() {
        TaskRecorder<String> recorder = with(Retention.maxAge(AGE));
        fail(recorder, "a");
        timer.advance(AGE.dividedBy(2));
        succeed(recorder, "a");
        timer.advance(AGE.minusNanos(1));
        assertThat(resultOf(recorder.status("a"))).isEqualTo(TaskStatus.SUCCEEDED);
        CompletableFuture<String> revoke = recorder.revoke("a", new HeldBody());
        timer.advance(AGE);
        assertThat(resultOf(recorder.status("a"))).isEqualTo(TaskStatus.REVOKING);
        revoke.cancel(false);
        timer.advance(AGE.minusNanos(1));
        assertThat(resultOf(recorder.status("a"))).isEqualTo(TaskStatus.SUCCEEDED);
        timer.advance(Duration.ofNanos(1));
        assertThat(resultOf(recorder.status("a"))).isEqualTo(TaskStatus.NOT_FOUND);
    }

    @Test
    void whatRunsOrIsBeingRevokedIsNeverDropped() {
        TaskRecorder<String> recorder = with(Retention.of(AGE, 1));
        succeed(recorder, "v");
        HeldBody undo = new HeldBody();
        recorder.revoke("v", undo);
        HeldBody body = new HeldBody();
        CompletableFuture<String> run = recorder.record("r", body);
        succeed(recorder, "a", "b", "c");
        timer.advance(AGE.multipliedBy(2));
        assertThat(resultOf(recorder.status("v"))).isEqualTo(TaskStatus.REVOKING);
        assertThat(resultOf(recorder.status("r"))).isEqualTo(TaskStatus.RUNNING);
        assertThat(resultOf(recorder.counts())).containsEntry(TaskStatus.SUCCEEDED, 0L);
        body.work.complete("done");
        assertThat(run).isCompletedWithValue("done");
        assertThat(succeeded(recorder)).containsExactly("r");
    }

    @Test
    void theFirstBoundThatIsReachedDrops() {
        TaskRecorder<String> recorder = with(Retention.of(AGE, 2));
        succeed(recorder, "a", "b", "c");
        assertThat(succeeded(recorder)).containsExactlyInAnyOrder("b", "c");
        timer.advance(AGE);
        assertThat(succeeded(recorder)).isEmpty();
    }

    @Test
    void whatIsForgottenOrRevokedLeavesRoom() {
        TaskRecorder<String> recorder = with(Retention.maxEntries(2));
        succeed(recorder, "a", "b");
        recorder.forget("a");
        succeed(recorder, "c");
        assertThat(succeeded(recorder)).containsExactlyInAnyOrder("b", "c");
        recorder.revoke("b", attempt -> CompletableFuture.completedFuture("undone"));
        succeed(recorder, "d");
        assertThat(succeeded(recorder)).containsExactlyInAnyOrder("c", "d");
        HeldBody undo = new HeldBody();
        recorder.revoke("c", undo);
        succeed(recorder, "e");
        assertThat(succeeded(recorder)).containsExactlyInAnyOrder("d", "e");
        // It comes back as the newest.
        undo.work.completeExceptionally(new IllegalStateException("stays"));
        assertThat(succeeded(recorder)).containsExactlyInAnyOrder("c", "e");
    }

    @Test
    void whatIsForgottenCountsNoMoreAlsoIfItIsTheYoungest() {
        TaskRecorder<String> recorder = with(Retention.maxEntries(2));
        succeed(recorder, "a", "b");
        recorder.forget("b");
        succeed(recorder, "c");
        assertThat(succeeded(recorder)).containsExactlyInAnyOrder("a", "c");
    }

    @Test
    void whatIsOneTooManyIsDroppedAtOnceAndNotAtTheNextQuestion() {
        RecordStore<String> store = RecordStore.inMemory(Retention.maxEntries(1), timer);
        TaskRecorder<String> recorder = TaskRecorder.create(store, timer);
        succeed(recorder, "a", "b");
        assertThat(store).hasToString("RecordStore[in memory, 1 keys]");
    }

    @Test
    void aBoundedStoreDoesNotGrow() {
        RecordStore<Integer> store = RecordStore.inMemory(Retention.maxEntries(100), timer);
        TaskRecorder<Integer> recorder = TaskRecorder.create(store, timer);
        IntStream.range(0, 1_000).forEach(key -> cycle(recorder, key));
        long before = GraphLayout.parseInstance(store).totalSize();
        IntStream.range(1_000, 10_000).forEach(key -> cycle(recorder, key));
        assertThat(GraphLayout.parseInstance(store).totalSize()).isLessThanOrEqualTo(before);
        assertThat(resultOf(recorder.counts())).containsEntry(TaskStatus.SUCCEEDED, 100L);
    }

    private static void cycle(TaskRecorder<Integer> recorder, int key) {
        recorder.record(key, attempt -> CompletableFuture.failedFuture(new IllegalStateException("declined")));
        recorder.record(key, attempt -> CompletableFuture.completedFuture("done"));
    }

    @Test
    void boundsAreChecked() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Retention.maxAge(Duration.ZERO))
                .withMessage("maxAge must be positive, but was PT0S");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Retention.of(Duration.ofSeconds(-1), 1))
                .withMessage("maxAge must be positive, but was PT-1S");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Retention.maxEntries(0))
                .withMessage("maxEntries must be positive, but was 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Retention.of(AGE, -1))
                .withMessage("maxEntries must be positive, but was -1");
        assertThat(Retention.of(AGE, 7)).hasToString("Retention[PT24H, 7]").satisfies(retention -> {
            assertThat(retention.maxAge()).isEqualTo(AGE);
            assertThat(retention.maxEntries()).isEqualTo(7);
        });
        assertThat(Retention.forever()).hasToString("Retention[any age, any number]");
        assertThat(Retention.maxAge(AGE).maxEntries()).isEqualTo(Long.MAX_VALUE);
        assertThat(Retention.maxEntries(1).maxAge()).isNull();
    }

    @Test
    @SuppressWarnings("NullAway") // the test expects a refusal
    void nothingMayBeLeftOut() {
        assertThatNullPointerException()
                .isThrownBy(() -> RecordStore.inMemory(null))
                .withMessage("retention must not be null");
        assertThatNullPointerException()
                .isThrownBy(() -> RecordStore.inMemory(Retention.forever(), null))
                .withMessage("timer must not be null");
        assertThatNullPointerException()
                .isThrownBy(() -> Retention.maxAge(null))
                .withMessage("maxAge must not be null");
    }

    @Test
    void anAgeBeyondAllMeasureIsForEver() {
        TaskRecorder<String> recorder = with(Retention.maxAge(Duration.ofSeconds(Long.MAX_VALUE)));
        succeed(recorder, "a");
        timer.advance(Duration.ofDays(365L * 100));
        assertThat(resultOf(recorder.status("a"))).isEqualTo(TaskStatus.SUCCEEDED);
    }
}
