// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.internal.CurrentTask;
import org.jspecify.annotations.Nullable;

/** Walks from a task to its parent, its parent's parent, and so on. */
final class Ancestors {

    private Ancestors() {}

    /**
     * Returns the parent that the options name, or else the known one, or else the task whose body this thread runs.
     */
    static @Nullable TaskNode parentOf(TaskOptions options, @Nullable TaskContext known) {
        Object parent = options.parent() != null ? options.parent() : known != null ? known : CurrentTask.get();
        return parent instanceof TaskNode task ? task : null;
    }

    /** Returns the nearest task that has not ended: this one, or an ancestor of it. */
    static @Nullable TaskNode nearestRunning(@Nullable TaskNode first) {
        TaskNode nearest = first;
        while (nearest != null && nearest.isOver()) {
            nearest = nearest.parent();
        }
        return nearest;
    }

    /** Returns a share of the permit of that limit which the nearest ancestor holds; null if none holds one. */
    static @Nullable Permit shareOfPermit(TaskNode task, Admission limit) {
        TaskNode ancestor = task.parent();
        while (ancestor != null) {
            Permit share = ancestor.share(limit);
            if (share != null) {
                return share;
            }
            ancestor = ancestor.parent();
        }
        return null;
    }

    /**
     * Returns whether a task, or an ancestor that may wait for it, keeps a tracker from draining: that of its group, or
     * of a group above.
     */
    static boolean keepOpen(TaskNode first, TaskTracker waited) {
        for (TaskNode task = first; task != null; task = task.parent()) {
            for (TaskGroup group = task.group(); group != null; group = group.parent()) {
                if (group.isWaitedForBy(waited)) {
                    return true;
                }
            }
        }
        return false;
    }
}
