// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.micrometer;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.HashMap;
import java.util.Map;
import java.util.WeakHashMap;

/**
 * Everything that is bound to one registry.
 *
 * <p>A registry keeps the first meter of a name and tags and silently drops all others. So there is one set of meters
 * per name and tags, which shows everything that is bound under them, and each object once. The bindings live as long
 * as their registry and do not refer to it.
 */
final class Bindings {

    // Guarded by itself.
    private static final Map<MeterRegistry, Bindings> BY_REGISTRY = new WeakHashMap<>();

    // All guarded by this.
    private final Map<Tags, TrackerSeries> trackers = new HashMap<>();
    private final Map<Tags, GroupPaths> groups = new HashMap<>();
    private final Map<Tags, RecorderSeries> recorders = new HashMap<>();

    private Bindings() {}

    static Bindings of(MeterRegistry registry) {
        synchronized (BY_REGISTRY) {
            return BY_REGISTRY.computeIfAbsent(registry, key -> new Bindings());
        }
    }

    /** Returns the trackers that are bound with these tags, which include their name. */
    synchronized TrackerSeries trackers(Tags tags) {
        return trackers.computeIfAbsent(tags, TrackerSeries::new);
    }

    /** Returns the recorders that are bound with these tags, which include their name. */
    synchronized RecorderSeries recorders(Tags tags) {
        return recorders.computeIfAbsent(tags, RecorderSeries::new);
    }

    /** Returns the groups that are bound with these tags, which do not include their path. */
    synchronized GroupPaths groups(MeterRegistry registry, Tags tags) {
        return groups.computeIfAbsent(tags, key -> new GroupPaths(registry, key));
    }
}
