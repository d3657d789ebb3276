// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import java.util.concurrent.RunnableScheduledFuture;
import org.jspecify.annotations.Nullable;
import org.springframework.core.task.TaskDecorator;
import org.springframework.scheduling.support.DelegatingErrorHandlingRunnable;

/**
 * Counts what is submitted to an executor, from the submission on: an executor calls its decorator before it queues the
 * task.
 *
 * <p>A scheduler calls its decorator when a task is scheduled, possibly long before it is due, and then wraps it in one
 * of two classes. Those are left alone; {@link CountedScheduler} counts the runs of {@code @Scheduled} methods.
 */
final class CountingTaskDecorator implements TaskDecorator {

    private final BackgroundWork work;
    private final @Nullable CallSites callSites;

    /** Creates a decorator that names tasks by the code that submits them, if {@code callSites} are known. */
    CountingTaskDecorator(BackgroundWork work, @Nullable CallSites callSites) {
        this.work = work;
        this.callSites = callSites;
    }

    @Override
    public Runnable decorate(Runnable command) {
        if (CountedSubmission.takeMark()
                || command instanceof SubmittedCommand
                || command instanceof RunnableScheduledFuture
                || command instanceof DelegatingErrorHandlingRunnable) {
            return command;
        }
        BackgroundTask task = work.submit(nameOf(command));
        return task == null ? command : SubmittedCommand.of(task, command);
    }

    private String nameOf(Runnable command) {
        String site = callSites == null ? null : callSites.ofApplication();
        return site == null ? TaskNames.ofClass(command.getClass()) : site;
    }
}
