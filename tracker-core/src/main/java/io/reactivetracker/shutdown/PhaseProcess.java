// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.shutdown;

import io.reactivetracker.RegistrationSlot;
import io.reactivetracker.TaskTimer;
import io.reactivetracker.internal.Throwables;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs one phase: its tasks, at the same time, until the last has ended.
 *
 * <pre>
 *  WAITING ──last phase before it is over──→ RUNNING ──last task over──→ OVER
 * </pre>
 *
 * <p>The alarm is no way of its own to OVER: it abandons each task that has not ended, and a task is over once, by its
 * own end or by the alarm. So the thread that takes {@code tasksLeft} to zero ends the phase, and there is one such.
 */
final class PhaseProcess {

    private final PlanProcess plan;
    private final PhaseDefinition definition;
    private final TaskTimer timer;
    private final long planEnd;
    private final List<TaskProcess> tasks;
    private final AtomicInteger tasksLeft;
    private final RegistrationSlot alarm = new RegistrationSlot();

    // Guarded by the plan: the phases before this one that are not over.
    int waitingFor;

    // Written before the first task starts. Read by tasks, and by the report.
    private volatile long start;
    private volatile long limit;

    // Written before the phase is over.
    private volatile long end;

    PhaseProcess(
            PlanProcess plan,
            PhaseDefinition definition,
            String reason,
            TaskTimer timer,
            long planEnd,
            Executor executor) {
        this.plan = plan;
        this.definition = definition;
        this.timer = timer;
        this.planEnd = planEnd;
        this.waitingFor = definition.after().size();
        ShutdownContext context = new ShutdownContext(reason, this);
        this.tasks = definition.tasks().entrySet().stream()
                .map(task -> new TaskProcess(this, task.getKey(), task.getValue(), context, executor))
                .toList();
        this.tasksLeft = new AtomicInteger(tasks.size());
    }

    PhaseDefinition definition() {
        return definition;
    }

    String name() {
        return definition.name();
    }

    Duration remaining() {
        return Duration.ofNanos(Math.max(0, start + limit - plan.now()));
    }

    long nanosSinceStart() {
        return plan.now() - start;
    }

    /** Returns false if the phase has no task and is over already. */
    boolean start() {
        start = plan.now();
        end = start;
        limit = Math.max(0, Math.min(planEnd - definition.reservedAfterNanos() - start, definition.timeoutNanos()));
        if (tasks.isEmpty()) {
            return false;
        }
        try {
            // Before the tasks start, so that none can delay it.
            alarm.set(timer.schedule(Duration.ofNanos(limit), this::abandonTasks));
        } catch (Throwable refused) {
            // Without an alarm a task that hangs would hang the plan.
            Throwables.reportUncaught(refused);
            tasks.forEach(TaskProcess::start);
            abandonTasks();
            return true;
        }
        tasks.forEach(TaskProcess::start);
        return true;
    }

    private void abandonTasks() {
        tasks.forEach(TaskProcess::abandon);
    }

    void taskOver() {
        if (tasksLeft.decrementAndGet() == 0) {
            end = plan.now();
            try {
                alarm.close();
            } catch (Throwable broken) {
                // Of the timer. The phase is over all the same.
                Throwables.reportUncaught(broken);
            }
            plan.phaseOver(this);
        }
    }

    PhaseReport report() {
        return new PhaseReport(
                name(),
                Duration.ofNanos(end - start),
                Duration.ofNanos(limit),
                tasks.stream().map(TaskProcess::report).toList());
    }
}
