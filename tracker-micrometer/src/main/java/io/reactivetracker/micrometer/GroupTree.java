// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.micrometer;

import io.micrometer.core.instrument.MeterRegistry;
import io.reactivetracker.group.TaskGroup;
import io.reactivetracker.internal.Throwables;
import io.reactivetracker.internal.Trampoline;
import java.lang.ref.WeakReference;
import org.jspecify.annotations.Nullable;

/** Brings a group, all groups below it, and all that come later, each to the series of its path. */
final class GroupTree {

    /** Weak, since the groups hold this: a registry that nobody uses is not to live as long as they do. */
    private final WeakReference<MeterRegistry> registry;

    private final GroupPaths paths;
    private final int maxPaths;

    GroupTree(MeterRegistry registry, GroupPaths paths, int maxPaths) {
        this.registry = new WeakReference<>(registry);
        this.paths = paths;
        this.maxPaths = maxPaths;
    }

    /** Adds the group that is bound: that one is shown whatever else is. */
    void add(TaskGroup group) {
        String path = GroupPaths.of(group);
        GroupSeries series = seriesOf(path, Integer.MAX_VALUE);
        if (series != null) {
            add(group, path, series);
        }
    }

    /** With a null path, all below is shown with it. */
    private void add(TaskGroup group, @Nullable String path, GroupSeries series) {
        if (paths.enter(group)) {
            series.add(group);
            // Through the cascade: a tree may be deeper than any stack.
            group.onChild(child -> Trampoline.run(() -> addChild(child, path, series)));
        }
    }

    private void addChild(TaskGroup child, @Nullable String parentPath, GroupSeries parentSeries) {
        if (parentPath != null) {
            String path = parentPath + "/" + child.name();
            GroupSeries series = seriesOf(path, maxPaths);
            if (series != null) {
                add(child, path, series);
                return;
            }
        }
        add(child, null, parentSeries);
    }

    /** The series of a path; null if that would be one too many. */
    private @Nullable GroupSeries seriesOf(String path, int most) {
        GroupSeries made = paths.make(path, most);
        if (made == null) {
            return paths.find(path);
        }
        register(made);
        return made;
    }

    /** Who makes a child group must not be stopped by a registry that takes no more meters. */
    private void register(GroupSeries series) {
        MeterRegistry target = registry.get();
        if (target != null) {
            try {
                series.register(target);
            } catch (RuntimeException refused) {
                Throwables.reportUncaught(refused);
            }
        }
    }
}
