// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.micrometer;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.reactivetracker.group.TaskGroup;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/** The groups that are bound to one registry with the same tags: each once, under its path. */
final class GroupPaths {

    private final Tags tags;

    // Guarded by this.
    private final Map<String, GroupSeries> series = new HashMap<>();
    private final Set<TaskGroup> known = Collections.newSetFromMap(new WeakHashMap<>());

    GroupPaths(Tags tags) {
        this.tags = tags;
    }

    static String of(TaskGroup group) {
        StringBuilder path = new StringBuilder(group.name());
        for (TaskGroup above = group.parent(); above != null; above = above.parent()) {
            path.insert(0, above.name() + "/");
        }
        return path.toString();
    }

    /** False if the group has been here before. */
    synchronized boolean enter(TaskGroup group) {
        return known.add(group);
    }

    synchronized @Nullable GroupSeries find(String path) {
        return series.get(path);
    }

    /** The new series of a path; null if that would be more than so many, or somebody else has just made it. */
    synchronized @Nullable GroupSeries make(String path, int most) {
        if (series.size() >= most || series.containsKey(path)) {
            return null;
        }
        GroupSeries made = new GroupSeries(tags.and("group", path));
        series.put(path, made);
        return made;
    }

    void register(MeterRegistry registry) {
        List<GroupSeries> all;
        synchronized (this) {
            all = new ArrayList<>(series.values());
        }
        all.forEach(each -> each.register(registry));
    }
}
