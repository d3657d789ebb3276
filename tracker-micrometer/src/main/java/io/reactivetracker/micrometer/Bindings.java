// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.micrometer;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.HashMap;
import java.util.Map;
import java.util.WeakHashMap;

/**
 * All that is bound to one registry, so that what has the same name and tags is shown together, and nothing twice.
 *
 * <p>A registry takes the first meter of a name and tags and drops any other without a word. So there is one meter, and it
 * shows whatever is bound under its name. This lives as long as its registry, which nothing in here refers to.
 */
final class Bindings {

    // Guarded by itself.
    private static final Map<MeterRegistry, Bindings> BY_REGISTRY = new WeakHashMap<>();

    // Guarded by this.
    private final Map<Tags, TrackerSeries> trackers = new HashMap<>();
    private final Map<Tags, GroupPaths> groups = new HashMap<>();

    private Bindings() {}

    static Bindings of(MeterRegistry registry) {
        synchronized (BY_REGISTRY) {
            return BY_REGISTRY.computeIfAbsent(registry, key -> new Bindings());
        }
    }

    /** The trackers that are bound with these tags, their name among them. */
    synchronized TrackerSeries trackers(Tags tags) {
        return trackers.computeIfAbsent(tags, TrackerSeries::new);
    }

    /** The groups that are bound with these tags, beside their path. */
    synchronized GroupPaths groups(Tags tags) {
        return groups.computeIfAbsent(tags, GroupPaths::new);
    }
}
