// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.fuzz;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads of one pipeline, and their pending tasks.
 *
 * <p>All later work of a pipeline is a task of one of them. When no task is left, no event can follow, so an unfinished
 * subscription hangs.
 */
final class RealThreads {

    private static final int MAX_STEPS = 4_000;
    private static final int MAX_MINUTES = 5;
    private static final long NANOS_PER_TICK = 20_000;
    private static final List<ScheduledExecutorService> THREADS = start(4);

    private final AtomicInteger steps = new AtomicInteger();
    private final long start = System.nanoTime();

    // One more than the number of tasks while the caller adds some.
    private final AtomicInteger pending = new AtomicInteger();
    private volatile CountDownLatch isQuiet = new CountDownLatch(1);

    private static List<ScheduledExecutorService> start(int number) {
        List<ScheduledExecutorService> threads = new ArrayList<>();
        for (int i = 0; i < number; i++) {
            String name = "fuzz-" + i;
            threads.add(Executors.newSingleThreadScheduledExecutor(run -> {
                Thread thread = new Thread(run, name);
                thread.setDaemon(true);
                // Errors that steps throw on purpose and that have no receiver.
                thread.setUncaughtExceptionHandler((in, failure) -> {});
                return thread;
            }));
        }
        return threads;
    }

    long now() {
        return (System.nanoTime() - start) / NANOS_PER_TICK;
    }

    /** Returns whether the number of steps is low enough for a periodic task that is never cancelled to run again. */
    boolean canRetry() {
        return steps.incrementAndGet() < MAX_STEPS;
    }

    void schedule(int line, long delay, Runnable task) {
        pending.incrementAndGet();
        var unused = THREADS.get(line % THREADS.size())
                .schedule(
                        () -> {
                            try {
                                task.run();
                            } finally {
                                done();
                            }
                        },
                        delay * NANOS_PER_TICK,
                        TimeUnit.NANOSECONDS);
    }

    private void done() {
        if (pending.decrementAndGet() == 0) {
            isQuiet.countDown();
        }
    }

    /** Runs an action and waits until all its effects are complete. */
    void runAll(Runnable action) {
        isQuiet = new CountDownLatch(1);
        pending.incrementAndGet();
        try {
            action.run();
        } finally {
            done();
        }
        try {
            if (!isQuiet.await(MAX_MINUTES, TimeUnit.MINUTES)) {
                throw new AssertionError("a task has not returned: " + stacks());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private static String stacks() {
        StringBuilder stacks = new StringBuilder();
        Thread.getAllStackTraces().forEach((thread, stack) -> {
            if (thread.getName().startsWith("fuzz-")) {
                stacks.append("\n").append(thread);
                for (StackTraceElement element : stack) {
                    stacks.append("\n    at ").append(element);
                }
            }
        });
        return stacks.toString();
    }
}
