// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import io.reactivetracker.RunningTask;
import io.reactivetracker.TaskTimer;
import io.reactivetracker.internal.CoarseClock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The one clock of a tree of groups: all ages of its tasks are measured by it. */
final class GroupClock {

    private final TaskTimer timer;
    private final boolean isSystems;

    // Guarded by this. One reading of both clocks dates every task, so a task has one start however often it is looked
    // at.
    private @Nullable Instant originInstant;
    private long originNanos;

    GroupClock(TaskTimer timer) {
        this.timer = timer;
        this.isSystems = timer.equals(TaskTimer.system());
    }

    /** When a task is issued that is issued now. The system's clock is read every 10 ms, not for each task. */
    long issueTime() {
        return isSystems ? CoarseClock.nanoTime() : timer.nanoTime();
    }

    /** How long ago a task was issued. */
    Duration age(TaskNode task) {
        return Duration.ofNanos(timer.nanoTime() - task.issuedAt());
    }

    /** Describes tasks as they are now. */
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
