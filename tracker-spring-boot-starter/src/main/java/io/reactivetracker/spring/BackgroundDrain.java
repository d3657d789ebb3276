// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import io.reactivetracker.TaskTimer;
import io.reactivetracker.group.Shutdown;
import io.reactivetracker.group.ShutdownListener;
import io.reactivetracker.group.ShutdownReport;
import io.reactivetracker.group.TaskCounts;
import io.reactivetracker.group.TaskGroup;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * Drains the background work before and while all other groups drain, as {@link SubscriptionDrain} does, and logs it.
 *
 * <p>The group stays open until the other groups are drained and nothing is left, or the grace is over. So a task that
 * runs can submit another one, and a task of another group can, too:
 *
 * <pre>
 *  0          wait/2                                 grace      wait/2 + grace        grace + wait
 *  ├── first ───┼── other groups: the whole grace ─────┼───────────────┼── wait, the rest ──┤
 *  ├── background work: the whole grace, open ─────────┼── closed and cancelled, its wait ──┤
 * </pre>
 */
final class BackgroundDrain implements ShutdownListener {

    private final BackgroundWork work;
    private final TaskGroup group;
    private final String name;
    private final ShutdownTimes times;
    private final TaskTimer timer;
    private final long start;
    private final TaskCounts before;
    private final CompletableFuture<Void> isLogged = new CompletableFuture<>();

    // The calls of the listener come one after the other.
    private boolean isCancelling;

    BackgroundDrain(BackgroundWork work, ShutdownTimes times, TaskTimer timer) {
        this.work = work;
        this.group = work.group();
        this.name = DrainLog.group(group.name());
        this.times = times;
        this.timer = timer;
        this.start = timer.nanoTime();
        this.before = group.counts();
    }

    /** Returns a future that completes when nothing is left, or the first wait is over. No scheduled run begins now. */
    CompletableFuture<Void> begin() {
        boolean unusedIsFirst = work.tracker().close();
        DrainLog.awaited(name, group.counts().pending(), times.grace());
        return DrainWait.atMost(times.cancelWait().dividedBy(2), work.tracker().drained(), timer)
                .thenRun(() -> DrainLog.groupsFollow(name, group.counts().pending(), took()));
    }

    /** Returns a future that completes when nothing is left at one instant from now on, or all time is over. */
    CompletableFuture<Void> quiet() {
        return DrainWait.atMost(left(times.total()), work.tracker().drained(), timer);
    }

    /** Returns a future that completes when it is quiet and that is logged, or the time is over. */
    CompletableFuture<Void> end(CompletableFuture<Void> quiet) {
        CompletableFuture<Void> over = new CompletableFuture<>();
        CompletableFuture<Void> unused = quiet.whenComplete((nothing, failure) -> over.complete(null));
        return DrainWait.atMost(left(times.grace()), over, timer)
                .thenCompose(nothing -> group.shutdown(Shutdown.grace(Duration.ZERO)
                        .thenCancel(left(times.total()))
                        .listener(this)))
                .thenCompose(report -> isLogged)
                .whenComplete((nothing, failure) -> work.setOver());
    }

    @Override
    public void onCancelling(ShutdownReport soFar) {
        isCancelling = true;
        DrainLog.groupCancels(name, soFar, times.grace());
    }

    @Override
    public void onOver(ShutdownReport end) {
        try {
            DrainLog.groupOver(sinceBegin(end), isCancelling);
        } finally {
            isLogged.complete(null);
        }
    }

    /** The shutdown of the group is only the end of the drain. Returns a report of all of it. */
    private ShutdownReport sinceBegin(ShutdownReport end) {
        TaskCounts after = group.counts();
        return new ShutdownReport(
                end.group(),
                end.isDrained(),
                took(),
                after.succeeded() - before.succeeded(),
                after.failed() - before.failed(),
                after.cancelled() - before.cancelled(),
                after.timedOut() - before.timedOut(),
                after.rejected() - before.rejected(),
                end.pending(),
                end.cancelledTasks(),
                end.stuck());
    }

    private Duration took() {
        return Duration.ofNanos(timer.nanoTime() - start);
    }

    private Duration left(Duration all) {
        return ShutdownTimes.difference(all, took());
    }
}
