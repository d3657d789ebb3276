// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import io.reactivetracker.internal.Striped;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What one group counts: its tasks, their states in numbers, and its children.
 *
 * <p>The tasks are {@linkplain TaskStripe on stripes}. The numbers are read with all stripes locked, so they are those
 * of one instant; tasks are listed a stripe after the other. The children, and the numbers of those that have ended,
 * are guarded by the lock of this. Inside of any of these locks nothing else is locked or called, but a stripe of a
 * child that departs.
 */
final class GroupState {

    // The first one is padded, too: groups of one tree are often made together, and used by a thread each.
    private final Striped<TaskStripe> stripes = new Striped<>(new TaskStripe.Padded(), TaskStripe.Padded::new);
    private final Set<TaskGroup> children = new LinkedHashSet<>();

    /** The counts of children that have ended. */
    private TaskCounts departed = TaskCounts.none();

    /** Who is told of children. Replaced and never changed, so that it can be gone through outside the lock. */
    private List<ChildWatch> watches = List.of();

    Striped<TaskStripe> stripes() {
        return stripes;
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

    /** Replaces a child that has ended by its counts; in one step, so that no look misses them or counts them twice. */
    synchronized void depart(TaskGroup child, GroupState childState) {
        if (children.remove(child)) {
            departed = departed.plus(childState.own());
        }
    }

    /** The counts of this group and of its ended children. */
    synchronized TaskCounts own() {
        return alone().plus(departed);
    }

    /** The counts of this group, without those of any child. */
    TaskCounts alone() {
        CountsSum sum = new CountsSum();
        stripes.forAll(sum);
        return sum.counts;
    }

    List<TaskNode> tasks() {
        return tasks(task -> true);
    }

    List<TaskNode> activeTasks() {
        return tasks(TaskNode::isActiveNow);
    }

    /** The active task that was issued first. */
    @Nullable
    TaskNode oldestActive() {
        List<TaskNode> firsts = new ArrayList<>();
        stripes.forEach(stripe -> {
            TaskNode first = stripe.firstActive();
            if (first != null) {
                firsts.add(first);
            }
        });
        return firsts.isEmpty() ? null : Collections.min(firsts, TaskNode.OLDEST_FIRST);
    }

    private List<TaskNode> tasks(Predicate<TaskNode> condition) {
        List<TaskNode> found = new ArrayList<>();
        stripes.forEach(stripe -> stripe.forEach(task -> {
            if (condition.test(task)) {
                found.add(task);
            }
        }));
        return found;
    }

    synchronized List<TaskGroup> children() {
        return new ArrayList<>(children);
    }

    /** The counts and the children from one instant: none of them is missed by departing in between. */
    synchronized Page look() {
        return new Page(own(), children());
    }

    /** The counts of several stripes. */
    private static final class CountsSum implements Consumer<TaskStripe> {

        private TaskCounts counts = TaskCounts.none();

        @Override
        public void accept(TaskStripe stripe) {
            counts = counts.plus(stripe.counts());
        }
    }

    /** What a look has seen. */
    record Page(TaskCounts own, List<TaskGroup> children) {}
}
