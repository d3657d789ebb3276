// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.micrometer;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.reactivetracker.recorder.TaskRecorder;
import java.util.List;
import java.util.Objects;

/**
 * The meters of a recorder: tasks and revokes that hold a key now, how many have begun, how they ended, requests that
 * were refused or have joined, and failures of the store.
 *
 * <pre>{@code
 * new TaskRecorderMetrics(payments, "payments").bindTo(registry);
 * }</pre>
 *
 * <p>They count what this recorder does, by {@link TaskRecorder#ownCounts()}. They do not count the records of its
 * store: a store has no limit, and reading all of its records at each scrape would be too expensive. Keys are in no
 * meter.
 *
 * <p>Each meter has the tag {@code recorder}: the name that is given here. Recorders with equal names and tags are
 * shown as one. A recorder that is bound again is not counted again.
 *
 * <p>The registry does not keep the recorder alive. The counters of a recorder that was garbage collected remain, with
 * the values of the last look.
 *
 * <p>Safe for use by several threads.
 */
public final class TaskRecorderMetrics implements MeterBinder {

    private final TaskRecorder<?> recorder;
    private final Tags tags;

    /**
     * Creates a binder.
     *
     * @param recorder the recorder to show
     * @param name the value of the tag {@code recorder}
     */
    public TaskRecorderMetrics(TaskRecorder<?> recorder, String name) {
        this(recorder, name, List.of());
    }

    /**
     * Creates a binder with additional tags.
     *
     * @param recorder the recorder to show
     * @param name the value of the tag {@code recorder}
     * @param tags tags of low cardinality; many registries require the same keys for all recorders
     * @throws IllegalArgumentException if the name is blank
     */
    public TaskRecorderMetrics(TaskRecorder<?> recorder, String name, Iterable<Tag> tags) {
        this.recorder = Objects.requireNonNull(recorder, "recorder must not be null");
        Objects.requireNonNull(name, "name must not be null");
        if (name.isBlank()) {
            throw new IllegalArgumentException(
                    "name must not be blank: it tells this recorder from others, such as \"payments\"");
        }
        this.tags =
                Tags.of(Objects.requireNonNull(tags, "tags must not be null")).and("recorder", name);
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        RecorderSeries series = Bindings.of(registry).recorders(tags);
        series.add(recorder);
        series.register(registry);
    }
}
