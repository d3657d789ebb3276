// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.micrometer;

import io.micrometer.core.instrument.Tags;
import io.reactivetracker.RunningTask;
import io.reactivetracker.TaskTracker;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.WeakHashMap;

/** The trackers that are bound with the same name and tags. */
final class TrackerSeries extends Series {

    // Guarded by this.
    private final Set<TaskTracker> trackers = Collections.newSetFromMap(new WeakHashMap<>());

    TrackerSeries(Tags tags) {
        super("task.tracker.", tags);
    }

    /** Adds a tracker, unless it is present already. */
    synchronized void add(TaskTracker tracker) {
        trackers.add(tracker);
    }

    private synchronized List<TaskTracker> trackers() {
        return List.copyOf(trackers);
    }

    @Override
    void addTo(Meters meters) {
        meters.tasks(
                "active",
                "Tasks that are running",
                () -> trackers().stream().mapToLong(TaskTracker::size).sum());
        meters.seconds("oldest.age", "Age of the oldest named task that is running", this::oldestAge);
        meters.flag(
                "closed",
                "1 if the tracker is closed, 0 if it is open",
                () -> trackers().stream().allMatch(TaskTracker::isClosed));
        meters.seconds(
                "drain.duration",
                "Time since the tracker was closed, or that its drain took; 0 while it is open",
                () -> max(trackers(), TaskTracker::drainTime));
    }

    private Duration oldestAge() {
        return max(trackers(), tracker -> {
            RunningTask oldest = tracker.oldestTask();
            return oldest == null ? Duration.ZERO : oldest.age();
        });
    }
}
