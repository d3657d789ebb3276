// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import static io.reactivetracker.reactor.ReactorTracking.trackWith;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.group.Admission;
import io.reactivetracker.group.ConcurrencyLimit;
import io.reactivetracker.group.TaskGroup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;
import reactor.test.scheduler.VirtualTimeScheduler;

/** A task that is subscribed to upstream of another one shares its permit. */
class SharedLimitTest {

    private static final Duration LONG = Duration.ofMinutes(2);

    private final ConcurrencyLimit limit = Admission.concurrency(1);
    private final TaskGroup orders =
            TaskGroup.builder("orders").admission(limit).executor(Runnable::run).build();
    private final TaskGroup mails = orders.child("mails");

    @Test
    void anOrderCanWaitForTasksBehindItsLimitInWhicheverThreadTheyStart() {
        Flux<String> order = Flux.just("receipt", "invoice")
                .publishOn(Schedulers.parallel())
                .flatMap(mail ->
                        Mono.just(mail).subscribeOn(Schedulers.boundedElastic()).transform(trackWith(mails)))
                .transform(trackWith(orders));
        assertThat(order.collectList().block(LONG)).containsExactlyInAnyOrder("receipt", "invoice");
        ReactorTracking.closeAndDrain(orders).block(LONG);
        assertThat(limit.active()).isZero();
        assertThat(orders.counts().succeeded()).isEqualTo(3);
    }

    @Test
    void whatIsDownstreamOfATaskIsNoChildThoughASynchronousSourceCallsIt() {
        Sinks.One<String> answer = Sinks.one();
        List<Integer> running = new ArrayList<>();
        Flux.range(1, 3)
                .transform(trackWith(orders))
                .flatMap(n -> answer.asMono()
                        .doOnSubscribe(s -> running.add(limit.active()))
                        .transform(trackWith(orders)))
                .subscribe();
        assertThat(limit.active()).isOne();
        assertThat(limit.queued()).isEqualTo(2);
        answer.tryEmitValue("done");
        assertThat(running).containsExactly(1, 1, 1);
        assertThat(limit.active()).isZero();
    }

    @Test
    void aTaskOfPlainJavaIsTheParentOfAPipelineThatItsBodySubscribesTo() {
        CompletableFuture<String> order = orders.submit(
                TaskOptions.defaults(),
                task -> Mono.just("sent").transform(trackWith(mails)).toFuture());
        assertThat(order).isCompletedWithValue("sent");
    }

    @Test
    void aTimeoutOfAWaitNamesTheTrackerItsStateAndWhatStillRuns() {
        TaskTracker tracker = TaskTracker.create("orders");
        tracker.token("ship");
        VirtualTimeScheduler time = VirtualTimeScheduler.create();
        AtomicReference<Throwable> seen = new AtomicReference<>();
        ReactorTracking.whenDrained(tracker)
                .timeout(Duration.ofSeconds(1), time)
                .subscribe(nothing -> {}, seen::set);
        time.advanceTimeBy(Duration.ofSeconds(1));
        assertThat(seen.get())
                .isInstanceOf(TimeoutException.class)
                .hasMessageContaining(
                        "tracker \"orders\", which is open, so it cannot drain before it is closed, and counts 1"
                                + " task: \"ship\" #");
    }

    @Test
    void aThreadOfTheSchedulersDoesNotBlockForADrain() {
        TaskTracker tracker = TaskTracker.create("orders");
        tracker.token("ship");
        Mono<Boolean> waiting =
                Mono.fromCallable(() -> tracker.drained().await(LONG)).subscribeOn(Schedulers.parallel());
        assertThatIllegalStateException()
                .isThrownBy(() -> waiting.block(LONG))
                .withMessageContaining("must not block, and would wait for tracker \"orders\", which is open")
                .withMessageContaining("\"ship\" #");
    }
}
