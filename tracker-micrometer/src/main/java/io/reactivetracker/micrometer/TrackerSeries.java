// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.micrometer;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.reactivetracker.RunningTask;
import io.reactivetracker.TaskTracker;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.WeakHashMap;

/** The trackers that one set of meters shows: those that are bound with the same name and tags. */
final class TrackerSeries extends Series {

    // Guarded by this. A tracker that is garbage is not in it any more.
    private final Set<TaskTracker> trackers = Collections.newSetFromMap(new WeakHashMap<>());

    TrackerSeries(Tags tags) {
        super(tags);
    }

    /** Adds a tracker, unless it is there already. */
    synchronized void add(TaskTracker tracker) {
        trackers.add(tracker);
    }

    private synchronized List<TaskTracker> trackers() {
        return List.copyOf(trackers);
    }

    @Override
    Collection<Meter.Id> register(MeterRegistry registry, Tags tags) {
        Meters<TrackerSeries> meters = new Meters<>("task.tracker", tags, this, registry);
        meters.tasks("active", "Tasks that are running", TrackerSeries::active);
        meters.seconds(
                "oldest.age",
                "Age of the named task that has been running for the longest time",
                TrackerSeries::oldestAge);
        meters.flag("closed", "1 if the tracker is closed, 0 if it is open", TrackerSeries::isClosed);
        meters.seconds(
                "drain.duration",
                "Time since the tracker was closed, or that its drain has taken; 0 while it is open",
                TrackerSeries::drainTime);
        return meters.registered();
    }

    private long active() {
        return trackers().stream().mapToLong(TaskTracker::size).sum();
    }

    private Duration oldestAge() {
        return Meters.longest(trackers(), tracker -> {
            RunningTask oldest = tracker.oldestTask();
            return oldest == null ? Duration.ZERO : oldest.age();
        });
    }

    private boolean isClosed() {
        return trackers().stream().allMatch(TaskTracker::isClosed);
    }

    private Duration drainTime() {
        return Meters.longest(trackers(), TaskTracker::drainTime);
    }
}
