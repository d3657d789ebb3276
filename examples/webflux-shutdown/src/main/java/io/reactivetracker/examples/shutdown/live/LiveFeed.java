// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.shutdown.live;

import io.reactivetracker.group.TaskGroup;
import io.reactivetracker.reactor.ReactorTracking;
import java.time.Duration;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.http.codec.ServerSentEvent;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * The events of the page: a look at the group twice a second, and a last one as the {@code end}.
 *
 * <p>The feed ends when the group is drained or the server begins to stop. An endless response would delay the shutdown
 * until the timeout of a phase.
 */
final class LiveFeed {

    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(500);

    private final TaskGroup group;
    private final Sinks.Empty<Void> serverStops = Sinks.empty();

    LiveFeed(TaskGroup group) {
        this.group = group;
    }

    Flux<ServerSentEvent<Look>> events() {
        return ReactorTracking.watch(group, BETWEEN_LOOKS)
                .takeUntilOther(serverStops.asMono())
                .map(snapshot -> ServerSentEvent.builder(Look.at(group, snapshot))
                        .event("look")
                        .build())
                .concatWith(Mono.fromSupplier(() -> ServerSentEvent.builder(Look.at(group, group.snapshot()))
                        .event("end")
                        .build()));
    }

    /** Ends the feed before the server waits for its responses. */
    @EventListener(ContextClosedEvent.class)
    void end() {
        serverStops.tryEmitEmpty();
    }
}
