// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import io.reactivetracker.Registration;
import io.reactivetracker.TaskTimer;
import io.reactivetracker.internal.Durations;
import io.reactivetracker.internal.JfrEvents;
import io.reactivetracker.internal.ShutdownRecording;
import io.reactivetracker.internal.Throwables;
import java.time.Duration;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Runs one shutdown: closes the group, waits for the grace, cancels, waits again, reports.
 *
 * <pre>
 *  CLOSED ──grace over──→ CANCELLING ──drained, or wait over──→ OVER
 *     └─────────drained, or grace over and no cancel─────────────↑
 * </pre>
 */
final class ShutdownProcess {

    private final TaskGroup group;
    private final Shutdown plan;
    private final ListenerCalls listener;
    private final TaskCounts before;
    private final CancelledTasks cancelled;
    private final long start;
    private final @Nullable ShutdownRecording recording;
    private final CompletableFuture<ShutdownReport> report = new CompletableFuture<>();

    // Guarded by this. Empty once the shutdown is over.
    private final List<Registration> registrations = new ArrayList<>();
    private boolean isOver;

    ShutdownProcess(TaskGroup group, Shutdown plan) {
        this.group = group;
        this.plan = plan;
        this.listener = new ListenerCalls(plan.listener());
        this.start = group.timer().nanoTime();
        this.recording = JfrEvents.beginShutdown();
        this.cancelled = new CancelledTasks(group);
        this.before = group.counts();
        if (recording != null) {
            recording.begun(group.name(), before.pending());
        }
        group.shutdowns().add(cancelled);
    }

    CompletableFuture<ShutdownReport> start() {
        List<Runnable> ends = group.closeInOrder();
        long pending = group.counts().pending();
        // Before anything can end the shutdown, so that the listener hears of it first.
        listener.add(it -> it.onClosed(pending));
        keep(group.drained().onDone(this::finish));
        Duration wait = plan.cancelWait();
        if (wait == null) {
            schedule(plan.grace(), this::finish);
        } else {
            schedule(plan.grace(), () -> cancelAndWait(wait));
            if (plan.isOneBudget() && !wait.isZero()) {
                // Scheduled now, so that a cancel that begins late does not extend the budget.
                schedule(plan.grace().plus(wait), this::finish);
            }
        }
        // After the alarms are set, so that a listener or an action that blocks stops no stage.
        listener.run();
        ends.forEach(Runnable::run);
        // A copy: completing or cancelling it must not affect this process.
        return report.copy();
    }

    /** The wait is scheduled before the cancel, so that a cancel that hangs does not delay the report. */
    private void cancelAndWait(Duration wait) {
        if (!plan.isOneBudget() && !wait.isZero()) {
            schedule(wait, this::finish);
        }
        CancelWalk walk = new CancelWalk(group.bodies());
        if (listener.isNeeded()) {
            // The first step of the walk, so that a listener that blocks delays no cancel.
            walk.execute(listener::run);
        }
        group.cancellationToken().cancel(graceOver(), walk);
        if (listener.isNeeded()) {
            // After the mark, so that no task is issued after the list is made.
            addCancelling();
        }
        group.forEachTask(task -> walk.execute(task::cancel));
        walk.start();
        if (wait.isZero()) {
            finish();
        }
    }

    private void addCancelling() {
        ShutdownReport soFar;
        try {
            soFar = makeReport(false, pendingTasks(), cancelled.soFar());
        } catch (Throwable broken) {
            // For example the group's clock. The cancel must go on.
            Throwables.reportUncaught(broken);
            return;
        }
        synchronized (this) {
            // Nothing may come after onOver.
            if (!isOver && soFar.pending() > 0) {
                listener.add(it -> it.onCancelling(soFar));
            }
        }
    }

    private TimeoutException graceOver() {
        TimeoutException reason = new TimeoutException("the shutdown of group \"" + group.name() + "\" "
                + (plan.grace().isZero()
                        ? "gave its tasks no time to end"
                        : "gave its tasks " + Durations.inSeconds(plan.grace()) + " to end"));
        reason.setStackTrace(new StackTraceElement[0]);
        return reason;
    }

    /**
     * Runs an action later, by the group's timer or, if that refuses, by the system's. If both refuse, the action runs
     * now: an early stage is better than none.
     */
    private void schedule(Duration delay, Runnable action) {
        synchronized (this) {
            if (isOver) {
                return;
            }
        }
        Registration alarm;
        try {
            alarm = Timers.schedule(group.timer(), delay, action);
        } catch (Throwable refused) {
            Throwables.reportUncaught(refused);
            try {
                alarm = Timers.schedule(TaskTimer.system(), delay, action);
            } catch (Throwable refusedToo) {
                Throwables.reportUncaught(refusedToo);
                action.run();
                return;
            }
        }
        keep(alarm);
    }

    private void keep(Registration registration) {
        synchronized (this) {
            if (!isOver) {
                registrations.add(registration);
                return;
            }
        }
        registration.close();
    }

    private void finish() {
        List<Registration> unneeded;
        synchronized (this) {
            if (isOver) {
                return;
            }
            isOver = true;
            unneeded = List.copyOf(registrations);
            registrations.clear();
        }
        unneeded.forEach(Registration::close);
        try {
            ShutdownReport made = makeReport();
            record(made);
            listener.add(it -> it.onOver(made));
            report.complete(made);
        } catch (Throwable broken) {
            // For example the group's clock. The caller gets an error in place of the report.
            report.completeExceptionally(broken);
        } finally {
            group.shutdowns().remove(cancelled);
        }
        listener.run();
    }

    private void record(ShutdownReport made) {
        if (recording != null) {
            recording.counted(made.completed(), made.failed(), made.cancelled(), made.timedOut(), made.rejected());
            recording.ended(made.isDrained(), made.pending());
        }
    }

    private ShutdownReport makeReport() {
        boolean isDrained = group.drained().isDone();
        // In this order, a task that ends meanwhile may be listed as stuck and be counted, but is never in neither.
        List<TaskNode> pending = isDrained ? new ArrayList<>() : pendingTasks();
        return makeReport(isDrained, pending, cancelled.take());
    }

    private ShutdownReport makeReport(boolean isDrained, List<TaskNode> pending, List<CancelledTask> ended) {
        Set<Long> endedIds = ended.stream().map(CancelledTask::id).collect(Collectors.toSet());
        pending.removeIf(task -> endedIds.contains(task.id()));
        TaskCounts during = group.counts().since(before);
        return new ShutdownReport(
                group.name(),
                isDrained,
                Duration.ofNanos(group.timer().nanoTime() - start),
                during.succeeded(),
                during.failed(),
                during.cancelled(),
                during.timedOut(),
                during.rejected(),
                pending.size(),
                ended,
                describeOldest(pending));
    }

    private List<TaskNode> pendingTasks() {
        List<TaskNode> pending = new ArrayList<>();
        group.forEachTask(pending::add);
        return pending;
    }

    private static List<StuckTask> describeOldest(List<TaskNode> pending) {
        IdentityHashMap<Admission, Integer> running = new IdentityHashMap<>();
        pending.stream()
                .filter(TaskNode::isActive)
                .forEach(task -> running.merge(task.group().admission(), 1, Integer::sum));
        return pending.stream()
                .sorted(TaskNode.OLDEST_FIRST)
                .limit(ShutdownReport.MAX_LISTED)
                .map(task -> describe(task, running))
                .toList();
    }

    private static StuckTask describe(TaskNode task, IdentityHashMap<Admission, Integer> running) {
        Duration age = task.group().clock().age(task);
        boolean isQueued = !task.isActive();
        Integer holders = running.get(task.group().admission());
        String waitsFor = !isQueued || holders == null
                ? null
                : "a permit of " + task.group().admission() + ", held by " + holders + " running task(s) of this tree;"
                        + " if one of them waits for this task, make it the parent with TaskOptions.childOf";
        return new StuckTask(task.groupName(), task.id(), task.name(), age, isQueued, task.safeOrigin(), waitsFor);
    }
}
