// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;
import reactor.core.publisher.Mono;

/**
 * Lets an HTTP client of the endpoint wait for the next step of the shutdown, so that it gets the last counts before
 * the web server is gone.
 *
 * <p>{@code GET /actuator/tasktrackers?after=running} is answered when the application begins to stop, and {@code
 * ?after=draining} when the drain is over; at once if that has happened; and after {@value #MAX_WAIT_SECONDS} s if it
 * does not happen. A wait takes no thread, and it never holds the shutdown up.
 */
@EndpointWebExtension(endpoint = TaskTrackersEndpoint.class)
final class TaskTrackersWebExtension {

    private static final int MAX_WAIT_SECONDS = 10;

    private final TaskTrackersEndpoint endpoint;
    private final ShutdownProgress progress;

    TaskTrackersWebExtension(TaskTrackersEndpoint endpoint, ShutdownProgress progress) {
        this.endpoint = endpoint;
        this.progress = progress;
    }

    /** Returns what the endpoint does, or a {@code Mono} of it if the client wants to wait. */
    @ReadOperation
    Object tasktrackers(@Nullable ShutdownState after) {
        if (after == null || after != progress.state()) {
            return endpoint.tasktrackers();
        }
        return Mono.firstWithSignal(progress.after(after), Mono.delay(Duration.ofSeconds(MAX_WAIT_SECONDS)))
                .then(Mono.fromSupplier(endpoint::tasktrackers));
    }
}
