// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.shutdown;

import io.reactivetracker.RunningTask;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.group.Shutdown;
import io.reactivetracker.group.ShutdownReport;
import io.reactivetracker.group.TaskGroup;
import io.reactivetracker.internal.Durations;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A task of a phase, and what it knows of work that still runs when the time is over. */
interface PhaseTask {

    @Nullable
    CompletionStage<?> run(ShutdownContext context) throws Exception;

    /** Describes what still runs, or returns null if the task does not know. */
    default @Nullable String pending() {
        return null;
    }

    static PhaseTask of(ShutdownTask task) {
        return task::run;
    }

    static PhaseTask of(TaskTracker tracker) {
        return new PhaseTask() {
            @Override
            public CompletionStage<?> run(ShutdownContext context) {
                tracker.close();
                return tracker.drained().toFuture();
            }

            @Override
            public @Nullable String pending() {
                return describe(tracker.size(), tracker.runningTasks());
            }
        };
    }

    static PhaseTask of(TaskGroup group, Function<Duration, Shutdown> shutdown) {
        return new PhaseTask() {
            @Override
            public CompletionStage<?> run(ShutdownContext context) {
                return group.shutdown(shutdown.apply(context.remaining())).thenApply(this::requireDrained);
            }

            // The same result as if the phase's alarm had come first.
            private ShutdownReport requireDrained(ShutdownReport report) {
                if (!report.isDrained()) {
                    throw new PendingTasksException(report);
                }
                return report;
            }

            @Override
            public @Nullable String pending() {
                return describe(group.counts().pending(), group.runningTasks());
            }
        };
    }

    private static @Nullable String describe(long number, List<RunningTask> named) {
        if (number == 0) {
            return null;
        }
        String names = named.stream()
                .limit(10)
                .map(task -> task.name() + " for " + Durations.inSeconds(task.age()))
                .collect(Collectors.joining(", "));
        return number
                + (number == 1 ? " task" : " tasks")
                + (names.isEmpty() ? "" : ": " + names)
                + (named.size() > 10 ? ", …" : "");
    }

    /** Ends a task whose group still runs tasks. */
    final class PendingTasksException extends RuntimeException {

        private static final long serialVersionUID = 1;

        private final transient ShutdownReport report;

        PendingTasksException(ShutdownReport report) {
            super(report.summary(), null, false, false);
            this.report = report;
        }

        ShutdownReport report() {
            return report;
        }
    }
}
