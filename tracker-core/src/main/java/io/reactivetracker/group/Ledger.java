// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one group counts: its tasks, their states in numbers, and its children.
 *
 * <p>Its lock guards all of that and the state of each of the group's tasks, so that a task changes its state and is
 * counted so in one step, and any look sees every task in exactly one state. The lock is held for a few instructions, and
 * nothing but a child's ledger is ever locked or called inside of it.
 *
 * <pre>
 *                    admitted
 *   issued → QUEUED ──────────→ ACTIVE ──→ succeeded | failed | cancelled
 *              │ ↑                 │
 *              │ └─────────────────┘ gives its permit up, to go on later
 *              └──→ rejected | cancelled
 * </pre>
 */
final class Ledger {

    private final Set<GroupTask> tasks = new LinkedHashSet<>();
    private final Set<TaskGroup> children = new LinkedHashSet<>();

    private long issued;
    private long queued;
    private long active;
    private long succeeded;
    private long failed;
    private long cancelled;
    private long rejected;

    /** The figures of children that have ended. */
    private Figures departed = Figures.NONE;

    /** Who is told of children. Replaced and never changed, so that it can be gone through outside the lock. */
    private List<ChildWatch> watches = List.of();

    synchronized void issue(GroupTask task) {
        tasks.add(task);
        issued++;
        queued++;
    }

    /** From QUEUED to ACTIVE; the caller holds the lock. */
    void activate() {
        queued--;
        active++;
    }

    /** From ACTIVE to QUEUED; the caller holds the lock. */
    void queueAgain() {
        active--;
        queued++;
    }

    /** To its end; the caller holds the lock. */
    void end(GroupTask task, boolean wasActive, Outcome outcome) {
        tasks.remove(task);
        if (wasActive) {
            active--;
        } else {
            queued--;
        }
        switch (outcome) {
            case SUCCEEDED -> succeeded++;
            case FAILED -> failed++;
            case CANCELLED -> cancelled++;
            case REJECTED -> rejected++;
        }
    }

    /** Adds a child. Returns who is to be told of it; who begins to watch later finds it among the children. */
    synchronized List<ChildWatch> arrive(TaskGroup child) {
        children.add(child);
        return watches;
    }

    /** Adds a watch. Returns the children that it is to be told of now; of those that arrive later it is told then. */
    synchronized List<TaskGroup> watch(ChildWatch watch) {
        List<ChildWatch> more = new ArrayList<>(watches);
        more.add(watch);
        watches = List.copyOf(more);
        return children();
    }

    synchronized void unwatch(ChildWatch watch) {
        List<ChildWatch> less = new ArrayList<>(watches);
        less.remove(watch);
        watches = List.copyOf(less);
    }

    /** Replaces a child that has ended by its figures; in one step, so that no look misses them or counts them twice. */
    synchronized void depart(TaskGroup child, Ledger itsLedger) {
        if (children.remove(child)) {
            departed = departed.plus(itsLedger.own());
        }
    }

    /** The figures of this group and of its ended children. */
    synchronized Figures own() {
        return alone().plus(departed);
    }

    /** The figures of this group, without those of any child. */
    synchronized Figures alone() {
        return new Figures(issued, queued, active, succeeded, failed, cancelled, rejected);
    }

    /** The active task that was issued first. */
    synchronized @Nullable GroupTask oldestActive() {
        for (GroupTask task : tasks) {
            if (task.isActive()) {
                return task;
            }
        }
        return null;
    }

    synchronized List<GroupTask> tasks() {
        return new ArrayList<>(tasks);
    }

    synchronized List<TaskGroup> children() {
        return new ArrayList<>(children);
    }

    /** The figures and the children from one instant: none of them is missed by departing in between. */
    synchronized Page look() {
        return new Page(own(), children());
    }

    /** What a look has seen. */
    record Page(Figures own, List<TaskGroup> children) {}
}
