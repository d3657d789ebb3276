// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import io.reactivetracker.internal.Throwables;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Collects, for one shutdown, the tasks that are cancelled or time out while it runs.
 *
 * <p>A task adds itself when it ends, so it is listed by the outcome that it is counted by. The collection is begun
 * after the counts before the shutdown are read, and it is taken before those after it are. A task reads the list of
 * collections in the step in which it is counted. So what is listed is counted, too. A task adds itself before its
 * tracker counts one less, so the list of a group that is drained is complete.
 */
final class CancelledTasks {

    private final TaskGroup group;

    // Guarded by this.
    private final List<Entry> entries = new ArrayList<>();
    private boolean isTaken;

    CancelledTasks(TaskGroup group) {
        this.group = group;
    }

    /** Adds a task that ends now. Throws nothing. */
    void add(TaskNode task, Outcome outcome, boolean wasQueued) {
        try {
            if (needsMore() && contains(task)) {
                add(new Entry(task, task.group().clock().age(task), outcome, wasQueued));
            }
        } catch (Throwable broken) {
            // For example the group's clock. The task must end.
            Throwables.reportUncaught(broken);
        }
    }

    private synchronized boolean needsMore() {
        return !isTaken && entries.size() < ShutdownReport.MAX_LISTED;
    }

    private boolean contains(TaskNode task) {
        TaskGroup above = task.group();
        while (above != null && !above.equals(group)) {
            above = above.parent();
        }
        return above != null;
    }

    private synchronized void add(Entry entry) {
        if (needsMore()) {
            entries.add(entry);
        }
    }

    /** Returns the tasks so far, in the order in which they ended. */
    List<CancelledTask> soFar() {
        List<Entry> copy;
        synchronized (this) {
            copy = List.copyOf(entries);
        }
        return describe(copy);
    }

    /** Returns all tasks, and ends the collection. */
    List<CancelledTask> take() {
        List<Entry> taken;
        synchronized (this) {
            isTaken = true;
            taken = List.copyOf(entries);
            entries.clear();
        }
        return describe(taken);
    }

    /** Without the lock, since an origin is code of others. */
    private static List<CancelledTask> describe(List<Entry> entries) {
        return entries.stream().map(Entry::describe).toList();
    }

    /** A task that has ended. Its origin is asked for by the report, and not when it ends. */
    private record Entry(TaskNode task, Duration age, Outcome outcome, boolean wasQueued) {

        CancelledTask describe() {
            return new CancelledTask(
                    task.groupName(), task.id(), task.name(), age, outcome, wasQueued, task.safeOrigin());
        }
    }
}
