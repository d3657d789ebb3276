// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.micrometer;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

/** Registers the meters of one series, all with the same tags and the same beginning of their names. */
final class Meters<S> {

    private static final String TASKS = "tasks";

    private final String prefix;
    private final Tags tags;
    private final S series;
    private final MeterRegistry registry;
    private final Set<Meter.Id> registered = new HashSet<>();

    Meters(String prefix, Tags tags, S series, MeterRegistry registry) {
        this.prefix = prefix + ".";
        this.tags = tags;
        this.series = series;
        this.registry = registry;
    }

    /** What was registered, as the registry has called it. */
    Set<Meter.Id> registered() {
        return registered;
    }

    /** A number of tasks that goes up and down. */
    void tasks(String name, String description, ToLongFunction<S> number) {
        Meter meter = Gauge.builder(prefix + name, series, number::applyAsLong)
                .description(description)
                .baseUnit(TASKS)
                .tags(tags)
                // A series holds what it shows weakly, so nothing but the series is kept alive by this.
                .strongReference(true)
                .register(registry);
        registered.add(meter.getId());
    }

    /** A number of tasks that only goes up. */
    void count(String name, Tags more, String description, ToLongFunction<S> number) {
        Meter meter = FunctionCounter.builder(prefix + name, series, number::applyAsLong)
                .description(description)
                .baseUnit(TASKS)
                .tags(tags.and(more))
                .register(registry);
        registered.add(meter.getId());
    }

    void seconds(String name, String description, Function<S, Duration> time) {
        Meter meter = TimeGauge.builder(
                        prefix + name,
                        series,
                        TimeUnit.NANOSECONDS,
                        it -> time.apply(it).toNanos())
                .description(description)
                .tags(tags)
                .strongReference(true)
                .register(registry);
        registered.add(meter.getId());
    }

    /** 1 if so, 0 if not. */
    void flag(String name, String description, Predicate<S> isSo) {
        Meter meter = Gauge.builder(prefix + name, series, it -> isSo.test(it) ? 1 : 0)
                .description(description)
                .tags(tags)
                .strongReference(true)
                .register(registry);
        registered.add(meter.getId());
    }

    /** Zero if there is none. */
    static <E> Duration longest(Collection<E> elements, Function<E, Duration> time) {
        return elements.stream().map(time).max(Comparator.naturalOrder()).orElse(Duration.ZERO);
    }
}
