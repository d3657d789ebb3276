// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.micrometer;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.Collection;
import java.util.List;

/** What one set of meters shows: all that is bound to a registry with the same name and tags. */
abstract class Series {

    private final Tags tags;

    /** As the registry has called them. */
    private volatile Collection<Meter.Id> registered = List.of();

    Series(Tags tags) {
        this.tags = tags;
    }

    /** Registers the meters, unless the registry has them still. */
    final void register(MeterRegistry registry) {
        if (registry.getMeters().stream().map(Meter::getId).noneMatch(registered::contains)) {
            registered = register(registry, tags);
        }
    }

    abstract Collection<Meter.Id> register(MeterRegistry registry, Tags withTags);
}
