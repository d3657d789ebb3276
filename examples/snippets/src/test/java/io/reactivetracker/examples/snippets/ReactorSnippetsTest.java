// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.snippets;

import static io.reactivetracker.TaskOptions.named;
import static io.reactivetracker.TaskOptions.strict;
import static io.reactivetracker.reactor.ReactorTracking.cancelWith;
import static io.reactivetracker.reactor.ReactorTracking.spawn;
import static io.reactivetracker.reactor.ReactorTracking.trackCleanUp;
import static io.reactivetracker.reactor.ReactorTracking.trackSubscriptions;
import static io.reactivetracker.reactor.ReactorTracking.trackWith;
import static io.reactivetracker.reactor.ReactorTracking.untilClosed;
import static io.reactivetracker.reactor.ReactorTracking.whenDrained;
import static org.assertj.core.api.Assertions.assertThat;

import io.reactivetracker.CancellationToken;
import io.reactivetracker.Registration;
import io.reactivetracker.SubscriptionTask;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.group.TaskGroup;
import io.reactivetracker.reactor.TaskHandle;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;

/** The code that the documentation shows for Reactor. */
class ReactorSnippetsTest {

    private final List<String> shipped = new CopyOnWriteArrayList<>();
    private final Flux<String> orders = Flux.just("one", "two");

    private Mono<Receipt> ship(String order) {
        return Mono.fromCallable(() -> {
                    shipped.add(order);
                    return new Receipt(order);
                })
                .subscribeOn(Schedulers.boundedElastic());
    }

    private record Receipt(String order) {}

    @Test
    void theFirstScreen() {
        // spotless:off
        TaskTracker tracker = TaskTracker.create("orders");

        orders.flatMap(this::ship).transform(trackWith(tracker)).subscribe();

        tracker.close(); // no more orders are expected
        whenDrained(tracker).block();
        // spotless:on
        assertThat(shipped).containsExactlyInAnyOrder("one", "two");
    }

    @Test
    void tenLines() {
        TaskTracker tracker = TaskTracker.create("orders");
        String order = "three";
        // spotless:off

        orders.flatMap(this::ship).transform(trackWith(tracker)).subscribe();
        orders.flatMap(this::ship).transform(trackWith(tracker, "ship")).subscribe();
        orders.flatMap(this::ship).transform(trackWith(tracker, strict())).subscribe();

        CancellationToken stop = CancellationToken.create();
        orders.flatMap(this::ship).transform(cancelWith(stop)).transform(trackWith(tracker)).subscribe();
        stop.cancel();

        TaskHandle<Receipt> task = spawn(tracker, "ship", ship(order));

        tracker.close();
        whenDrained(tracker).timeout(Duration.ofSeconds(30)).block();
        // spotless:on
        assertThat(task.join().block()).isEqualTo(new Receipt("three"));
        assertThat(shipped).contains("one", "two", "three");
    }

    @Test
    void theOptions() {
        TaskTracker tracker = TaskTracker.create("orders");
        Flux<String> flux = orders;
        // spotless:off
        flux.transform(trackWith(tracker, named("ship")));
        flux.transform(trackWith(tracker, strict()));
        flux.transform(trackWith(tracker, named("ship").and(strict())));
        // spotless:on
        assertThat(tracker.isEmpty()).isTrue();
    }

    private Mono<String> handle(String message) {
        shipped.add(message);
        return Mono.just(message);
    }

    @Test
    void theMessagesUntilTheClose() {
        TaskTracker tracker = TaskTracker.create("messages");
        Sinks.Many<String> topic = Sinks.many().multicast().directBestEffort();
        Flux<String> messages = topic.asFlux();

        messages.transform(untilClosed(tracker)) // no new message from the close on
                .concatMap(this::handle) // the message in flight is handled
                .transform(trackWith(tracker)) // and the drain waits for it
                .subscribe();

        topic.tryEmitNext("one").orThrow();
        tracker.close();
        assertThat(shipped).containsExactly("one");
        assertThat(tracker.isDrained()).isTrue();
    }

    private record Connection() {
        Mono<Void> close() {
            return Mono.empty();
        }
    }

    private Mono<Connection> connect() {
        return Mono.fromSupplier(Connection::new);
    }

    private Flux<String> export(Connection connection) {
        return orders;
    }

    @Test
    void theCleanUp() {
        TaskGroup group = TaskGroup.builder("exports").build();
        // spotless:off
        Flux.usingWhen(connect(), this::export, connection -> connection.close().transform(trackCleanUp()))
                .transform(trackWith(group, "export"));
        // spotless:on
        assertThat(group.counts().issued()).isZero();
    }

    @Test
    void fireAndForgetSubscriptions() {
        TaskTracker tracker = TaskTracker.create("subscriptions");
        CancellationToken token = CancellationToken.create();
        // spotless:off
        Registration counting = trackSubscriptions((caller, pipeline) ->
                caller.type().getPackageName().startsWith("com.acme.")
                        ? new SubscriptionTask(tracker, token, caller.toString())
                        : null);
        // spotless:on
        counting.close();
        assertThat(tracker.size()).isZero();
    }
}
