// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import static io.reactivetracker.recorder.Outcomes.resultOf;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.reactivetracker.test.ManualTimer;
import java.lang.management.ManagementFactory;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.openjdk.jol.info.ClassLayout;
import org.openjdk.jol.info.GraphLayout;

/** The costs of an in-memory record that noise does not affect: bytes, and map operations. */
class RecorderCostTest {

    /** A key that counts map operations: each calls {@code hashCode} once. */
    private static final class CountingKey {

        private final AtomicInteger asked = new AtomicInteger();

        @Override
        public int hashCode() {
            asked.incrementAndGet();
            return 1;
        }

        @Override
        public boolean equals(Object other) {
            return this == other;
        }

        @Override
        public String toString() {
            return "key";
        }

        int operations() {
            return asked.getAndSet(0);
        }
    }

    private static final RecordOptions DEFAULTS = RecordOptions.defaults();

    private final CountingKey key = new CountingKey();
    private final IllegalStateException failure = new IllegalStateException("declined");

    private RecordedTask<CountingKey> begin(TaskRecorder<CountingKey> recorder) {
        return Objects.requireNonNull(resultOf(recorder.begin(key, DEFAULTS)));
    }

    @Test
    void aTransitionIsOneOperationOfTheMapAtTheMost() {
        // R6 of async_tasks_recorder: there it was four to six.
        transitions(TaskRecorder.create());
    }

    @Test
    void soItIsWithRetention() {
        transitions(TaskRecorder.create(RecordStore.inMemory(Retention.maxEntries(10))));
    }

    private void transitions(TaskRecorder<CountingKey> recorder) {
        RecordedTask<CountingKey> task = begin(recorder);
        assertThat(key.operations()).as("NOT_FOUND to RUNNING").isOne();
        task.fail(failure).join();
        assertThat(key.operations()).as("RUNNING to FAILED").isZero();
        task = begin(recorder);
        assertThat(key.operations()).as("FAILED to RUNNING").isOne();
        assertThat(recorder.begin(key, DEFAULTS)).isCompletedExceptionally();
        assertThat(key.operations()).as("refused").isOne();
        task.succeed().join();
        assertThat(key.operations()).as("RUNNING to SUCCEEDED").isZero();
        RecordedTask<CountingKey> revoke = resultOf(recorder.beginRevoke(key));
        assertThat(key.operations()).as("SUCCEEDED to REVOKING").isOne();
        revoke.fail(failure).join();
        assertThat(key.operations()).as("REVOKING to SUCCEEDED").isZero();
        revoke = resultOf(recorder.beginRevoke(key));
        key.operations();
        revoke.succeed().join();
        assertThat(key.operations()).as("REVOKING to NOT_FOUND").isOne();
        begin(recorder).succeed().join();
        key.operations();
        assertThat(resultOf(recorder.forget(key))).isTrue();
        assertThat(key.operations()).as("SUCCEEDED to NOT_FOUND").isOne();
        assertThat(resultOf(recorder.status(key))).isEqualTo(TaskStatus.NOT_FOUND);
        assertThat(key.operations()).as("a look").isOne();
        assertThat(recorder.record(key, attempt -> CompletableFuture.completedFuture("done")))
                .isCompletedWithValue("done");
        assertThat(key.operations()).as("work from its beginning to its end").isOne();
    }

    @Test
    void aTaskInMemoryAllocatesLessThanFourHundredBytes() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        int number = 1 << 14;
        Long[] keys = new Long[number];
        for (int i = 0; i < number; i++) {
            keys[i] = 1_000_000L + i;
        }
        TaskRecorder<Long> recorder = TaskRecorder.create();
        CompletableFuture<String> done = CompletableFuture.completedFuture("done");
        long before = threads.getCurrentThreadAllocatedBytes();
        for (Long each : keys) {
            CompletableFuture<String> unused = recorder.record(each, attempt -> done);
        }
        // The record of 64 bytes and its share of a growing table; request, execution, task, settlement, three futures.
        assertThat((threads.getCurrentThreadAllocatedBytes() - before) / number).isBetween(100L, 400L);
    }

    @Test
    void aRecordIsOneObjectInTheMap() {
        assertThat(ClassLayout.parseClass(MemoryClaim.class).instanceSize()).isLessThanOrEqualTo(32);
        assertThat(ClassLayout.parseClass(RetainedClaims.RetainedClaim.class).instanceSize())
                .isLessThanOrEqualTo(56);
    }

    private static final class SmallFailure extends RuntimeException {

        private static final long serialVersionUID = 1L;

        SmallFailure() {
            super("declined", null, false, false);
        }
    }

    enum Kept {
        SUCCEEDED,
        FAILED,
        RUNNING,
        REVOKING
    }

    @ParameterizedTest
    @EnumSource
    void aKeyTakesAsManyBytesInEachState(Kept state) {
        int number = 1 << 14;
        Long[] keys = new Long[number];
        RecordStore<Long> store = RecordStore.inMemory();
        TaskRecorder<Long> recorder = TaskRecorder.create(store);
        // The failure's own data is not measured: all records share a small failure.
        Throwable shared = new SmallFailure();
        for (int i = 0; i < number; i++) {
            keys[i] = 1_000_000L + i;
            RecordedTask<Long> task = Objects.requireNonNull(resultOf(recorder.begin(keys[i], DEFAULTS)));
            if (state == Kept.FAILED) {
                task.fail(shared).join();
            } else if (state != Kept.RUNNING) {
                task.succeed().join();
            }
            if (state == Kept.REVOKING) {
                resultOf(recorder.beginRevoke(keys[i]));
            }
        }
        double ofKey = ClassLayout.parseInstance(keys[0]).instanceSize();
        double bytes = (double) GraphLayout.parseInstance(store).totalSize() / number - ofKey;
        // As in ARCHITECTURE; README says about 70: the claim of 32, the map's node of 32, and its share of the table.
        if (state == Kept.FAILED) {
            // Plus a copy of the failure: its type, its message, and the top eight frames of its stack trace.
            assertThat(bytes).isBetween(200.0, 700.0);
        } else {
            assertThat(bytes).isBetween(71.0, 73.0);
        }
        assertThat(resultOf(recorder.counts())).containsEntry(TaskStatus.valueOf(state.name()), (long) number);
    }

    @Test
    void aSettledKeyThatIsKeptForATimeTakesTwentyFourBytesMore() {
        int number = 1 << 14;
        Long[] keys = new Long[number];
        // Uses its own timer: the system timer also refers to unrelated alarms.
        RecordStore<Long> store = RecordStore.inMemory(Retention.maxEntries(number), new ManualTimer());
        TaskRecorder<Long> recorder = TaskRecorder.create(store);
        for (int i = 0; i < number; i++) {
            keys[i] = 1_000_000L + i;
            Objects.requireNonNull(resultOf(recorder.begin(keys[i], DEFAULTS)))
                    .succeed()
                    .join();
        }
        double ofKey = ClassLayout.parseInstance(keys[0]).instanceSize();
        double bytes = (double) GraphLayout.parseInstance(store).totalSize() / number - ofKey;
        assertThat(bytes).isBetween(95.0, 97.0);
    }

    @Test
    void aSettledKeyTakesThirtyTwoBytesMoreThanAStateInAMap() {
        int number = 1 << 14;
        Long[] keys = new Long[number];
        ConcurrentHashMap<Long, TaskStatus> byHand = new ConcurrentHashMap<>();
        RecordStore<Long> store = RecordStore.inMemory();
        TaskRecorder<Long> recorder = TaskRecorder.create(store);
        for (int i = 0; i < number; i++) {
            keys[i] = 1_000_000L + i;
            byHand.put(keys[i], TaskStatus.SUCCEEDED);
            Objects.requireNonNull(resultOf(recorder.begin(keys[i], DEFAULTS)))
                    .succeed()
                    .join();
        }
        double ofKey = ClassLayout.parseInstance(keys[0]).instanceSize();
        double bytes = (double) GraphLayout.parseInstance(store).totalSize() / number - ofKey;
        double bytesByHand = (double) GraphLayout.parseInstance(byHand).totalSize() / number - ofKey;
        assertThat(bytes - bytesByHand).isBetween(31.0, 32.5);
        assertThat(bytes).isLessThanOrEqualTo(73);
    }
}
