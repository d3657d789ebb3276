// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.common.KeyValues;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.observation.DefaultMeterObservationHandler;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.group.TaskGroup;
import io.reactivetracker.micrometer.ObservedTracking;
import io.reactivetracker.micrometer.TaskGroupMetrics;
import io.reactivetracker.micrometer.TaskObservationContext;
import io.reactivetracker.micrometer.TaskObservationConvention;
import io.reactivetracker.micrometer.TaskRecorderMetrics;
import io.reactivetracker.micrometer.TaskTrackerMetrics;
import io.reactivetracker.recorder.TaskRecorder;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The code that the documentation shows for metrics and observations. */
class MetricsSnippetsTest {

    private final MeterRegistry registry = new SimpleMeterRegistry();
    private final ObservationRegistry observationRegistry = ObservationRegistry.create();
    private final TaskTracker tracker = TaskTracker.create("imports");

    MetricsSnippetsTest() {
        observationRegistry.observationConfig().observationHandler(new DefaultMeterObservationHandler(registry));
    }

    private Mono<String> ship(String parcel) {
        return Mono.just("shipped " + parcel);
    }

    @Test
    void theMeters() {
        TaskRecorder<String> payments = TaskRecorder.create();
        TaskGroup orders = TaskGroup.builder("orders").build();
        // spotless:off
        new TaskTrackerMetrics(tracker).bindTo(registry);
        new TaskGroupMetrics(orders).bindTo(registry); // and all groups below it, those that come later too
        new TaskRecorderMetrics(payments, "payments").bindTo(registry);
        // spotless:on
        orders.child("mails");
        assertThat(registry.get("task.group.active").gauges()).hasSize(2);
        assertThat(registry.get("task.tracker.active")
                        .tag("tracker", "imports")
                        .gauge()
                        .value())
                .isZero();
    }

    @Test
    void theTracker() {
        Flux<String> orders = Flux.just("a", "b");
        // spotless:off
        ObservedTracking observed = ObservedTracking.of(observationRegistry);

        orders.flatMap(this::ship).transform(observed.trackWith(tracker, "ship")).subscribe();
        // spotless:on
        assertThat(registry.get("tracked.task")
                        .tag("tracker", "imports")
                        .timer()
                        .count())
                .isEqualTo(1);
    }

    // spotless:off
    static
    class ByTaskName implements TaskObservationConvention {
        @Override
        public KeyValues getLowCardinalityKeyValues(TaskObservationContext context) {
            return TaskObservationConvention.super
                    .getLowCardinalityKeyValues(context)
                    .and("task.name", context.taskName());
        }
    }
    // spotless:on
}
