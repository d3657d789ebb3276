// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** The stack of a body that another thread looks at. */
class InterruptibleCallTest {

    @Test
    void hasNoStackBeforeAndAfterTheBody() throws Exception {
        InterruptibleCall<String> call = new InterruptibleCall<>(() -> "done");
        assertThat(call.stack(10)).isEmpty();
        assertThat(call.call()).isEqualTo("done");
        assertThat(call.stack(10)).isEmpty();
    }

    @Test
    void hasTheInnermostFramesOfTheBody() throws Exception {
        AtomicReference<InterruptibleCall<List<StackTraceElement>>> itself = new AtomicReference<>();
        itself.set(new InterruptibleCall<>(() -> deep(20, itself.get(), 5)));
        assertThat(itself.get().call()).hasSize(5);
        itself.set(new InterruptibleCall<>(() -> deep(3, itself.get(), 100)));
        assertThat(itself.get().call())
                .filteredOn(frame -> frame.getMethodName().equals("deep"))
                .hasSize(4);
    }

    private static List<StackTraceElement> deep(
            int levels, InterruptibleCall<List<StackTraceElement>> call, int maxFrames) throws Exception {
        if (levels > 0) {
            return deep(levels - 1, call, maxFrames);
        }
        ExecutorService other = Executors.newSingleThreadExecutor();
        try {
            return other.submit(() -> call.stack(maxFrames)).get();
        } finally {
            other.shutdown();
        }
    }

    @Test
    void neverHasAFrameOfWhatItsThreadRunsNext() throws Exception {
        int number = 30_000;
        Set<String> seen = new HashSet<>();
        AtomicReference<InterruptibleCall<Long>> current = new AtomicReference<>(new InterruptibleCall<>(() -> 0L));
        AtomicBoolean isLooking = new AtomicBoolean();
        ExecutorService threads = Executors.newSingleThreadExecutor();
        try {
            Future<Long> work = threads.submit(() -> {
                long sum = 0;
                for (int i = 0; i < number; i++) {
                    InterruptibleCall<Long> call = new InterruptibleCall<>(() -> body(isLooking));
                    current.set(call);
                    sum += call.call() + next();
                }
                return sum;
            });
            while (!work.isDone()) {
                isLooking.set(true);
                current.get().stack(50).forEach(frame -> seen.add(frame.getMethodName()));
                isLooking.set(false);
            }
            assertThat(work.get()).isNotZero();
        } finally {
            threads.shutdown();
        }
        assertThat(seen).doesNotContain("next");
    }

    /** Ends while its stack is taken. */
    private static long body(AtomicBoolean isLooking) {
        while (!isLooking.get()) {
            Thread.onSpinWait();
        }
        return spin(20);
    }

    private static long next() {
        return spin(2_000);
    }

    private static long spin(int times) {
        long value = 1;
        for (int i = 0; i < times; i++) {
            value = value * 31 + Thread.currentThread().getPriority();
        }
        return value;
    }
}
