// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.openjdk.jol.info.ClassLayout;
import org.openjdk.jol.info.GraphLayout;

/** The costs of the hot path that noise does not affect: bytes and locks. */
class PathCostTest {

    /** So low that the compiler does not yet eliminate allocations by escape analysis. */
    private static final int ROUNDS = 50;

    /** Returns the minimum of several counts, since the virtual machine itself allocates now and then. */
    private static final int COUNTS = 10;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final TaskCount count = new TaskCount(new StateWord());
    private final TaskTracker tracker = new TaskTracker("costs", count, new RunningTasks(System::nanoTime));

    private long bytesPerRound(Runnable action) {
        long least = Long.MAX_VALUE;
        for (int count = 0; count < COUNTS; count++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < ROUNDS; i++) {
                action.run();
            }
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        return least / ROUNDS;
    }

    private static long sizeOf(Class<?> type) {
        return ClassLayout.parseClass(type).instanceSize();
    }

    @Test
    void aTaskIsOneObject() {
        long one = sizeOf(TaskToken.class);
        assertThat(one).isLessThanOrEqualTo(24);
        assertThat(bytesPerRound(() -> tracker.token().close())).isEqualTo(one);
        count.stripe();
        assertThat(bytesPerRound(() -> tracker.token().close())).isEqualTo(one);
        tracker.token();
        tracker.close();
        assertThat(bytesPerRound(() -> tracker.token().close())).isEqualTo(one);
    }

    @Test
    void aNamedTaskHasNoObjectForItsEventUnlessThatIsRecorded() {
        assertThat(sizeOf(TaskToken.class) + sizeOf(RunningTasks.Entry.class)).isLessThanOrEqualTo(72);
        // Before it is compiled, the path allocates 16 bytes more.
        assertThat(bytesPerRound(
                        () -> Objects.requireNonNull(tracker.tryToken("ship")).close()))
                .isLessThanOrEqualTo(88);
    }

    @Test
    void aRefusedTaskIsNone() {
        tracker.close();
        assertThat(bytesPerRound(() -> assertNull(tracker.tryToken()))).isZero();
    }

    private static void assertNull(@Nullable Object token) {
        if (token != null) {
            throw new AssertionError();
        }
    }

    @Test
    void anIdleTrackerIsSmall() {
        assertThat(GraphLayout.parseInstance(count).totalSize()).isLessThanOrEqualTo(168);
    }

    @Test
    void theWordSharesItsCacheLineWithNothing() {
        ClassLayout layout = ClassLayout.parseClass(StateWord.class);
        long place = layout.fields().stream()
                .filter(field -> field.name().equals("word"))
                .findFirst()
                .orElseThrow()
                .offset();
        assertThat(place).isGreaterThanOrEqualTo(64);
        assertThat(layout.instanceSize() - place).isGreaterThanOrEqualTo(64);
    }

    @Test
    void noTaskWaitsForALock() throws Exception {
        ExecutorService other = Executors.newSingleThreadExecutor();
        try {
            for (boolean isStriped : new boolean[] {false, true}) {
                if (isStriped) {
                    count.stripe();
                }
                synchronized (count) {
                    synchronized (tracker) {
                        // It would wait forever if it needed one of these locks.
                        other.submit(() -> {
                                    tracker.token().close();
                                    Objects.requireNonNull(tracker.tryToken()).close();
                                })
                                .get();
                    }
                }
            }
        } finally {
            other.shutdownNow();
        }
    }
}
