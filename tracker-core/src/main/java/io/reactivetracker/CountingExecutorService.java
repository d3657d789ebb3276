// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;

/** Counts the tasks of another executor service. */
final class CountingExecutorService extends AbstractExecutorService {

    private final TaskTracker tracker;
    private final ExecutorService executor;

    CountingExecutorService(TaskTracker tracker, ExecutorService executor) {
        this.tracker = tracker;
        this.executor = executor;
    }

    /** Also called by {@code submit}, {@code invokeAll} and {@code invokeAny}. */
    @Override
    public void execute(Runnable command) {
        CountedCommand.execute(tracker, executor, command);
    }

    @Override
    public void shutdown() {
        executor.shutdown();
    }

    @Override
    public List<Runnable> shutdownNow() {
        return executor.shutdownNow().stream().map(this::dropped).toList();
    }

    /** Tasks that were submitted to the given service directly are returned unchanged. */
    private Runnable dropped(Runnable task) {
        if (task instanceof CountedCommand counted && counted.token().tracker().equals(tracker)) {
            counted.token().close();
            return counted.command();
        }
        return task;
    }

    @Override
    public boolean isShutdown() {
        return executor.isShutdown();
    }

    @Override
    public boolean isTerminated() {
        return executor.isTerminated();
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
        return executor.awaitTermination(timeout, unit);
    }
}
