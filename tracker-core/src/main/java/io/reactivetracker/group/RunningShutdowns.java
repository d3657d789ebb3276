// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import java.util.ArrayList;
import java.util.List;

/** The shutdowns that run in a tree of groups, as its tasks see them when they end. */
final class RunningShutdowns {

    /** Replaced and never changed, so that a task reads it without a lock. */
    private volatile List<CancelledTasks> running = List.of();

    /** Returns what collects tasks that end by this outcome now. */
    List<CancelledTasks> collecting(Outcome outcome) {
        return switch (outcome) {
            case CANCELLED, TIMED_OUT -> running;
            case SUCCEEDED, FAILED, REJECTED -> List.of();
        };
    }

    synchronized void add(CancelledTasks tasks) {
        List<CancelledTasks> more = new ArrayList<>(running);
        more.add(tasks);
        running = List.copyOf(more);
    }

    synchronized void remove(CancelledTasks tasks) {
        List<CancelledTasks> less = new ArrayList<>(running);
        less.remove(tasks);
        running = List.copyOf(less);
    }
}
