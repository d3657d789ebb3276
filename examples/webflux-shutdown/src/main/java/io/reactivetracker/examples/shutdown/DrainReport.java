// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.shutdown;

import static io.reactivetracker.reactor.ReactorTracking.whenDrained;

import io.reactivetracker.TaskTracker;
import java.time.Duration;
import java.util.stream.Collectors;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import reactor.core.publisher.Flux;

/** Prints how the drain goes on: how many tasks still run, and the names of the oldest. */
final class DrainReport {

    private static final Duration BETWEEN_REPORTS = Duration.ofMillis(200);

    private final TaskTracker tracker;

    DrainReport(TaskTracker tracker) {
        this.tracker = tracker;
    }

    @EventListener(ContextClosedEvent.class)
    void begin() {
        if (tracker.isEmpty()) {
            return;
        }
        System.out.println("draining " + tracker.size());
        Flux.interval(BETWEEN_REPORTS)
                .takeUntilOther(whenDrained(tracker))
                .subscribe(tick -> report(), null, () -> System.out.println("drained"));
    }

    private void report() {
        String oldest = tracker.runningTasks().stream()
                .limit(3)
                .map(task -> task.name() + " (" + task.age().toMillis() + " ms)")
                .collect(Collectors.joining(", "));
        System.out.println("running " + tracker.size() + ", the oldest: " + oldest);
    }
}
