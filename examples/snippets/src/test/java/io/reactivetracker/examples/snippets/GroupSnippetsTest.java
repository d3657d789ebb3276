// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.snippets;

import static io.reactivetracker.reactor.ReactorTracking.spawn;
import static io.reactivetracker.reactor.ReactorTracking.trackWith;
import static org.assertj.core.api.Assertions.assertThat;

import io.reactivetracker.TaskOptions;
import io.reactivetracker.group.Admission;
import io.reactivetracker.group.Backoff;
import io.reactivetracker.group.ErrorPolicy;
import io.reactivetracker.group.GroupSnapshot;
import io.reactivetracker.group.Outcome;
import io.reactivetracker.group.Shutdown;
import io.reactivetracker.group.ShutdownReport;
import io.reactivetracker.group.TaskCounts;
import io.reactivetracker.group.TaskGroup;
import io.reactivetracker.reactor.ReactorTracking;
import io.reactivetracker.reactor.TaskHandle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The code that the documentation shows for groups. */
class GroupSnippetsTest {

    private final Duration first = Duration.ofMillis(100);
    private final Duration max = Duration.ofSeconds(10);
    private final String order = "order-1";
    private final String mail = "mail-1";

    private Mono<String> ship(String parcel) {
        return Mono.just("shipped " + parcel);
    }

    private Mono<Receipt> send(String what) {
        return Mono.just(new Receipt(what));
    }

    private CompletionStage<Receipt> sendAsync(String what) {
        return CompletableFuture.completedFuture(new Receipt(what));
    }

    @Test
    @SuppressWarnings("FutureReturnValueIgnored") // as one may in an example
    void theReadmesGroups() {
        Flux<String> parcels = Flux.just("a", "b");
        // spotless:off
        TaskGroup orders = TaskGroup.builder("orders")
                .admission(Admission.concurrency(64)) // the 65th waits, first in first out
                .onError(ErrorPolicy.retry(3, Backoff.exponential(first, max).jitter(0.5)))
                .build();
        TaskGroup mails = orders.childBuilder("mails").onError(ErrorPolicy.cancelAfterErrors(10)).build();

        parcels.flatMap(this::ship).transform(trackWith(orders, "ship")).subscribe(); // Reactor
        TaskHandle<Receipt> mail = spawn(mails, send(order)); // waits its turn; mail.abort() takes it out again
        // spotless:on
        assertThat(mail.join().block()).isEqualTo(new Receipt(order));
        // spotless:off

        mails.submit(TaskOptions.named("welcome"), task -> sendAsync(order)); // plain Java: a CompletionStage

        // spotless:on
        assertThat(orders.counts()).isEqualTo(TaskCounts.none().with(Outcome.SUCCEEDED, 3));
    }

    @Test
    @SuppressWarnings("FutureReturnValueIgnored") // as one may in an example
    void theGroup() throws Exception {
        // spotless:off
        TaskGroup orders = TaskGroup.builder("orders")
                .admission(Admission.concurrency(64))
                .onError(ErrorPolicy.retry(3, Backoff.exponential(first, max).jitter(0.5)))
                .build();
        TaskGroup mails = orders.child("mails");

        mails.submit(TaskOptions.named("welcome"), task -> sendAsync(mail));

        orders.closeAndDrain().await(); // refuses new tasks, and waits for those of orders and mails
        // spotless:on
        assertThat(orders.counts().succeeded()).isOne();
    }

    @Test
    void theShutdown() {
        TaskGroup orders = TaskGroup.builder("orders").build();
        Log log = new Log(new ArrayList<>());
        Duration patience = Duration.ofMillis(1);
        Duration rest = Duration.ofSeconds(30);
        Mono.never().transform(trackWith(orders)).onErrorComplete().subscribe();
        // spotless:off
        ReactorTracking.watch(orders, Duration.ofSeconds(1)).map(GroupSnapshot::counts).subscribe(log::info);

        ShutdownReport report = ReactorTracking.shutdown(orders, Shutdown.grace(patience).thenCancel(rest)).block();
        // spotless:on
        assertThat(Objects.requireNonNull(report).cancelled()).isOne();
        assertThat(log.lines).isNotEmpty();
    }

    private record Receipt(String order) {}

    private record Log(List<Object> lines) {

        void info(Object line) {
            lines.add(line);
        }
    }
}
