// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.micrometer;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.reactivetracker.RunningTask;
import io.reactivetracker.group.Outcome;
import io.reactivetracker.group.TaskCounts;
import io.reactivetracker.group.TaskGroup;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.function.ToLongFunction;

/**
 * The groups that one set of meters shows: those that are bound with the same path and tags.
 *
 * <p>A group that has ended leaves its counts here, in the same step in which it leaves; so does one that is garbage, as they
 * were when it was last looked at. So what counts up never goes down, and the ended cost nothing.
 */
final class GroupSeries extends Series {

    // Guarded by this.
    private final Set<Member> members = new LinkedHashSet<>();
    private TaskCounts gone = TaskCounts.none();
    private Duration lastDrain = Duration.ZERO;

    GroupSeries(Tags tags) {
        super(tags);
    }

    /** Adds a group that is in no series yet. */
    void add(TaskGroup group) {
        Member member = new Member(group);
        synchronized (this) {
            members.add(member);
        }
        // Held by the group alone, so that it can become garbage.
        group.drained().onDone(() -> leave(member, group));
    }

    private synchronized void leave(Member member, TaskGroup group) {
        if (members.remove(member)) {
            gone = gone.plus(group.ownCounts());
            lastDrain = group.drainTime();
        }
    }

    /** The groups that there still are. */
    private synchronized List<TaskGroup> groups() {
        List<TaskGroup> groups = new ArrayList<>();
        for (Iterator<Member> left = members.iterator(); left.hasNext(); ) {
            Member member = left.next();
            TaskGroup group = member.get();
            if (group != null) {
                member.seen = group.ownCounts();
                groups.add(group);
            } else {
                left.remove();
                gone = gone.plus(member.seen);
            }
        }
        return groups;
    }

    @Override
    Collection<Meter.Id> register(MeterRegistry registry, Tags tags) {
        Meters<GroupSeries> meters = new Meters<>("task.group", tags, this, registry);
        meters.tasks("active", "Tasks that are running", it -> it.sum(TaskCounts.none(), TaskCounts::active));
        meters.tasks("queued", "Tasks that wait for admission", it -> it.sum(TaskCounts.none(), TaskCounts::queued));
        meters.count("issued", Tags.empty(), "Tasks that were accepted", it -> it.countUp(TaskCounts::issued));
        for (Outcome outcome : Outcome.values()) {
            Tags tag = Tags.of("outcome", outcome.name().toLowerCase(Locale.ROOT));
            meters.count("ended", tag, "Tasks that have ended", it -> it.countUp(counts -> counts.ended(outcome)));
        }
        meters.seconds("oldest.age", "Age of the active task that was issued first", GroupSeries::oldestAge);
        meters.flag("closed", "1 if the group is closed, 0 if it is open", GroupSeries::isClosed);
        meters.seconds(
                "drain.duration",
                "Time since the group was closed, or that its drain has taken; 0 while it is open",
                GroupSeries::drainTime);
        return meters.registered();
    }

    /** The groups that are gone included. */
    private synchronized long countUp(ToLongFunction<TaskCounts> number) {
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

    private Duration oldestAge() {
        return Meters.longest(groups(), group -> {
            RunningTask oldest = group.oldestTask();
            return oldest == null ? Duration.ZERO : oldest.age();
        });
    }

    private boolean isClosed() {
        return groups().stream().allMatch(TaskGroup::isClosed);
    }

    private Duration drainTime() {
        List<TaskGroup> groups = groups();
        return groups.isEmpty() ? lastDrain() : Meters.longest(groups, TaskGroup::drainTime);
    }

    private synchronized Duration lastDrain() {
        return lastDrain;
    }

    /** A group, and its counts when it was last looked at. */
    private static final class Member extends WeakReference<TaskGroup> {

        private TaskCounts seen = TaskCounts.none();

        Member(TaskGroup group) {
            super(Objects.requireNonNull(group));
        }
    }
}
