// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import io.reactivetracker.group.Shutdown;
import io.reactivetracker.group.ShutdownListener;
import io.reactivetracker.group.ShutdownReport;
import io.reactivetracker.group.StuckTask;
import io.reactivetracker.group.TaskGroup;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Shuts down one group and logs the stages of its shutdown. */
final class GroupDrain implements ShutdownListener {

    private final String name;
    private final ShutdownTimes times;
    private final CompletableFuture<Void> isLogged = new CompletableFuture<>();

    private GroupDrain(TaskGroup group, ShutdownTimes times) {
        this.name = DrainLog.group(group.name());
        this.times = times;
    }

    /** Returns a future that completes, normally or not, when the shutdown is over and its end is logged. */
    static CompletableFuture<Void> start(TaskGroup group, ShutdownTimes times) {
        GroupDrain drain = new GroupDrain(group, times);
        return group.shutdown(Shutdown.grace(times.grace())
                        .thenCancel(times.cancelWait())
                        .listener(drain))
                .thenCompose(report -> drain.isLogged);
    }

    @Override
    public void onClosed(long pending) {
        DrainLog.closed(name, pending, times.grace());
    }

    @Override
    public void onCancelling(List<StuckTask> tasks) {
        DrainLog.cancelling(name, tasks.size(), times.grace(), tasks, DrainLog::describe);
    }

    @Override
    public void onOver(ShutdownReport report) {
        try {
            DrainLog.groupOver(name, report);
        } finally {
            isLogged.complete(null);
        }
    }
}
