// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.shutdown;

import io.reactivetracker.group.ShutdownReport;
import io.reactivetracker.internal.InterruptibleCall;
import io.reactivetracker.internal.Throwables;
import io.reactivetracker.shutdown.PhaseTaskReport.State;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Runs one task of a phase, and abandons it when the time of the phase is over.
 *
 * <pre>
 *  WAITING ──a thread takes it──→ IN BODY ──returned a stage──→ IN STAGE
 *     └──────────────┬───────────────┴────────────────────────────┘
 *                    ├── its own end: the body threw or returned null, the stage is done ──→ OVER
 *                    └── abandoned: the phase's alarm ────────────────────────────────────→ OVER
 * </pre>
 *
 * <p>The first of the two ends makes the report; both make it under this object's lock. A body that runs is
 * interrupted, and no interrupt reaches what its thread runs next: see {@link InterruptibleCall}. A task that is
 * abandoned before its body starts still runs, so that a resource is closed even if nobody waits for it.
 */
final class TaskProcess {

    private final PhaseProcess phase;
    private final String name;
    private final PhaseTask task;
    private final InterruptibleCall<@Nullable CompletionStage<?>> body;
    private final Executor executor;

    // Created in advance, for a report that cannot be made: the phase must end even without memory.
    private final PhaseTaskReport unknown;

    // Guarded by this.
    private @Nullable CompletionStage<?> stage;
    private @Nullable PhaseTaskReport report;

    TaskProcess(PhaseProcess phase, String name, PhaseTask task, ShutdownContext context, Executor executor) {
        this.phase = phase;
        this.name = name;
        this.task = task;
        this.body = new InterruptibleCall<>(() -> task.run(context));
        this.executor = executor;
        this.unknown = new PhaseTaskReport(name, State.ABANDONED, Duration.ZERO, null, null, null);
    }

    void start() {
        try {
            executor.execute(this::runBody);
        } catch (Throwable noThread) {
            endWith(null, noThread);
        }
    }

    private void runBody() {
        CompletionStage<?> made;
        try {
            made = body.call();
        } catch (Throwable failure) {
            endWith(null, failure);
            return;
        }
        if (made == null) {
            endWith(null, null);
        } else {
            await(made);
        }
    }

    private void await(CompletionStage<?> made) {
        boolean isAbandoned;
        synchronized (this) {
            isAbandoned = report != null;
            stage = made;
        }
        try {
            made.whenComplete((value, failure) -> endWith(value, failure == null ? null : Throwables.unwrap(failure)));
        } catch (Throwable broken) {
            endWith(null, broken);
        }
        if (isAbandoned) {
            cancel(made);
        }
    }

    private void endWith(@Nullable Object value, @Nullable Throwable failure) {
        boolean isFirst;
        if (failure instanceof PhaseTask.PendingTasksException pending) {
            isFirst = end(State.ABANDONED, null, pending(), pending.report());
        } else {
            ShutdownReport shutdown = value instanceof ShutdownReport ofGroup ? ofGroup : null;
            isFirst = end(failure == null ? State.COMPLETED : State.FAILED, failure, null, shutdown);
        }
        // A task that was abandoned is interrupted or cancelled, so these two are its normal end.
        if (!isFirst
                && failure != null
                && !(failure instanceof InterruptedException
                        || failure instanceof CancellationException
                        || failure instanceof PhaseTask.PendingTasksException)) {
            Throwables.reportUncaught(failure);
        }
    }

    /** Ends the task if it has not ended: interrupts its body, or cancels its stage. */
    void abandon() {
        CompletionStage<?> abandoned;
        String pending = pending();
        synchronized (this) {
            if (report != null) {
                return;
            }
            report = reportOf(State.ABANDONED, null, pending, null);
            abandoned = stage;
        }
        try {
            // Elsewhere, since the plan must go on: an interrupt may close a channel, which may block, and so may
            // dependents of the stage.
            executor.execute(() -> {
                body.interrupt();
                if (abandoned != null) {
                    cancel(abandoned);
                }
            });
        } catch (Throwable noThread) {
            Throwables.reportUncaught(noThread);
        }
        phase.taskOver();
    }

    private @Nullable String pending() {
        try {
            return task.pending();
        } catch (Throwable broken) {
            return Objects.toString(broken);
        }
    }

    private static void cancel(CompletionStage<?> stage) {
        try {
            stage.toCompletableFuture().cancel(true);
        } catch (UnsupportedOperationException noFuture) {
            // The stage cannot be cancelled, which a stage is free to choose.
        } catch (Throwable broken) {
            Throwables.reportUncaught(broken);
        }
    }

    private boolean end(
            State state, @Nullable Throwable failure, @Nullable String pending, @Nullable ShutdownReport shutdown) {
        synchronized (this) {
            if (report != null) {
                return false;
            }
            report = reportOf(state, failure, pending, shutdown);
        }
        phase.taskOver();
        return true;
    }

    private PhaseTaskReport reportOf(
            State state, @Nullable Throwable failure, @Nullable String pending, @Nullable ShutdownReport shutdown) {
        try {
            return new PhaseTaskReport(
                    name, state, Duration.ofNanos(phase.nanosSinceStart()), failure, pending, shutdown);
        } catch (Throwable outOfMemory) {
            Throwables.reportUncaught(outOfMemory);
            return unknown;
        }
    }

    /** Returns the report. The phase is over, so there is one. */
    synchronized PhaseTaskReport report() {
        return Objects.requireNonNull(report);
    }
}
