// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import io.reactivetracker.group.Shutdown;
import io.reactivetracker.group.ShutdownListener;
import io.reactivetracker.group.ShutdownReport;
import io.reactivetracker.group.TaskGroup;
import java.util.concurrent.CompletableFuture;

/** Shuts down one group and logs the stages of its shutdown. */
final class GroupDrain implements ShutdownListener {

    private final String name;
    private final ShutdownTimes times;
    private final CompletableFuture<Void> isLogged = new CompletableFuture<>();

    // The calls of the listener come one after the other.
    private boolean isCancelling;

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
    public void onCancelling(ShutdownReport soFar) {
        isCancelling = true;
        DrainLog.groupCancels(name, soFar, times.grace());
    }

    @Override
    public void onOver(ShutdownReport report) {
        try {
            DrainLog.groupOver(report, isCancelling);
        } finally {
            isLogged.complete(null);
        }
    }
}
