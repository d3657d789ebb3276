// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.micrometer;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.reactivetracker.group.TaskGroup;
import io.reactivetracker.internal.Preconditions;
import java.util.List;
import java.util.Objects;

/**
 * The meters of a group and of all groups below it, those that come later included: tasks that are active and queued, that
 * were issued and have ended by outcome, the age of the oldest, whether the group is closed, and how long its drain takes.
 *
 * <pre>{@code
 * new TaskGroupMetrics(orders).bindTo(registry);
 * }</pre>
 *
 * <p>Each has the tag {@code group}, which is the names of the groups from the root of the tree to this one, such as {@code
 * orders/mails}. A group's meters are of its own tasks, without those of the groups below: so nothing is counted twice in a
 * sum, and what counts up never goes down. Only its drain is that of the group as a whole.
 *
 * <p>Groups with the same path and tags are shown as one, at the same time or one after the other: their tasks are added up,
 * the oldest task is that of all of them, the drain is the longest, and they are closed when all are. A group that has ended
 * goes on to show what it had counted. A group that is bound again, by this or with one above it, is not counted again.
 *
 * <p>At most {@code maxPaths} paths are shown, so that groups which are named by what they are made for do not flood the
 * registry: a group whose path would be one too many is counted with the group above it, and so is all below.
 *
 * <p>The registry does not keep groups alive. A group that was thrown away and never closed shows no tasks, and what it had
 * counted when the meters were last looked at. Its meters stay.
 *
 * <p>Safe for use by several threads.
 */
public final class TaskGroupMetrics implements MeterBinder {

    private static final int DEFAULT_MAX_PATHS = 100;

    private final TaskGroup group;
    private final Tags tags;
    private final int maxPaths;

    /**
     * Makes the binder of a group's meters and of those below it, for 100 paths.
     *
     * @param group the root of what is measured; need not be the root of its tree
     */
    public TaskGroupMetrics(TaskGroup group) {
        this(group, List.of());
    }

    /**
     * Makes the binder of a group's meters and of those below it, for 100 paths and with more tags than the path.
     *
     * @param group the root of what is measured; need not be the root of its tree
     * @param tags what tells it from others of its path, with few values each; many registries ask that all groups have the
     *     same keys
     */
    public TaskGroupMetrics(TaskGroup group, Iterable<Tag> tags) {
        this(group, tags, DEFAULT_MAX_PATHS);
    }

    /**
     * Makes the binder of a group's meters and of those below it.
     *
     * @param group the root of what is measured; need not be the root of its tree
     * @param tags what tells it from others of its path
     * @param maxPaths how many paths are shown, of all groups that are bound with these tags; at least 1
     * @throws IllegalArgumentException if {@code maxPaths} is not positive
     */
    public TaskGroupMetrics(TaskGroup group, Iterable<Tag> tags, int maxPaths) {
        this.group = Objects.requireNonNull(group, "group must not be null");
        this.tags = Tags.of(Objects.requireNonNull(tags, "tags must not be null"));
        this.maxPaths = Preconditions.requirePositive("maxPaths", maxPaths);
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        GroupPaths paths = Bindings.of(registry).groups(tags);
        new GroupTree(registry, paths, maxPaths).add(group);
        // Somebody may have removed from the registry what was there already.
        paths.register(registry);
    }
}
