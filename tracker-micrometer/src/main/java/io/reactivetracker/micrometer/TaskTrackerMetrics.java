// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.micrometer;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.reactivetracker.TaskTracker;
import java.util.List;
import java.util.Objects;

/**
 * The meters of a tracker: what it counts now, how old its oldest named task is, whether it is closed, and how long its drain
 * takes.
 *
 * <pre>{@code
 * new TaskTrackerMetrics(tracker).bindTo(registry);
 * }</pre>
 *
 * <p>Each has the tag {@code tracker}, which is the tracker's name. Trackers that are bound to a registry with the same name
 * and tags are shown as one: their tasks are added up, the oldest task is that of all of them, the drain is the longest, and
 * they are closed when all are. Tags of their own tell them apart. A tracker that is bound again is not counted again.
 *
 * <p>The registry does not keep the tracker alive. The meters of one that is garbage stay, and show that there are no tasks:
 * nobody can start any. What a tracker has counted in its life is not known, since it keeps no such number: a
 * {@linkplain TaskGroupMetrics group} does.
 *
 * <p>Safe for use by several threads.
 */
public final class TaskTrackerMetrics implements MeterBinder {

    private final TaskTracker tracker;
    private final Tags tags;

    /**
     * Makes the binder of a tracker's meters.
     *
     * @param tracker what is measured
     */
    public TaskTrackerMetrics(TaskTracker tracker) {
        this(tracker, List.of());
    }

    /**
     * Makes the binder of a tracker's meters, with more tags than the tracker's name.
     *
     * @param tracker what is measured
     * @param tags what tells it from others of its name, with few values each; many registries ask that all trackers have the
     *     same keys
     */
    public TaskTrackerMetrics(TaskTracker tracker, Iterable<Tag> tags) {
        this.tracker = Objects.requireNonNull(tracker, "tracker must not be null");
        this.tags =
                Tags.of(Objects.requireNonNull(tags, "tags must not be null")).and("tracker", tracker.name());
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        TrackerSeries series = Bindings.of(registry).trackers(tags);
        series.add(tracker);
        series.register(registry);
    }
}
