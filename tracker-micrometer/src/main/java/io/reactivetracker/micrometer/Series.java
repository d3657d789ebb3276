// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.micrometer;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.Set;
import java.util.function.Function;

/** Everything that is bound to a registry under one name and with the same tags, which one set of meters shows. */
abstract class Series {

    private final String prefix;
    private final Tags tags;
    private volatile Set<Meter.Id> registered = Set.of();

    Series(String prefix, Tags tags) {
        this.prefix = prefix;
        this.tags = tags;
    }

    /** Registers the meters unless the registry has any of them. */
    final void register(MeterRegistry registry) {
        Set<Meter.Id> before = registered;
        if (before.isEmpty() || registry.getMeters().stream().map(Meter::getId).noneMatch(before::contains)) {
            Meters meters = new Meters(prefix, tags, registry);
            addTo(meters);
            registered = meters.registered();
        }
    }

    abstract void addTo(Meters meters);

    /** Returns the longest time, or zero if there are no elements. */
    static <E> Duration max(Collection<E> elements, Function<E, Duration> time) {
        return elements.stream().map(time).max(Comparator.naturalOrder()).orElse(Duration.ZERO);
    }
}
