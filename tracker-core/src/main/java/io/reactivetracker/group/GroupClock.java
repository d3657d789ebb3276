// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import io.reactivetracker.RunningTask;
import io.reactivetracker.TaskTimer;
import io.reactivetracker.internal.CoarseClock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The clock of a tree of groups, which measures the ages of all of its tasks. */
final class GroupClock {

    private final TaskTimer timer;
    private final boolean isSystems;

    // Guarded by this. One reading of both clocks dates every task, so all descriptions of a task have the same start.
    private @Nullable Instant originInstant;
    private long originNanos;

    GroupClock(TaskTimer timer) {
        this.timer = timer;
        this.isSystems = timer.equals(TaskTimer.system());
    }

    /** Returns the time for a task that is issued now. The system's clock is read every 10 ms, not for each task. */
    long issueTime() {
        return isSystems ? CoarseClock.nanoTime() : timer.nanoTime();
    }

    /** Returns the time since a task was issued. */
    Duration age(TaskNode task) {
        return Duration.ofNanos(timer.nanoTime() - task.issuedAt());
    }

    /** Describes tasks with their ages. */
    synchronized List<RunningTask> describe(List<TaskNode> tasks) {
        long now = timer.nanoTime();
        Instant origin = originInstant;
        if (origin == null) {
            origin = Instant.now();
            originInstant = origin;
            originNanos = now;
        }
        Instant zero = origin.minusNanos(originNanos);
        return tasks.stream()
                .map(task -> new RunningTask(
                        task.id(),
                        task.name(),
                        zero.plusNanos(task.issuedAt()),
                        Duration.ofNanos(now - task.issuedAt())))
                .toList();
    }
}
