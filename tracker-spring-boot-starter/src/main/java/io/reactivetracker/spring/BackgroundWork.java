// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.TaskToken;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.group.GroupClosedException;
import io.reactivetracker.group.TaskGroup;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Counts what Spring runs in the background as named tasks of a group.
 *
 * <p>A closed group refuses tasks, and a task that runs may be about to call an {@code @Async} method. So the group
 * stays open until nothing is left or the grace is over. A tracker, which refuses nothing, counts the same tasks and is
 * closed when the drain begins: it tells when nothing is left.
 */
final class BackgroundWork {

    /** The name of the group. */
    static final String NAME = "background";

    private final TaskGroup group;
    private final TaskTracker tracker = TaskTracker.create(NAME);
    private final AtomicBoolean hasSkipped = new AtomicBoolean();
    private volatile boolean isOver;

    BackgroundWork(TaskGroup group) {
        this.group = group;
    }

    TaskGroup group() {
        return group;
    }

    /** Returns the tracker that counts the tasks of the group. It is closed from the beginning of the drain. */
    TaskTracker tracker() {
        return tracker;
    }

    /**
     * Counts a task that is about to be given to an executor.
     *
     * @return null if the drain is over and the task is no longer counted
     * @throws org.springframework.core.task.TaskRejectedException if the grace is over
     */
    @Nullable
    BackgroundTask submit(String name) {
        return isOver ? null : issue(name, tracker.token());
    }

    /**
     * Counts a run that is due.
     *
     * @return null if the drain has begun, and the run must not begin
     */
    @Nullable
    BackgroundTask submitUnlessDraining(String name) {
        TaskToken count = tracker.tryToken();
        return count == null ? null : issue(name, count);
    }

    /** Logs the first run that does not begin. A scheduler may try many. */
    void logSkippedRun(String name) {
        if (hasSkipped.compareAndSet(false, true)) {
            DrainLog.skippedRun(name);
        }
    }

    /** The drain is over: what comes now is the business of Spring's executors. */
    void setOver() {
        isOver = true;
    }

    private @Nullable BackgroundTask issue(String name, TaskToken count) {
        try {
            return BackgroundTask.issue(group, name, count);
        } catch (GroupClosedException | TaskCancelledException refusal) {
            count.close();
            if (isOver) {
                return null;
            }
            throw new org.springframework.core.task.TaskRejectedException(
                    "the application stops, and the grace of its background work is over: \"" + name + "\" is refused",
                    refusal);
        } catch (Throwable failure) {
            count.close();
            throw failure;
        }
    }
}
