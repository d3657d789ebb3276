// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** Several threads that do something at the same time, over and over, and are looked at in between. */
public final class Together {

    private Together() {}

    public interface Body {
        void run(int thread, int round) throws Exception;
    }

    public interface Step {
        void run(int round) throws Exception;
    }

    public static void run(int threadCount, int rounds, Body body) throws Exception {
        run(threadCount, rounds, round -> {}, body, round -> {});
    }

    /** {@code before} and {@code after} run in one of the threads, while the others stand still. */
    public static void run(int threadCount, int rounds, Step before, Body body, Step after) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(threadCount);
        try {
            CyclicBarrier together = new CyclicBarrier(threadCount);
            List<Callable<Void>> bodies = new ArrayList<>();
            for (int thread = 0; thread < threadCount; thread++) {
                int index = thread;
                bodies.add(() -> {
                    try {
                        for (int round = 0; round < rounds; round++) {
                            if (index == 0) {
                                before.run(round);
                            }
                            together.await();
                            body.run(index, round);
                            together.await();
                            if (index == 0) {
                                after.run(round);
                            }
                        }
                    } catch (Throwable failure) {
                        // Nobody is to wait for this one, now or later.
                        threads.shutdownNow();
                        throw failure;
                    }
                    return null;
                });
            }
            // Whoever failed itself is told of rather than whoever only waited for it.
            Throwable first = null;
            for (Future<Void> done : threads.invokeAll(bodies)) {
                Throwable failure = failureOf(done);
                if (failure != null && (first == null || isOnlyOfWaiting(first))) {
                    first = failure;
                }
            }
            if (first != null) {
                throw new AssertionError("failed in one of the threads", first);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private static @Nullable Throwable failureOf(Future<Void> done) throws InterruptedException {
        try {
            done.get();
            return null;
        } catch (ExecutionException failed) {
            return failed.getCause();
        }
    }

    private static boolean isOnlyOfWaiting(Throwable failure) {
        return failure instanceof BrokenBarrierException || failure instanceof InterruptedException;
    }
}
