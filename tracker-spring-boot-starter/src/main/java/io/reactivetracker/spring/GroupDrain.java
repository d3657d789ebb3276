// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import io.reactivetracker.group.TaskCounts;
import io.reactivetracker.group.Shutdown;
import io.reactivetracker.group.ShutdownReport;
import io.reactivetracker.group.TaskGroup;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * Brings one group to its end, and tells the log: closes it, waits, names those that are late, cancels them, waits again.
 *
 * <p>Two shutdowns of the core, one after the other, where one would do: between them is the moment at which the names of
 * those that are about to be cancelled are known for certain.
 */
final class GroupDrain {

    private final TaskGroup group;
    private final ShutdownTimes times;
    private final TaskCounts before;
    private final long start;

    GroupDrain(TaskGroup group, ShutdownTimes times) {
        this.group = group;
        this.times = times;
        this.before = group.counts();
        this.start = group.timer().nanoTime();
    }

    /** Completes, normally or not, when the group is drained or the time is over. */
    CompletableFuture<Void> run() {
        DrainLog.groupWaits(group.name(), before.pending(), times.grace());
        return group.shutdown(Shutdown.grace(times.grace()))
                .thenCompose(
                        atGrace -> atGrace.isDrained() ? CompletableFuture.completedFuture(atGrace) : cancel(atGrace))
                .thenAccept(this::tell);
    }

    private CompletableFuture<ShutdownReport> cancel(ShutdownReport atGrace) {
        DrainLog.groupCancels(group.name(), times.grace(), atGrace.stuck());
        return group.shutdown(Shutdown.grace(Duration.ZERO).thenCancel(times.cancelWait()));
    }

    private void tell(ShutdownReport last) {
        TaskCounts after = group.counts();
        DrainLog.groupEnded(
                group.name(),
                last.isDrained(),
                Duration.ofNanos(group.timer().nanoTime() - start),
                after.succeeded() - before.succeeded(),
                after.failed() - before.failed(),
                after.cancelled() - before.cancelled(),
                after.rejected() - before.rejected(),
                last.stuck());
    }
}
