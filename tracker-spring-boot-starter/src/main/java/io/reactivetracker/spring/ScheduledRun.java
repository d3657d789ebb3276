// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import org.jspecify.annotations.Nullable;
import org.springframework.scheduling.SchedulingAwareRunnable;

/** Runs a scheduled task as a task of the background work each time it is due, and not at all once the drain begins. */
record ScheduledRun(Runnable task, BackgroundWork work, ScheduledSubscriptions subscriptions)
        implements SchedulingAwareRunnable {

    @Override
    public void run() {
        BackgroundTask run = work.submitUnlessDraining(TaskNames.ofScheduled(task));
        if (run == null) {
            work.logSkippedRun(TaskNames.ofScheduled(task));
        } else {
            new SubmittedCommand(run, () -> subscriptions.run(task, run)).run();
        }
    }

    @Override
    public boolean isLongLived() {
        return task instanceof SchedulingAwareRunnable aware && aware.isLongLived();
    }

    @Override
    public @Nullable String getQualifier() {
        return task instanceof SchedulingAwareRunnable aware ? aware.getQualifier() : null;
    }

    @Override
    public String toString() {
        return task.toString();
    }
}
