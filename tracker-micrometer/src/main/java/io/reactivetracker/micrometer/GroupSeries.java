// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.micrometer;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.reactivetracker.RunningTask;
import io.reactivetracker.group.TaskCounts;
import io.reactivetracker.group.TaskGroup;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
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

    private static final TaskCounts NONE = new TaskCounts(0, 0, 0, 0, 0, 0, 0);

    // Guarded by this.
    private final Set<Member> members = new LinkedHashSet<>();
    private TaskCounts gone = NONE;
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
            gone = withEnded(gone, group.ownCounts());
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
                gone = withEnded(gone, member.seen);
            }
        }
        return groups;
    }

    @Override
    Collection<Meter.Id> register(MeterRegistry registry, Tags tags) {
        Meters<GroupSeries> meters = new Meters<>("task.group", tags, this, registry);
        meters.tasks("active", "Tasks that are running", it -> it.sum(TaskCounts::active));
        meters.tasks("queued", "Tasks that wait for admission", it -> it.sum(TaskCounts::queued));
        meters.count("issued", Tags.empty(), "Tasks that were accepted", it -> it.sum(TaskCounts::issued));
        ended(meters, "succeeded", TaskCounts::succeeded);
        ended(meters, "failed", TaskCounts::failed);
        ended(meters, "cancelled", TaskCounts::cancelled);
        ended(meters, "rejected", TaskCounts::rejected);
        meters.seconds("oldest.age", "Age of the active task that was issued first", GroupSeries::oldestAge);
        meters.flag("closed", "1 if the group is closed, 0 if it is open", GroupSeries::isClosed);
        meters.seconds(
                "drain.duration",
                "Time since the group was closed, or that its drain has taken; 0 while it is open",
                GroupSeries::drainTime);
        return meters.registered();
    }

    private static void ended(Meters<GroupSeries> meters, String outcome, ToLongFunction<TaskCounts> number) {
        meters.count("ended", Tags.of("outcome", outcome), "Tasks that have ended", it -> it.sum(number));
    }

    private synchronized long sum(ToLongFunction<TaskCounts> number) {
        List<TaskGroup> unused = groups();
        long sum = number.applyAsLong(gone);
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

    /** What has not ended when its group goes never will. */
    private static TaskCounts withEnded(TaskCounts before, TaskCounts more) {
        return new TaskCounts(
                before.issued() + more.issued(),
                0,
                0,
                before.succeeded() + more.succeeded(),
                before.failed() + more.failed(),
                before.cancelled() + more.cancelled(),
                before.rejected() + more.rejected());
    }

    /** A group, and its counts when it was last looked at. */
    private static final class Member extends WeakReference<TaskGroup> {

        private TaskCounts seen = NONE;

        Member(TaskGroup group) {
            super(Objects.requireNonNull(group));
        }
    }
}
