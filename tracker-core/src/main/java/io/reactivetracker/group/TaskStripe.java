// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import io.reactivetracker.internal.Striped;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Some of a group's tasks that have not ended, in the order in which they were issued, and what its tasks add to the
 * group's numbers.
 *
 * <p>The lock guards both and the states of the tasks, so a task changes its state and is counted so in one step.
 */
class TaskStripe extends Striped.Stripe {

    // The links are those of IntrusiveList once more. One class for both packages would have to be public, and would be
    // the superclass of CancellationToken and of every task. It would also cost each task a flag that it does not need:
    // a task is removed once.
    private @Nullable TaskNode first;
    private @Nullable TaskNode last;

    private long issued;
    private long queued;
    private long active;

    // By ordinal of the outcome. The elements behind those keep other objects out of their cache line.
    private final long[] ended = new long[Outcome.COUNT + 16];

    /** Adds a task that is issued. */
    final void add(TaskNode task, boolean isActive) {
        task.previous = last;
        if (last == null) {
            first = task;
        } else {
            last.next = task;
        }
        last = task;
        issued++;
        if (isActive) {
            active++;
        } else {
            queued++;
        }
    }

    /** From QUEUED to ACTIVE. */
    final void activate() {
        queued--;
        active++;
    }

    /** From ACTIVE to QUEUED. */
    final void queueAgain() {
        active--;
        queued++;
    }

    /** To its end. */
    @SuppressWarnings("EnumOrdinal") // an index into an array of this process
    final void end(TaskNode task, boolean wasActive, Outcome outcome) {
        remove(task);
        if (wasActive) {
            active--;
        } else {
            queued--;
        }
        ended[outcome.ordinal()]++;
    }

    private void remove(TaskNode task) {
        TaskNode previous = task.previous;
        TaskNode next = task.next;
        if (previous == null) {
            first = next;
        } else {
            previous.next = next;
        }
        if (next == null) {
            last = previous;
        } else {
            next.previous = previous;
        }
        // A removed task must not retain its former neighbours.
        task.previous = null;
        task.next = null;
    }

    final void forEach(Consumer<? super TaskNode> action) {
        for (TaskNode task = first; task != null; task = task.next) {
            action.accept(task);
        }
    }

    /** Calls an action for the tasks, those that were issued first before others, until it returns false. */
    final void forOldest(Predicate<? super TaskNode> action) {
        TaskNode task = first;
        while (task != null && action.test(task)) {
            task = task.next;
        }
    }

    /** The active one that was issued first. */
    final @Nullable TaskNode firstActive() {
        TaskNode task = first;
        while (task != null && !task.isActiveNow()) {
            task = task.next;
        }
        return task;
    }

    final TaskCounts counts() {
        return new TaskCounts(issued, queued, active, Arrays.copyOf(ended, Outcome.COUNT));
    }

    /** One that has others beside it: what its threads change is two cache lines away from what theirs do. */
    @SuppressWarnings({"unused", "UnusedVariable"}) // what counts is where they are
    static final class Padded extends TaskStripe {

        private long padding1, padding2, padding3, padding4, padding5, padding6, padding7, padding8;
        private long padding9, padding10, padding11, padding12, padding13, padding14, padding15, padding16;
    }
}
