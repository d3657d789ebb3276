// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.micrometer;

import io.micrometer.core.instrument.Tags;
import io.reactivetracker.RunningTask;
import io.reactivetracker.group.Outcome;
import io.reactivetracker.group.TaskCounts;
import io.reactivetracker.group.TaskGroup;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.function.ToLongFunction;

/**
 * The groups that are bound with the same path and tags.
 *
 * <p>A drained group leaves its counts in the series, in the same step in which it leaves the series itself. A group
 * that was garbage collected leaves the counts that it had at the last look. So counters never decrease, and past
 * groups take no memory.
 */
final class GroupSeries extends Series {

    // Guarded by this.
    private final Set<Member> members = new LinkedHashSet<>();
    private TaskCounts gone = TaskCounts.none();
    private long goneOverdue;
    private Duration lastDrain = Duration.ZERO;

    GroupSeries(Tags tags) {
        super("task.group.", tags);
    }

    /** Adds a group that is in no series yet. */
    void add(TaskGroup group) {
        Member member = new Member(group);
        synchronized (this) {
            members.add(member);
        }
        // Only the group refers to this action, so the group can become garbage.
        group.drained().onDone(() -> leave(member, group));
    }

    private synchronized void leave(Member member, TaskGroup group) {
        if (members.remove(member)) {
            gone = gone.plus(group.ownCounts());
            goneOverdue += group.overdueTasks();
            lastDrain = group.drainTime();
        }
    }

    /** Returns the groups that are left, after a look at their counts. */
    private synchronized List<TaskGroup> groups() {
        List<TaskGroup> groups = new ArrayList<>();
        for (Iterator<Member> left = members.iterator(); left.hasNext(); ) {
            Member member = left.next();
            TaskGroup group = member.get();
            if (group != null) {
                member.seen = group.ownCounts();
                member.seenOverdue = group.overdueTasks();
                groups.add(group);
            } else {
                left.remove();
                gone = gone.plus(member.seen);
                goneOverdue += member.seenOverdue;
            }
        }
        return groups;
    }

    @Override
    void addTo(Meters meters) {
        // Pending tasks of a group that is gone never end, and are not shown.
        meters.tasks("active", "Tasks that are running", () -> sum(TaskCounts.none(), TaskCounts::active));
        meters.tasks("queued", "Tasks that wait for admission", () -> sum(TaskCounts.none(), TaskCounts::queued));
        meters.count("issued", Tags.empty(), "Tasks that were accepted", this, () -> total(TaskCounts::issued));
        for (Outcome outcome : Outcome.values()) {
            meters.count(
                    "ended",
                    Tags.of("outcome", outcome.name().toLowerCase(Locale.ROOT)),
                    "Tasks that have ended",
                    this,
                    () -> total(counts -> counts.ended(outcome)));
        }
        meters.count("overdue", Tags.empty(), "Tasks that a watchdog has reported", this, this::totalOverdue);
        meters.seconds("oldest.age", "Age of the oldest task that is running", this::oldestAge);
        meters.flag(
                "closed",
                "1 if the group is closed, 0 if it is open",
                () -> groups().stream().allMatch(TaskGroup::isClosed));
        meters.seconds(
                "drain.duration",
                "Time since the group was closed, or that its drain took; 0 while it is open",
                this::drainTime);
    }

    private synchronized long total(ToLongFunction<TaskCounts> number) {
        // Before gone is read, since it moves the counts of groups that are garbage.
        List<TaskGroup> unused = groups();
        return sum(gone, number);
    }

    private synchronized long sum(TaskCounts first, ToLongFunction<TaskCounts> number) {
        List<TaskGroup> unused = groups();
        long sum = number.applyAsLong(first);
        for (Member member : members) {
            sum += number.applyAsLong(member.seen);
        }
        return sum;
    }

    private synchronized long totalOverdue() {
        List<TaskGroup> unused = groups();
        return goneOverdue
                + members.stream().mapToLong(member -> member.seenOverdue).sum();
    }

    private Duration oldestAge() {
        return max(groups(), group -> {
            RunningTask oldest = group.oldestTask();
            return oldest == null ? Duration.ZERO : oldest.age();
        });
    }

    private Duration drainTime() {
        List<TaskGroup> groups = groups();
        return groups.isEmpty() ? lastDrain() : max(groups, TaskGroup::drainTime);
    }

    private synchronized Duration lastDrain() {
        return lastDrain;
    }

    /** A group and its counts at the last look. */
    private static final class Member extends WeakReference<TaskGroup> {

        private TaskCounts seen = TaskCounts.none();
        private long seenOverdue;

        Member(TaskGroup group) {
            super(Objects.requireNonNull(group));
        }
    }
}
