// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.shutdown;

import io.reactivetracker.TaskTimer;
import io.reactivetracker.internal.Durations;
import io.reactivetracker.internal.Throwables;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * Runs one plan: starts each phase when those before it are over, and reports when all are.
 *
 * <p>The thread that ends the last task of a phase starts the phases that waited for it only. A phase that waits for
 * several is started by the thread that takes its count of {@code waitingFor} to zero, which happens once.
 */
final class PlanProcess {

    private final String reason;
    private final Duration budget;
    private final TaskTimer timer;
    private final long start;
    private final List<PhaseProcess> phases = new ArrayList<>();
    private final CompletableFuture<ShutdownPlanReport> report = new CompletableFuture<>();

    private volatile long lastTime;

    // Guarded by this, as the phases' waitingFor.
    private int phasesLeft;

    PlanProcess(String reason, Duration budget, List<PhaseDefinition> definitions, TaskTimer timer, Executor executor) {
        this.reason = reason;
        this.budget = budget;
        this.timer = timer;
        this.start = timer.nanoTime();
        this.lastTime = start;
        long end = start + Durations.saturatedNanos(budget);
        definitions.forEach(definition -> phases.add(new PhaseProcess(this, definition, reason, timer, end, executor)));
        phasesLeft = phases.size();
    }

    CompletableFuture<ShutdownPlanReport> report() {
        return report;
    }

    /** Returns the time, or that of the last call if the timer is broken: the plan must end all the same. */
    long now() {
        try {
            lastTime = timer.nanoTime();
        } catch (Throwable broken) {
            Throwables.reportUncaught(broken);
        }
        return lastTime;
    }

    void start() {
        List<PhaseProcess> first = phases.stream()
                .filter(phase -> phase.definition().after().isEmpty())
                .toList();
        startAll(new ArrayDeque<>(first));
    }

    void phaseOver(PhaseProcess phase) {
        Queue<PhaseProcess> ready = new ArrayDeque<>();
        release(phase, ready);
        startAll(ready);
    }

    /** Starts phases, and those behind a phase that has nothing to do. A loop, since a plan may have many of them. */
    private void startAll(Queue<PhaseProcess> ready) {
        for (PhaseProcess phase = ready.poll(); phase != null; phase = ready.poll()) {
            if (!phase.start()) {
                release(phase, ready);
            }
        }
    }

    private void release(PhaseProcess over, Queue<PhaseProcess> ready) {
        boolean isLast;
        synchronized (this) {
            for (PhaseProcess phase : phases) {
                if (phase.definition().after().contains(over.name()) && --phase.waitingFor == 0) {
                    ready.add(phase);
                }
            }
            isLast = --phasesLeft == 0;
        }
        if (isLast) {
            complete();
        }
    }

    private void complete() {
        ShutdownPlanReport made;
        try {
            made = new ShutdownPlanReport(
                    reason,
                    Duration.ofNanos(now() - start),
                    budget,
                    phases.stream().map(PhaseProcess::report).toList());
        } catch (Throwable outOfMemory) {
            // The caller gets an error in place of the report.
            report.completeExceptionally(outOfMemory);
            return;
        }
        report.complete(made);
    }
}
