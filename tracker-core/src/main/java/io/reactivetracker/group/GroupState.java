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
 * The tasks of one group, their counts, and its children.
 *
 * <p>The tasks are {@linkplain TaskStripe on stripes}. Counts are read with all stripes locked, so they are those of
 * one instant; tasks are listed one stripe after the other. The lock of this object guards the children, and the counts
 * of those that have ended. No other lock is taken under any of these, except those of the stripes under the lock of
 * this object.
 */
final class GroupState {

    // The first one is padded, too: groups are often created together and used by one thread each.
    private final Striped<TaskStripe> stripes = new Striped<>(new TaskStripe.Padded(), TaskStripe.Padded::new);
    private final Set<TaskGroup> children = new LinkedHashSet<>();

    /** The counts of children that have ended. */
    private TaskCounts departed = TaskCounts.none();

    /** The watches of children. Replaced and never changed, so that it can be read outside the lock. */
    private List<ChildWatch> watches = List.of();

    /** The tasks of this group that watchdogs have reported. */
    private long overdue;

    Striped<TaskStripe> stripes() {
        return stripes;
    }

    synchronized void countOverdue() {
        overdue++;
    }

    synchronized long overdue() {
        return overdue;
    }

    /** Adds a child. Returns the watches to tell; a watch that is added later finds it among the children. */
    synchronized List<ChildWatch> arrive(TaskGroup child) {
        children.add(child);
        return watches;
    }

    /** Adds a watch. Returns the children to tell it of now. */
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

    /**
     * Replaces a child that has ended by its counts, in one step, so that no reader misses them or counts them twice.
     */
    synchronized void depart(TaskGroup child, GroupState childState) {
        if (children.remove(child)) {
            departed = departed.plus(childState.own());
        }
    }

    /** Returns the counts of this group and of its ended children. */
    synchronized TaskCounts own() {
        return alone().plus(departed);
    }

    /** Returns the counts of this group, without those of any child. */
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

    /** Returns the active task that was issued first, or null. */
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

    /** Returns the counts and the children at one instant, so that a child that departs is in one of them. */
    synchronized View view() {
        return new View(own(), children());
    }

    /** Adds the counts of stripes. */
    private static final class CountsSum implements Consumer<TaskStripe> {

        private TaskCounts counts = TaskCounts.none();

        @Override
        public void accept(TaskStripe stripe) {
            counts = counts.plus(stripe.counts());
        }
    }

    /** The counts and the children at one instant. */
    record View(TaskCounts own, List<TaskGroup> children) {}
}
