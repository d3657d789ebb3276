// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import static io.reactivetracker.reactor.ReactorTracking.cancelWith;
import static io.reactivetracker.reactor.ReactorTracking.spawn;
import static io.reactivetracker.reactor.ReactorTracking.trackWith;

import io.reactivetracker.CancellationToken;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.group.Admission;
import io.reactivetracker.group.Shutdown;
import io.reactivetracker.group.TaskGroup;
import java.time.Duration;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Fire-and-forget subscriptions that a token or a shutdown cancels, with Reactor's default log. */
final class QuietProgram {

    private QuietProgram() {}

    /** Runs them; with an argument, under {@link ReactorTracking#quietCancelledTasks()}. */
    public static void main(String[] arguments) {
        if (arguments.length > 0) {
            ReactorTracking.quietCancelledTasks();
        }
        TaskTracker tracker = TaskTracker.create("parcels");
        CancellationToken token = CancellationToken.create();
        Flux.never().transform(cancelWith(token)).transform(trackWith(tracker)).subscribe();
        Mono.never().transform(cancelWith(token)).transform(trackWith(tracker)).subscribe();
        spawn(tracker, Mono.never()).abort();
        token.cancel();

        TaskGroup group =
                TaskGroup.builder("orders").admission(Admission.concurrency(2)).build();
        Flux.never().transform(trackWith(group, "ship")).subscribe();
        Mono.never().transform(trackWith(group, "bill")).subscribe();
        Mono.never().transform(trackWith(group, "queued")).subscribe();
        spawn(group, Mono.never());
        System.out.println(group.shutdown(Shutdown.grace(Duration.ofMillis(1)).thenCancel(Duration.ofMinutes(1)))
                .join());
        Flux.error(new IllegalStateException("a real error"))
                .transform(trackWith(tracker))
                .subscribe();
    }
}
