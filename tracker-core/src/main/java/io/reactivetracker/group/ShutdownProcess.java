// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import io.reactivetracker.Registration;
import io.reactivetracker.TaskTimer;
import io.reactivetracker.internal.Uncaught;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** One shutdown on its way: grace, cancel, wait, report. The first of drained and out of time makes the report. */
final class ShutdownProcess {

    private final TaskGroup group;
    private final Shutdown plan;
    private final TaskCounts before;
    private final long start;
    private final CompletableFuture<ShutdownReport> report = new CompletableFuture<>();

    // Guarded by this; empty once the report is made.
    private final List<Registration> alarms = new ArrayList<>();
    private boolean isOver;

    ShutdownProcess(TaskGroup group, Shutdown plan) {
        this.group = group;
        this.plan = plan;
        this.before = group.counts();
        this.start = group.timer().nanoTime();
    }

    CompletableFuture<ShutdownReport> start() {
        group.closeInOrder();
        keep(group.drained().onDone(this::finish));
        Duration wait = plan.cancelWait();
        if (wait == null) {
            alarm(plan.grace(), this::finish);
        } else {
            alarm(plan.grace(), () -> cancelAndWait(wait));
            if (plan.isOneBudget() && !wait.isZero()) {
                // Set now, so that a cancel that comes late does not use up more than the budget.
                alarm(plan.grace().plus(wait), this::finish);
            }
        }
        // A copy: whoever completes or cancels it must not change what the others get.
        return report.copy();
    }

    /** The wait counts from here, so that a cancel that hangs does not keep the report. */
    private void cancelAndWait(Duration wait) {
        if (!plan.isOneBudget() && !wait.isZero()) {
            alarm(wait, this::finish);
        }
        CancelWalk walk = new CancelWalk(group.bodies());
        group.cancellationToken().cancel(outOfGrace(), walk);
        group.forEachTask(task -> walk.execute(task::cancel));
        walk.start();
        if (wait.isZero()) {
            finish();
        }
    }

    private TimeoutException outOfGrace() {
        TimeoutException reason = new TimeoutException("the shutdown of group \"" + group.name() + "\" "
                + (plan.grace().isZero()
                        ? "waits no longer for its tasks to end"
                        : "gave its tasks " + plan.grace() + " to end"));
        reason.setStackTrace(new StackTraceElement[0]);
        return reason;
    }

    /** Sets an alarm on the group's clock, or else on the system's; without any it is time now: early is better than never. */
    private void alarm(Duration delay, Runnable action) {
        synchronized (this) {
            if (isOver) {
                return;
            }
        }
        Registration alarm;
        try {
            alarm = Alarms.set(group.timer(), delay, action);
        } catch (Throwable refused) {
            Uncaught.report(refused);
            try {
                alarm = Alarms.set(TaskTimer.system(), delay, action);
            } catch (Throwable refusedToo) {
                Uncaught.report(refusedToo);
                action.run();
                return;
            }
        }
        keep(alarm);
    }

    private void keep(Registration registration) {
        synchronized (this) {
            if (!isOver) {
                alarms.add(registration);
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
            unneeded = List.copyOf(alarms);
            alarms.clear();
        }
        unneeded.forEach(Registration::close);
        try {
            report.complete(makeReport());
        } catch (Throwable broken) {
            // A clock of others that throws, say. Whoever waits is told.
            report.completeExceptionally(broken);
        }
    }

    private ShutdownReport makeReport() {
        // Looked at in this order, a task that ends meanwhile shows as stuck or in the numbers, and never in neither.
        boolean isDrained = group.drained().isDone();
        List<StuckTask> stuck = new ArrayList<>();
        if (!isDrained) {
            List<IssuedTask> left = new ArrayList<>();
            group.forEachTask(left::add);
            IdentityHashMap<Admission, Integer> running = new IdentityHashMap<>();
            left.stream()
                    .filter(IssuedTask::isActive)
                    .forEach(task -> running.merge(task.group().admission(), 1, Integer::sum));
            left.forEach(task -> stuck.add(describe(task, running)));
            stuck.sort(Comparator.comparingLong(StuckTask::id));
        }
        TaskCounts during = group.counts().since(before);
        return new ShutdownReport(
                group.name(),
                isDrained,
                Duration.ofNanos(group.timer().nanoTime() - start),
                during.succeeded(),
                during.failed(),
                during.cancelled(),
                during.rejected(),
                List.copyOf(stuck));
    }

    private static StuckTask describe(IssuedTask task, IdentityHashMap<Admission, Integer> running) {
        Duration age = task.group().clock().age(task);
        boolean isQueued = !task.isActive();
        Integer holders = running.get(task.group().admission());
        String waitsFor = !isQueued || holders == null
                ? null
                : "a permit of " + task.group().admission() + ", of which " + holders
                        + " running tasks of this tree hold some: if"
                        + " one of them waits for this task, give that as its parent, by TaskOptions.childOf";
        return new StuckTask(task.group().name(), task.id(), task.name(), age, isQueued, originOf(task), waitsFor);
    }

    /** Where a task was made is worth a line in a report, and not the report itself. */
    private static @Nullable String originOf(IssuedTask task) {
        try {
            return task.origin();
        } catch (Throwable unknown) {
            return Objects.toString(unknown);
        }
    }
}
