// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import static io.reactivetracker.recorder.Outcomes.resultOf;
import static org.assertj.core.api.Assertions.assertThat;

import io.reactivetracker.test.ManualTimer;
import io.reactivetracker.test.Together;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Many threads on few keys: extends Lincheck's results from a few steps to many. */
// The outcome of the work is checked elsewhere.
@SuppressWarnings({"FutureReturnValueIgnored", "NullAway", "ReferenceEquality"})
class TaskRecorderStressTest {

    private static final int THREADS = 8;
    private static final int KEYS = 3;
    private final IllegalStateException failure = new IllegalStateException("declined");

    /** A key and the state that its owners share. */
    private static final class Owned {
        private final AtomicInteger owners = new AtomicInteger();
        private long lastFence;
    }

    private final Map<Integer, Owned> keys = Map.of(0, new Owned(), 1, new Owned(), 2, new Owned());
    private final Queue<String> faults = new ConcurrentLinkedQueue<>();
    private final AtomicLong granted = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();

    private void check(boolean isTrue, String fault) {
        if (!isTrue) {
            faults.add(fault);
        }
    }

    private static @Nullable RecordedTask<Integer> granted(CompletableFuture<? extends RecordedTask<Integer>> begun) {
        return begun.isCompletedExceptionally() ? null : begun.join();
    }

    private void hold(TaskRecorder<Integer> recorder, int key, @Nullable RecordedTask<Integer> task, TaskStatus held) {
        if (task == null) {
            refused.incrementAndGet();
            return;
        }
        granted.incrementAndGet();
        Owned owned = keys.get(key);
        check(owned.owners.incrementAndGet() == 1, "two owners");
        check(task.fencingToken() > owned.lastFence, "fence " + task.fencingToken() + " after " + owned.lastFence);
        owned.lastFence = task.fencingToken();
        check(resultOf(recorder.status(key)) == held, "another status than " + held + " while it was held");
        boolean succeeds = ThreadLocalRandom.current().nextBoolean();
        owned.owners.decrementAndGet();
        CompletableFuture<Void> recorded = succeeds ? task.succeed() : task.fail(failure);
        check(recorded.isDone() && !recorded.isCompletedExceptionally(), "an owner was refused");
    }

    private void oneStep(TaskRecorder<Integer> recorder) {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        int key = random.nextInt(KEYS);
        switch (random.nextInt(8)) {
            case 0, 1, 2, 3 ->
                hold(recorder, key, granted(recorder.begin(key, RecordOptions.defaults())), TaskStatus.RUNNING);
            case 4, 5 -> hold(recorder, key, granted(recorder.beginRevoke(key)), TaskStatus.REVOKING);
            case 6 -> recorder.forget(key).join();
            default -> recorder.counts().join();
        }
    }

    @Test
    void aKeyHasOneOwnerAtATimeAndItsFencesIncrease() throws Exception {
        TaskRecorder<Integer> recorder = TaskRecorder.create();
        Together.run(THREADS, 200, (thread, round) -> {
            for (int step = 0; step < 200; step++) {
                oneStep(recorder);
            }
        });
        assertThat(faults).isEmpty();
        assertThat(granted.get()).isGreaterThan(10_000);
        assertThat(refused.get()).isGreaterThan(1_000);
        assertNothingIsUnderWay(recorder);
    }

    @Test
    void soItIsIfRecordsAreDroppedAllTheTime() throws Exception {
        TaskRecorder<Integer> recorder = TaskRecorder.create(RecordStore.inMemory(Retention.maxEntries(1)));
        Together.run(THREADS, 200, (thread, round) -> {
            for (int step = 0; step < 200; step++) {
                oneStep(recorder);
            }
        });
        assertThat(faults).isEmpty();
        assertNothingIsUnderWay(recorder);
        Map<TaskStatus, Long> counts = resultOf(recorder.counts());
        // Failures and successes are limited separately, so failures cannot evict successes.
        assertThat(counts.get(TaskStatus.SUCCEEDED)).isLessThanOrEqualTo(1);
        assertThat(counts.get(TaskStatus.FAILED)).isLessThanOrEqualTo(1);
    }

    private static void assertNothingIsUnderWay(TaskRecorder<Integer> recorder) {
        assertThat(resultOf(recorder.counts()))
                .containsEntry(TaskStatus.RUNNING, 0L)
                .containsEntry(TaskStatus.REVOKING, 0L);
    }

    @Test
    void whatIsDroppedByAgeWhileItIsLaunchedIsNeverLost() throws Exception {
        ManualTimer timer = new ManualTimer();
        Duration age = Duration.ofNanos(100);
        TaskRecorder<Integer> recorder = TaskRecorder.create(RecordStore.inMemory(Retention.maxAge(age), timer), timer);
        Together.run(THREADS, 200, (thread, round) -> {
            for (int step = 0; step < 100; step++) {
                oneStep(recorder);
                timer.advance(Duration.ofNanos(7));
            }
        });
        assertThat(faults).isEmpty();
        assertNothingIsUnderWay(recorder);
        timer.advance(age);
        assertThat(recorder.counts().join().values()).containsOnly(0L);
        assertThat(recorder).asString().contains("0 keys");
    }

    @Test
    void launchAndRevokeOfOneKeyNeverMeet() throws Exception {
        // R4 of async_tasks_recorder: there the launch ran while the key was NOT_FOUND.
        TaskRecorder<String> recorder = TaskRecorder.create();
        AtomicInteger relaunched = new AtomicInteger();
        Together.run(
                2,
                20_000,
                round -> recorder.record("key", attempt -> CompletableFuture.completedFuture("done")),
                (thread, round) -> {
                    if (thread == 0) {
                        recorder.revoke("key", attempt -> CompletableFuture.completedFuture("undone"));
                        return;
                    }
                    RecordedTask<String> task = recorder.begin("key", RecordOptions.defaults())
                            .exceptionally(refusal -> null)
                            .join();
                    if (task != null) {
                        relaunched.incrementAndGet();
                        check(resultOf(recorder.status("key")) == TaskStatus.RUNNING, "not found while it runs");
                        task.succeed().join();
                        check(resultOf(recorder.status("key")) == TaskStatus.SUCCEEDED, "not found after its success");
                    }
                },
                round -> {});
        assertThat(faults).isEmpty();
        assertThat(relaunched).hasPositiveValue();
    }

    @Test
    void everyWaitIsToldOnceAndOfWhatItWaitedFor() throws Exception {
        TaskRecorder<String> recorder = TaskRecorder.create();
        Queue<CompletableFuture<TaskRecord>> waits = new ConcurrentLinkedQueue<>();
        AtomicInteger toldTwice = new AtomicInteger();
        RecordedTask<?>[] held = new RecordedTask<?>[1];
        Together.run(
                4,
                5_000,
                round -> held[0] =
                        recorder.begin("key", RecordOptions.defaults()).join(),
                (thread, round) -> {
                    if (thread == 0) {
                        // The next task succeeds. Waiters of the first one must not see that.
                        held[0].fail(failure).join();
                        return;
                    }
                    CompletableFuture<TaskRecord> wait = recorder.whenSettled("key");
                    AtomicInteger told = new AtomicInteger();
                    waits.add(wait.whenComplete((record, failed) -> {
                        if (told.incrementAndGet() > 1) {
                            toldTwice.incrementAndGet();
                        }
                    }));
                },
                round -> {
                    for (CompletableFuture<TaskRecord> wait = waits.poll(); wait != null; wait = waits.poll()) {
                        check(
                                wait.isDone() && isRecord(wait.join().failure(), failure),
                                "told of something else, or not at all");
                    }
                });
        assertThat(faults).isEmpty();
        assertThat(toldTwice).hasValue(0);
    }

    @Test
    void ofAllWhoJoinNoneIsForgottenAndOneRuns() throws Exception {
        TaskRecorder<Integer> recorder = TaskRecorder.create();
        AtomicInteger runs = new AtomicInteger();
        Queue<CompletableFuture<String>> results = new ConcurrentLinkedQueue<>();
        Together.run(
                THREADS,
                2_000,
                round -> runs.set(0),
                (thread, round) -> results.add(recorder.record(round, RecordOptions.orJoin(), attempt -> {
                    runs.incrementAndGet();
                    return CompletableFuture.completedFuture("done");
                })),
                round -> {
                    check(runs.get() == 1, runs + " runs");
                    check(results.stream().allMatch(CompletableFuture::isDone), "one who joined was forgotten");
                    check(
                            results.stream()
                                            .filter(one -> "done".equals(one.join()))
                                            .count()
                                    == 1,
                            "not one result");
                    results.clear();
                });
        assertThat(faults).isEmpty();
    }

    @Test
    void ofACancelAndASuccessOneWins() throws Exception {
        TaskRecorder<Integer> recorder = TaskRecorder.create();
        HeldBody[] body = new HeldBody[1];
        List<CompletableFuture<String>> run = new ArrayList<>();
        Together.run(
                2,
                5_000,
                round -> {
                    body[0] = new HeldBody();
                    run.clear();
                    HeldBody held = body[0];
                    run.add(recorder.record(round, attempt -> held.work));
                },
                (thread, round) -> {
                    if (thread == 0) {
                        run.get(0).cancel(true);
                    } else {
                        body[0].work.complete("receipt");
                    }
                },
                round -> {
                    TaskStatus status = resultOf(recorder.status(round));
                    if (run.get(0).isCancelled()) {
                        check(status == TaskStatus.FAILED, "cancelled, but " + status);
                    } else {
                        check(status == TaskStatus.SUCCEEDED, "succeeded, but " + status);
                    }
                });
        assertThat(faults).isEmpty();
    }

    private static boolean isRecord(@Nullable Throwable recorded, Throwable failure) {
        return recorded instanceof RecordedFailureException kept
                && Objects.equals(kept.failureMessage(), failure.getMessage());
    }
}
