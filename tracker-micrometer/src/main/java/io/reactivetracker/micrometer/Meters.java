// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.micrometer;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Registers the meters of one series, with common tags and a common prefix of their names.
 *
 * <p>The meters refer to the series, which refers weakly to what it shows.
 */
final class Meters {

    private static final String TASKS = "tasks";

    private final String prefix;
    private final Tags tags;
    private final MeterRegistry registry;
    private final Set<Meter.Id> registered = new HashSet<>();

    Meters(String prefix, Tags tags, MeterRegistry registry) {
        this.prefix = prefix;
        this.tags = tags;
        this.registry = registry;
    }

    /** Returns the ids that the registry has given to the meters. */
    Set<Meter.Id> registered() {
        return registered;
    }

    /** Registers a number of tasks that may decrease. */
    void tasks(String name, String description, LongSupplier number) {
        add(Gauge.builder(prefix + name, number::getAsLong)
                .description(description)
                .baseUnit(TASKS)
                .tags(tags)
                .register(registry));
    }

    /** Registers a number of tasks that only increases. */
    void count(String name, Tags more, String description, Series series, LongSupplier number) {
        add(FunctionCounter.builder(prefix + name, series, it -> number.getAsLong())
                .description(description)
                .baseUnit(TASKS)
                .tags(tags.and(more))
                .register(registry));
    }

    /** Registers how often something has happened. */
    void times(String name, String description, Series series, LongSupplier number) {
        add(FunctionCounter.builder(prefix + name, series, it -> number.getAsLong())
                .description(description)
                .tags(tags)
                .register(registry));
    }

    void seconds(String name, String description, Supplier<Duration> time) {
        add(TimeGauge.builder(prefix + name, () -> time.get().toNanos(), TimeUnit.NANOSECONDS)
                .description(description)
                .tags(tags)
                .register(registry));
    }

    /** Registers a gauge that is 1 if the condition holds, and otherwise 0. */
    void flag(String name, String description, BooleanSupplier condition) {
        add(Gauge.builder(prefix + name, () -> condition.getAsBoolean() ? 1 : 0)
                .description(description)
                .tags(tags)
                .register(registry));
    }

    private void add(Meter meter) {
        registered.add(meter.getId());
    }
}
