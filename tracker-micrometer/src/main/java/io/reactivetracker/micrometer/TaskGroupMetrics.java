// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.micrometer;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.reactivetracker.group.TaskGroup;
import java.util.List;
import java.util.Objects;

/**
 * The meters of a group and of all groups below it, including later ones: active and queued tasks, issued and ended
 * tasks by outcome, tasks that a watchdog has reported, the age of the oldest task, whether the group is closed, and
 * how long its drain takes.
 *
 * <pre>{@code
 * new TaskGroupMetrics(orders).bindTo(registry);
 * }</pre>
 *
 * <p>Each meter has the tag {@code group}: the names of the groups from the root of the tree to this one, such as
 * {@code orders/mails}. A group's meters count its own tasks, without those of the groups below it, so that a sum
 * counts no task twice and counters never decrease. Only the drain is that of the group with all groups below it.
 *
 * <p>Groups with equal paths and tags are shown as one: their tasks are added up, the age and the drain time are the
 * longest, and they are closed if all are. A drained group keeps its share of the counters. A group that is bound
 * again, by itself or with a group above it, is not counted again.
 *
 * <p>At most {@code maxPaths} paths are shown, so that groups named after an order or a user do not flood the registry.
 * A group whose path would exceed that is counted with its parent, and so are all groups below it.
 *
 * <p>The registry does not keep groups alive. The meters of a group that was garbage collected without being closed
 * remain, with no pending tasks and the counts of the last look.
 *
 * <p>Safe for use by several threads.
 */
public final class TaskGroupMetrics implements MeterBinder {

    private static final int DEFAULT_MAX_PATHS = 100;

    private final TaskGroup group;
    private final Tags tags;
    private final int maxPaths;

    /**
     * Creates a binder of at most 100 paths.
     *
     * @param group the top group to show; need not be the root of its tree
     */
    public TaskGroupMetrics(TaskGroup group) {
        this(group, List.of());
    }

    /**
     * Creates a binder of at most 100 paths with additional tags.
     *
     * @param group the top group to show; need not be the root of its tree
     * @param tags tags of low cardinality; many registries require the same keys for all groups
     */
    public TaskGroupMetrics(TaskGroup group, Iterable<Tag> tags) {
        this(group, tags, DEFAULT_MAX_PATHS);
    }

    /**
     * Creates a binder.
     *
     * @param group the top group to show; need not be the root of its tree
     * @param tags tags of low cardinality
     * @param maxPaths the maximum number of paths of all groups that are bound with these tags; at least 1
     * @throws IllegalArgumentException if {@code maxPaths} is not positive
     */
    public TaskGroupMetrics(TaskGroup group, Iterable<Tag> tags, int maxPaths) {
        this.group = Objects.requireNonNull(group, "group must not be null");
        this.tags = Tags.of(Objects.requireNonNull(tags, "tags must not be null"));
        if (maxPaths < 1) {
            throw new IllegalArgumentException("maxPaths must be positive, but was " + maxPaths);
        }
        this.maxPaths = maxPaths;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Bindings.of(registry).groups(registry, tags).bind(group, maxPaths);
    }
}
