// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.micrometer;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.reactivetracker.group.TaskGroup;
import java.lang.ref.WeakReference;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The groups that are bound to one registry with the same tags, and all groups below them, by path.
 *
 * <p>A group whose path would exceed the maximum number of paths is counted with its parent, and so are all groups
 * below it.
 */
final class GroupPaths {

    /** Weak, since the groups refer to this and must not keep an unused registry alive. */
    private final WeakReference<MeterRegistry> registry;

    private final Tags tags;

    // Guarded by this.
    private final Map<String, GroupSeries> series = new HashMap<>();
    private final Set<TaskGroup> known = Collections.newSetFromMap(new WeakHashMap<>());
    private final Queue<Node> open = new ArrayDeque<>();
    private boolean isAdding;

    GroupPaths(MeterRegistry registry, Tags tags) {
        this.registry = new WeakReference<>(registry);
        this.tags = tags;
    }

    /** Returns the path of a group. */
    static String of(TaskGroup group) {
        StringBuilder path = new StringBuilder(group.name());
        for (TaskGroup above = group.parent(); above != null; above = above.parent()) {
            path.insert(0, above.name() + "/");
        }
        return path.toString();
    }

    /** Adds a group, which gets its own path in any case, all groups below it, and all that are created there later. */
    void bind(TaskGroup group, int maxPaths) {
        add(new Node(group, of(group), null), maxPaths);
        List<GroupSeries> all;
        synchronized (this) {
            all = List.copyOf(series.values());
        }
        // The application may have removed meters of groups that are known already.
        register(all);
    }

    private void add(Node node, int maxPaths) {
        List<GroupSeries> created = new ArrayList<>();
        synchronized (this) {
            open.add(node);
            if (isAdding) {
                // A frame below, in this thread, takes it. Recursion would overflow the stack in a deep tree.
                return;
            }
            isAdding = true;
            try {
                for (Node next = open.poll(); next != null; next = open.poll()) {
                    enter(next, maxPaths, created);
                }
            } finally {
                isAdding = false;
            }
        }
        // Not under the lock, since filters of a registry are code of the application.
        register(created);
    }

    private void enter(Node node, int maxPaths, List<GroupSeries> created) {
        TaskGroup group = node.group;
        if (!known.add(group)) {
            return;
        }
        GroupSeries own = node.path == null ? null : series.get(node.path);
        if (own == null && node.path != null && (node.above == null || series.size() < maxPaths)) {
            own = new GroupSeries(tags.and("group", node.path));
            series.put(node.path, own);
            created.add(own);
        }
        String path = own == null ? null : node.path;
        GroupSeries counting = own == null ? node.above : own;
        if (counting != null) {
            counting.add(group);
            group.onChild(child ->
                    add(new Node(child, path == null ? null : path + "/" + child.name(), counting), maxPaths));
        }
    }

    private void register(List<GroupSeries> added) {
        MeterRegistry target = registry.get();
        if (target != null) {
            added.forEach(each -> each.register(target));
        }
    }

    /** A group to add: under its path or, if that is null or one too many, with the series of its parent. */
    private record Node(
            TaskGroup group,
            @Nullable String path,
            @Nullable GroupSeries above) {}
}
