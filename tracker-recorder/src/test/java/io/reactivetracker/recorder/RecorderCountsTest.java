// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import static io.reactivetracker.recorder.LeasedStore.LEASE;
import static io.reactivetracker.recorder.RecordOptions.orJoin;
import static org.assertj.core.api.Assertions.assertThat;

import io.reactivetracker.TaskTimer;
import io.reactivetracker.test.ManualTimer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Each thing that a recorder does is counted once, and each task that has begun is active or has ended in one way. */
@SuppressWarnings("FutureReturnValueIgnored") // the outcome of the work is checked elsewhere
class RecorderCountsTest {

    private static final String KEY = "payment-1";

    private final ManualTimer clock = new ManualTimer();
    private final LeasedStore leased = new LeasedStore(clock);
    private final TaskRecorder<String> recorder = TaskRecorder.create();
    private final TaskRecorder<String> leasing =
            TaskRecorder.builder(leased).timer(clock).executor(Runnable::run).build();

    private static String ends(TaskRecorder<String> recorder) {
        RecorderCounts counts = recorder.ownCounts();
        assertThat(counts.begun())
                .isEqualTo(counts.active()
                        + counts.succeeded()
                        + counts.revoked()
                        + counts.failed()
                        + counts.leasesLost()
                        + counts.notRecorded());
        return counts.toString();
    }

    private static String counts(
            long active, long begun, long succeeded, long revoked, long failed, long leasesLost, long notRecorded) {
        return "RecorderCounts[active " + active + ", begun " + begun + ", succeeded " + succeeded + ", revoked "
                + revoked + ", failed " + failed + ", leases lost " + leasesLost + ", not recorded " + notRecorded
                + ", ";
    }

    @Test
    void aNewRecorderHasDoneNothing() {
        assertThat(recorder.ownCounts()).isEqualTo(RecorderCounts.none());
        assertThat(ends(recorder)).isEqualTo(counts(0, 0, 0, 0, 0, 0, 0) + "refused 0, joined 0, store failures 0]");
    }

    @Test
    void aTaskIsActiveUntilItsEndIsRecorded() {
        HeldBody body = new HeldBody();
        recorder.record(KEY, body);
        assertThat(ends(recorder)).startsWith(counts(1, 1, 0, 0, 0, 0, 0));
        body.work.complete("receipt");
        assertThat(ends(recorder)).startsWith(counts(0, 1, 1, 0, 0, 0, 0));
    }

    @Test
    void theCountsAreThereWhenTheOutcomeIs() {
        Breaking store = new Breaking(RecordStore.inMemory());
        store.endRecorded = new CompletableFuture<>();
        TaskRecorder<String> late =
                TaskRecorder.builder(store).executor(Runnable::run).build();
        HeldBody body = new HeldBody();
        CompletableFuture<String> then = late.record(KEY, body).thenApply(receipt -> ends(late));
        body.work.complete("receipt");
        assertThat(ends(late)).startsWith(counts(1, 1, 0, 0, 0, 0, 0));
        store.endRecorded.complete(true);
        assertThat(then.join()).startsWith(counts(0, 1, 1, 0, 0, 0, 0));
    }

    @Test
    void failuresCancelsAndRevokesAreToldApart() {
        recorder.record(KEY, context -> CompletableFuture.failedFuture(new IllegalStateException("declined")));
        recorder.record(KEY, new HeldBody()).cancel(true);
        recorder.record(KEY, context -> CompletableFuture.completedFuture("receipt"));
        recorder.revoke(KEY, context -> CompletableFuture.failedFuture(new IllegalStateException("declined")));
        recorder.revoke(KEY, context -> CompletableFuture.completedFuture("receipt"));
        assertThat(ends(recorder)).isEqualTo(counts(0, 5, 1, 1, 3, 0, 0) + "refused 0, joined 0, store failures 0]");
    }

    @Test
    void refusedRequestsAndThoseThatJoinBeginNothing() {
        HeldBody body = new HeldBody();
        recorder.revoke(KEY, body);
        recorder.record(KEY, body);
        recorder.record(KEY, new HeldBody());
        recorder.record(KEY, orJoin(), new HeldBody());
        body.work.complete("receipt");
        recorder.record(KEY, orJoin(), new HeldBody());
        recorder.record(KEY, new HeldBody());
        assertThat(ends(recorder)).isEqualTo(counts(0, 1, 1, 0, 0, 0, 0) + "refused 3, joined 2, store failures 0]");
    }

    @Test
    void aLeaseThatIsLostWhileTheTaskRunsIsCountedOnce() {
        HeldBody body = new HeldBody();
        leasing.record(KEY, body);
        leased.answerToRenew = () -> CompletableFuture.completedFuture(false);
        clock.advance(LEASE);
        assertThat(ends(leasing)).startsWith(counts(0, 1, 0, 0, 0, 1, 0));
        body.work.complete("too late");
        assertThat(ends(leasing)).startsWith(counts(0, 1, 0, 0, 0, 1, 0));
    }

    @Test
    void aLeaseThatEndsUnnoticedIsLostWhenTheStoreRefusesTheEnd() {
        ManualTimer stopped = new ManualTimer();
        TaskRecorder<String> dead = TaskRecorder.builder(leased)
                .timer(stopped)
                .executor(Runnable::run)
                .build();
        HeldBody body = new HeldBody();
        dead.record(KEY, body);
        clock.advance(LEASE);
        assertThat(ends(dead)).startsWith(counts(1, 1, 0, 0, 0, 0, 0));
        body.work.complete("too late");
        assertThat(ends(dead)).startsWith(counts(0, 1, 0, 0, 0, 1, 0));
    }

    @Test
    void renewalsThatFailAreCountedEach() {
        leasing.record(KEY, new HeldBody());
        leased.answerToRenew = () -> CompletableFuture.failedFuture(new IllegalStateException("outage"));
        clock.advance(LEASE.minusNanos(1));
        assertThat(ends(leasing)).isEqualTo(counts(1, 1, 0, 0, 0, 0, 0) + "refused 0, joined 0, store failures 2]");
    }

    @Test
    void aStoreThatFailsIsCountedAtTheBeginningAndAtTheEnd() {
        Breaking store = new Breaking(RecordStore.inMemory());
        TaskRecorder<String> broken = TaskRecorder.create(store, TaskTimer.system());
        HeldBody body = new HeldBody();
        broken.record(KEY, body);
        store.isBroken = true;
        broken.record("payment-2", new HeldBody());
        body.work.complete("receipt");
        assertThat(ends(broken)).isEqualTo(counts(0, 1, 0, 0, 0, 0, 1) + "refused 0, joined 0, store failures 2]");
    }

    @Test
    void countsAddUp() {
        recorder.record(KEY, context -> CompletableFuture.completedFuture("receipt"));
        RecorderCounts one = recorder.ownCounts();
        assertThat(one.plus(RecorderCounts.none())).isEqualTo(one).hasSameHashCodeAs(one);
        assertThat(one.plus(one).succeeded()).isEqualTo(2);
        assertThat(one.plus(one)).isNotEqualTo(one);
    }

    /** A store in memory that can fail at each step of a task. */
    private static final class Breaking implements RecordStore<String> {

        private final RecordStore<String> store;
        private boolean isBroken;

        /** Completes when the end of a task is recorded; null if it is at once. */
        private @Nullable CompletableFuture<Boolean> endRecorded;

        Breaking(RecordStore<String> store) {
            this.store = store;
        }

        private <T> CompletionStage<T> orBroken(CompletionStage<T> answer) {
            return isBroken ? CompletableFuture.failedFuture(new IllegalStateException("outage")) : answer;
        }

        @Override
        public CompletionStage<? extends Claim> begin(String key) {
            return orBroken(store.begin(key).thenApply(claim -> new Claim() {
                @Override
                public long fencingToken() {
                    return claim.fencingToken();
                }

                @Override
                public @Nullable Duration lease() {
                    return claim.lease();
                }

                @Override
                public CompletionStage<Boolean> succeed() {
                    return endRecorded == null ? orBroken(claim.succeed()) : endRecorded;
                }

                @Override
                public CompletionStage<Boolean> fail(Throwable failure) {
                    return orBroken(claim.fail(failure));
                }

                @Override
                public CompletionStage<Boolean> renew() {
                    return orBroken(claim.renew());
                }
            }));
        }

        @Override
        public CompletionStage<? extends Claim> beginRevoke(String key) {
            return store.beginRevoke(key);
        }

        @Override
        public CompletionStage<TaskRecord> find(String key) {
            return store.find(key);
        }

        @Override
        public CompletionStage<List<String>> keys(TaskStatus status) {
            return store.keys(status);
        }

        @Override
        public CompletionStage<Map<TaskStatus, Long>> counts() {
            return store.counts();
        }

        @Override
        public CompletionStage<Boolean> forget(String key) {
            return store.forget(key);
        }
    }
}
