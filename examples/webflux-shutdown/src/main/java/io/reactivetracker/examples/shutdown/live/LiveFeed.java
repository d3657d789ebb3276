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
 * What the page is told: a look at the group twice a second, and one as the {@code end}.
 *
 * <p>The end comes when the group is drained, or when the server that sends it stops: an answer that goes on for ever would
 * hold that up for as long as a phase of the shutdown may take.
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

    /** The first sign of the stop, before the server waits for its answers. */
    @EventListener(ContextClosedEvent.class)
    void end() {
        serverStops.tryEmitEmpty();
    }
}
