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
 * The meters of a tracker: its tasks, the age of its oldest named task, whether it is closed, and how long its drain
 * takes.
 *
 * <pre>{@code
 * new TaskTrackerMetrics(tracker).bindTo(registry);
 * }</pre>
 *
 * <p>Each meter has the tag {@code tracker}: the tracker's name. Trackers with equal names and tags are shown as one:
 * their tasks are added up, the age and the drain time are the longest, and they are closed if all are. A tracker that
 * is bound again is not counted again.
 *
 * <p>The registry does not keep the tracker alive. The meters of a tracker that was garbage collected remain and show
 * no tasks. A tracker keeps no totals; use a {@linkplain TaskGroupMetrics group} for those.
 *
 * <p>Safe for use by several threads.
 */
public final class TaskTrackerMetrics implements MeterBinder {

    private final TaskTracker tracker;
    private final Tags tags;

    /**
     * Creates a binder.
     *
     * @param tracker the tracker to show
     */
    public TaskTrackerMetrics(TaskTracker tracker) {
        this(tracker, List.of());
    }

    /**
     * Creates a binder with additional tags.
     *
     * @param tracker the tracker to show
     * @param tags tags of low cardinality; many registries require the same keys for all trackers
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
