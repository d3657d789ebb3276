// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.quarkus;

import static io.reactivetracker.mutiny.MutinyTracking.shutdown;

import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.reactivetracker.group.Shutdown;
import io.reactivetracker.group.ShutdownReport;
import io.reactivetracker.group.TaskGroup;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;

/** The background work of the application. */
@ApplicationScoped
public class Tasks {

    private final TaskGroup group = TaskGroup.builder("shop").build();

    /** Returns the group that counts the tasks. */
    public TaskGroup group() {
        return group;
    }

    /**
     * Waits for the tasks. This event comes before Quarkus stops anything, and nothing is stopped until this returns. A
     * {@code ShutdownEvent} comes later, when the timers of Mutiny have stopped: a delay or a retry would never end.
     */
    void stop(@Observes ShutdownDelayInitiatedEvent event) {
        if (Boolean.getBoolean("shop.wait.off")) {
            return; // for the test: what is lost without the wait
        }
        Shutdown plan = Shutdown.grace(Duration.ofSeconds(60)).thenCancel(Duration.ofSeconds(5));
        ShutdownReport report = shutdown(group, plan).await().indefinitely();
        System.out.println("drained: " + report.isDrained());
    }
}
