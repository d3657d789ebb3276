// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.micrometer;

import io.micrometer.core.instrument.Tags;
import io.reactivetracker.recorder.RecorderCounts;
import io.reactivetracker.recorder.TaskRecorder;
import java.lang.ref.WeakReference;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Set;
import java.util.function.ToLongFunction;

/**
 * The recorders that are bound with the same name and tags.
 *
 * <p>A recorder that was garbage collected leaves the counts that it had at the last look, so counters never decrease.
 */
final class RecorderSeries extends Series {

    // Both guarded by this.
    private final Set<Member> members = new LinkedHashSet<>();
    private RecorderCounts gone = RecorderCounts.none();

    RecorderSeries(Tags tags) {
        super("task.recorder.", tags);
    }

    /** Adds a recorder, unless it is present already. */
    synchronized void add(TaskRecorder<?> recorder) {
        if (members.stream().noneMatch(member -> member.refersTo(recorder))) {
            members.add(new Member(recorder));
        }
    }

    private synchronized RecorderCounts counts(boolean alsoGone) {
        RecorderCounts sum = RecorderCounts.none();
        for (Iterator<Member> left = members.iterator(); left.hasNext(); ) {
            Member member = left.next();
            TaskRecorder<?> recorder = member.get();
            if (recorder != null) {
                member.seen = recorder.ownCounts();
                sum = sum.plus(member.seen);
            } else {
                left.remove();
                gone = gone.plus(member.seen);
            }
        }
        return alsoGone ? sum.plus(gone) : sum;
    }

    @Override
    void addTo(Meters meters) {
        // What a recorder that is gone has begun never ends, and is not shown.
        meters.tasks(
                "active",
                "Tasks and revokes that hold a key",
                () -> counts(false).active());
        meters.count(
                "begun",
                Tags.empty(),
                "Tasks and revokes that have begun",
                this,
                () -> counts(true).begun());
        ended(meters, "succeeded", RecorderCounts::succeeded);
        ended(meters, "revoked", RecorderCounts::revoked);
        ended(meters, "failed", RecorderCounts::failed);
        ended(meters, "lease_lost", RecorderCounts::leasesLost);
        ended(meters, "not_recorded", RecorderCounts::notRecorded);
        meters.count(
                "refused",
                Tags.empty(),
                "Requests that were refused because of the status of their key",
                this,
                () -> counts(true).refused());
        meters.count(
                "joined",
                Tags.empty(),
                "Requests that have joined another task",
                this,
                () -> counts(true).joined());
        meters.times(
                "store.failures",
                "Steps that the store has failed to make",
                this,
                () -> counts(true).storeFailures());
    }

    private void ended(Meters meters, String outcome, ToLongFunction<RecorderCounts> number) {
        meters.count(
                "ended",
                Tags.of("outcome", outcome),
                "Tasks and revokes that have ended",
                this,
                () -> number.applyAsLong(counts(true)));
    }

    /** A recorder and its counts at the last look. */
    private static final class Member extends WeakReference<TaskRecorder<?>> {

        private RecorderCounts seen = RecorderCounts.none();

        Member(TaskRecorder<?> recorder) {
            super(Objects.requireNonNull(recorder));
        }
    }
}
