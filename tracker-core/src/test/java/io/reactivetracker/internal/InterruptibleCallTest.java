// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
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
        assertThat(stackOf(20, 5)).hasSize(5);
        assertThat(stackOf(3, 100))
                .filteredOn(frame -> frame.getMethodName().equals("deep"))
                .hasSize(4);
    }

    /** Returns the stack of a body that calls itself, as another thread sees it. */
    private static List<StackTraceElement> stackOf(int levels, int maxFrames) throws Exception {
        CompletableFuture<InterruptibleCall<List<StackTraceElement>>> itself = new CompletableFuture<>();
        InterruptibleCall<List<StackTraceElement>> call =
                new InterruptibleCall<>(() -> deep(levels, itself.join(), maxFrames));
        itself.complete(call);
        return call.call();
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
        Current current = new Current();
        AtomicBoolean isLooking = new AtomicBoolean();
        ExecutorService threads = Executors.newSingleThreadExecutor();
        try {
            Future<Long> work = threads.submit(() -> {
                long sum = 0;
                for (int i = 0; i < number; i++) {
                    InterruptibleCall<Long> call = new InterruptibleCall<>(() -> body(isLooking));
                    current.call = call;
                    sum += call.call() + next();
                }
                return sum;
            });
            while (!work.isDone()) {
                isLooking.set(true);
                current.call.stack(50).forEach(frame -> seen.add(frame.getMethodName()));
                isLooking.set(false);
            }
            assertThat(work.get()).isNotZero();
        } finally {
            threads.shutdown();
        }
        assertThat(seen).doesNotContain("next");
    }

    /** The call that runs. */
    private static final class Current {

        private volatile InterruptibleCall<Long> call = new InterruptibleCall<>(() -> 0L);
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
