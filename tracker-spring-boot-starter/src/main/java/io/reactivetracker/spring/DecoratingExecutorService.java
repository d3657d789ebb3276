// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import org.springframework.core.task.TaskDecorator;

/** Counts the tasks of another executor service. All ways to submit a task end in {@link #execute(Runnable)}. */
final class DecoratingExecutorService extends AbstractExecutorService {

    private final ExecutorService executor;
    private final TaskDecorator decorator;

    DecoratingExecutorService(ExecutorService executor, TaskDecorator decorator) {
        this.executor = executor;
        this.decorator = decorator;
    }

    /** Executes a decorated command; ends its task if the executor refuses it. */
    static void execute(Executor executor, Runnable decorated) {
        try {
            executor.execute(decorated);
        } catch (Throwable rejection) {
            if (decorated instanceof SubmittedCommand submitted) {
                submitted.discard();
            }
            throw rejection;
        }
    }

    @Override
    public void execute(Runnable command) {
        execute(executor, decorator.decorate(command));
    }

    @Override
    public void shutdown() {
        executor.shutdown();
    }

    /** The tasks of commands that never began end, and the commands are returned as they were submitted. */
    @Override
    public List<Runnable> shutdownNow() {
        return executor.shutdownNow().stream()
                .map(task -> task instanceof SubmittedCommand submitted ? submitted.withdraw() : task)
                .toList();
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
