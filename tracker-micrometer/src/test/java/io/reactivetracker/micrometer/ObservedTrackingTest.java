// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.micrometer;

import static io.micrometer.observation.tck.TestObservationRegistryAssert.assertThat;
import static io.reactivetracker.TaskOptions.named;
import static io.reactivetracker.TaskOptions.strict;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.micrometer.common.KeyValues;
import io.micrometer.observation.GlobalObservationConvention;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.contextpropagation.ObservationThreadLocalAccessor;
import io.micrometer.observation.tck.TestObservationRegistry;
import io.reactivetracker.CancellationToken;
import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskTimeoutException;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.TrackerClosedException;
import io.reactivetracker.group.Admission;
import io.reactivetracker.group.Backoff;
import io.reactivetracker.group.Decision;
import io.reactivetracker.group.ErrorPolicy;
import io.reactivetracker.group.GroupClosedException;
import io.reactivetracker.group.Permit;
import io.reactivetracker.group.Shutdown;
import io.reactivetracker.group.TaskGroup;
import io.reactivetracker.group.TaskRejectedException;
import io.reactivetracker.reactor.ReactorTracking;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.reactivestreams.Publisher;
import reactor.core.Disposable;
import reactor.core.Scannable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;
import reactor.test.scheduler.VirtualTimeScheduler;
import reactor.util.context.Context;

class ObservedTrackingTest {

    @RegisterExtension
    final Dropped dropped = new Dropped();

    private final TestObservationRegistry registry = TestObservationRegistry.create();
    private final ObservedTracking observed = ObservedTracking.of(registry);
    private final Seen seen = new Seen();
    private final TaskTracker tracker = TaskTracker.create("imports");
    private final TaskGroup orders =
            TaskGroup.builder("orders").executor(Runnable::run).build();
    private final IOException error = new IOException("no ship");

    @BeforeEach
    void seeAll() {
        registry.observationConfig().observationHandler(seen);
    }

    private static void run(Publisher<?> task) {
        Flux.from(task).onErrorComplete().blockLast();
    }

    private Observation.@Nullable Context parentOf(int task) {
        var parent = seen.contexts.get(task).getParentObservation();
        return parent == null ? null : (Observation.Context) parent.getContextView();
    }

    // ---- names and keys

    @Test
    void aTaskOfATrackerIsAnObservation() {
        run(Mono.just(1).transform(observed.trackWith(tracker, "prices")));
        assertThat(registry)
                .hasSingleObservationThat()
                .hasBeenStarted()
                .hasBeenStopped()
                .hasNameEqualTo("tracked.task")
                .hasContextualNameEqualTo("prices")
                .hasLowCardinalityKeyValue("tracker", "imports")
                .hasLowCardinalityKeyValue("outcome", "succeeded")
                .hasHighCardinalityKeyValue("task", "prices")
                .hasKeyValuesCount(3)
                .doesNotHaveError()
                .doesNotHaveParentObservation();
        assertThat(seen.told).containsExactly("start prices", "stop prices: succeeded");
    }

    @Test
    void aTaskOfAGroupIsAnObservationThatTellsWhenItBegan() {
        run(Flux.just(1, 2).transform(observed.trackWith(orders.child("mails"), "welcome")));
        assertThat(registry)
                .hasSingleObservationThat()
                .hasBeenStarted()
                .hasBeenStopped()
                .hasEvent("started", "attempt 1")
                .hasNameEqualTo("tracked.task")
                .hasContextualNameEqualTo("welcome")
                .hasLowCardinalityKeyValue("tracker", "orders/mails")
                .hasLowCardinalityKeyValue("outcome", "succeeded")
                .hasHighCardinalityKeyValue("task", "welcome")
                .hasKeyValuesCount(3);
        assertThat(seen.told).containsExactly("start welcome", "started: attempt 1", "stop welcome: succeeded");
    }

    @Test
    void itHasTheNameOfTheTask() {
        Mono<Integer> piped = Mono.just(1).name("piped").map(n -> n);
        run(piped.transform(observed.trackWith(tracker)));
        run(piped.transform(observed.trackWith(tracker, TaskOptions.strict())));
        run(piped.transform(observed.trackWith(tracker, named("given").and(strict()))));
        run(piped.transform(observed.trackWith(orders)));
        run(Mono.just(1).transform(observed.trackWith(orders)));
        run(Mono.just(1).transform(observed.trackWith(orders, named("given"))));
        assertThat(seen.contexts)
                .extracting(TaskObservationContext::taskName)
                .containsExactly("piped", "piped", "given", "piped", "orders", "given");
        assertThat(seen.contexts)
                .extracting(TaskObservationContext::trackerName)
                .containsExactly("imports", "imports", "imports", "orders", "orders", "orders");
        assertThat(seen.contexts).extracting(TaskObservationContext::outcome).containsOnly(ObservedOutcome.SUCCEEDED);
    }

    @Test
    void aTaskWithoutANameIsCountedAndNotObserved() {
        Sinks.One<Integer> source = Sinks.one();
        Disposable task = source.asMono().transform(observed.trackWith(tracker)).subscribe();
        assertThat(tracker.size()).isOne();
        task.dispose();
        assertThat(tracker.size()).isZero();
        assertThat(seen.told).isEmpty();
    }

    @Test
    void eachSubscriptionIsAnObservationOfItsOwn() {
        Flux<Integer> pipeline = Flux.just(1).transform(observed.trackWith(orders, "ship"));
        run(pipeline);
        run(pipeline);
        assertThat(registry).hasNumberOfObservationsEqualTo(2);
    }

    @Test
    void whatIsTrackedIsListedAndRefusedAsEver() {
        Disposable task =
                Flux.never().transform(observed.trackWith(tracker, "prices")).subscribe();
        assertThat(tracker.runningTasks()).singleElement().extracting("name").isEqualTo("prices");
        Disposable other =
                Mono.never().transform(observed.trackWith(orders, "ship")).subscribe();
        assertThat(orders.runningTasks()).singleElement().extracting("name").isEqualTo("ship");
        task.dispose();
        other.dispose();
        assertThat(tracker.isEmpty()).isTrue();
        assertThat(orders.counts().cancelled()).isOne();
    }

    @Test
    void elementsAndDemandPassAsTheyAre() {
        StepVerifier.create(Flux.range(1, 5).transform(observed.trackWith(tracker, "prices")), 2)
                .expectNext(1, 2)
                .thenRequest(3)
                .expectNext(3, 4, 5)
                .verifyComplete();
        StepVerifier.create(Mono.just("a").transform(observed.trackWith(orders, "ship")))
                .expectNext("a")
                .verifyComplete();
    }

    @Test
    void aConventionOfOnesOwnNamesThem() {
        ObservedTracking named = ObservedTracking.of(registry, new ByTaskName());
        run(Mono.just(1).transform(named.trackWith(orders, "ship")));
        assertThat(registry)
                .hasSingleObservationThat()
                .hasNameEqualTo("shop.task")
                .hasContextualNameEqualTo("ship of orders")
                .hasLowCardinalityKeyValue("task.name", "ship")
                .hasLowCardinalityKeyValue("tracker", "orders")
                .hasLowCardinalityKeyValue("outcome", "succeeded");
    }

    @Test
    void aConventionOfTheRegistryNamesThem() {
        registry.observationConfig().observationConvention(new Everywhere());
        run(Mono.just(1).transform(observed.trackWith(orders, "ship")));
        assertThat(registry).hasSingleObservationThat().hasNameEqualTo("shop.task");
    }

    private static class ByTaskName implements TaskObservationConvention {

        @Override
        public String getName() {
            return "shop.task";
        }

        @Override
        public String getContextualName(TaskObservationContext context) {
            return context.taskName() + " of " + context.trackerName();
        }

        @Override
        public KeyValues getLowCardinalityKeyValues(TaskObservationContext context) {
            return TaskObservationConvention.super
                    .getLowCardinalityKeyValues(context)
                    .and("task.name", context.taskName());
        }
    }

    private static final class Everywhere extends ByTaskName
            implements GlobalObservationConvention<TaskObservationContext> {}

    // ---- outcomes

    @Test
    void anErrorIsRecorded() {
        StepVerifier.create(Mono.error(error).transform(observed.trackWith(tracker, "prices")))
                .verifyErrorMatches(error::equals);
        StepVerifier.create(Flux.error(error).transform(observed.trackWith(orders, "ship")))
                .verifyErrorMatches(error::equals);
        assertThat(seen.told)
                .containsExactly(
                        "start prices",
                        "error no ship",
                        "stop prices: failed",
                        "start ship",
                        "started: attempt 1",
                        "error no ship",
                        "stop ship: failed");
        assertThat(seen.contexts).extracting(Observation.Context::getError).containsOnly(error);
    }

    @Test
    void aCancelFromBelowIsToldApartAndIsNoError() {
        Flux.never()
                .transform(observed.trackWith(tracker, "prices"))
                .subscribe()
                .dispose();
        Mono.never().transform(observed.trackWith(orders, "ship")).subscribe().dispose();
        assertThat(seen.told)
                .containsExactly(
                        "start prices",
                        "stop prices: cancelled",
                        "start ship",
                        "started: attempt 1",
                        "stop ship: cancelled");
    }

    @Test
    void soIsACancelOfTheTaskOrItsGroup() {
        CancellationToken stop = CancellationToken.create();
        Flux.never()
                .transform(ReactorTracking.cancelWith(stop))
                .transform(observed.trackWith(tracker, "prices"))
                .onErrorComplete()
                .subscribe();
        stop.cancel(error);
        Mono.never()
                .transform(observed.trackWith(orders, "ship"))
                .onErrorComplete()
                .subscribe();
        orders.cancel(error);
        assertThat(seen.told)
                .containsExactly(
                        "start prices",
                        "stop prices: cancelled",
                        "start ship",
                        "started: attempt 1",
                        "stop ship: cancelled");
        run(Mono.just(1).transform(observed.trackWith(orders, "late")));
        assertThat(seen.told).endsWith("start late", "stop late: cancelled");
    }

    @Test
    void aTaskThatAClosedTrackerRefusesIsObservedAsRefused() {
        tracker.close();
        orders.close();
        StepVerifier.create(Flux.just(1)
                        .transform(observed.trackWith(tracker, named("prices").and(strict()))))
                .verifyError(TrackerClosedException.class);
        StepVerifier.create(Mono.just(1).transform(observed.trackWith(orders, "ship")))
                .verifyError(GroupClosedException.class);
        assertThat(seen.told)
                .containsExactly(
                        "start prices",
                        "error "
                                + Objects.requireNonNull(seen.contexts.get(0).getError())
                                        .getMessage(),
                        "stop prices: refused",
                        "start ship",
                        "error "
                                + Objects.requireNonNull(seen.contexts.get(1).getError())
                                        .getMessage(),
                        "stop ship: refused");
        assertThat(seen.contexts.get(0).getError()).isInstanceOf(TrackerClosedException.class);
        assertThat(orders.counts().ended()).isZero();
    }

    @Test
    void aTaskThatItsAdmissionTurnsAwayIsObservedAsRejected() {
        TaskGroup limited = orders.childBuilder("limited")
                .admission(Admission.concurrency(1, 0))
                .build();
        Disposable running =
                Mono.never().transform(observed.trackWith(limited, "running")).subscribe();
        StepVerifier.create(Mono.just(1).transform(observed.trackWith(limited, "more")))
                .verifyError(TaskRejectedException.class);
        assertThat(seen.told).endsWith("stop more: rejected");
        assertThat(seen.told).doesNotContain("stop running: rejected");
        running.dispose();
        assertThat(seen.told.stream().filter("started: attempt 1"::equals)).hasSize(1);
    }

    @Test
    void aTaskThatWaitsForOneThatIsRefusedOrRejectedHasFailed() {
        TaskTracker closed = TaskTracker.create("closed");
        closed.close();
        TaskGroup full =
                TaskGroup.builder("full").admission(Admission.concurrency(1, 0)).build();
        Disposable running =
                Mono.never().transform(ReactorTracking.trackWith(full)).subscribe();
        Mono<Integer> refused =
                Mono.just(1).transform(observed.trackWith(closed, named("inner").and(strict())));
        Mono<Integer> rejected = Mono.just(1).transform(observed.trackWith(full, "inner"));
        run(refused.transform(observed.trackWith(tracker, "outer 1")));
        run(refused.transform(observed.trackWith(orders, "outer 2")));
        run(rejected.transform(observed.trackWith(tracker, "outer 3")));
        run(rejected.transform(observed.trackWith(orders, "outer 4")));
        assertThat(seen.told.stream().filter(told -> told.startsWith("stop")))
                .containsExactly(
                        "stop inner: refused",
                        "stop outer 1: failed",
                        "stop inner: refused",
                        "stop outer 2: failed",
                        "stop inner: rejected",
                        "stop outer 3: failed",
                        "stop inner: rejected",
                        "stop outer 4: failed");
        assertThat(orders.counts().failed()).isEqualTo(2);
        running.dispose();
    }

    // ---- the queue, and attempts

    @Test
    void aTaskThatWaitsIsObservedFromTheBeginningAndTellsWhenItIsAdmitted() {
        TaskGroup limited = orders.childBuilder("limited")
                .admission(Admission.concurrency(1))
                .build();
        Disposable first =
                Mono.never().transform(observed.trackWith(limited, "first")).subscribe();
        Disposable second =
                Mono.never().transform(observed.trackWith(limited, "second")).subscribe();
        assertThat(seen.told).containsExactly("start first", "started: attempt 1", "start second");
        first.dispose();
        assertThat(seen.told).endsWith("stop first: cancelled", "started: attempt 1");
        second.dispose();
        assertThat(seen.told).endsWith("stop second: cancelled");
    }

    @Test
    void aTaskThatIsCancelledInTheQueueNeverTellsThatItBegan() {
        TaskGroup limited = orders.childBuilder("limited")
                .admission(Admission.concurrency(1))
                .build();
        Disposable first = Mono.never()
                .transform(ReactorTracking.trackWith(limited, "first"))
                .subscribe();
        Mono.never()
                .transform(observed.trackWith(limited, "second"))
                .subscribe()
                .dispose();
        first.dispose();
        assertThat(seen.told).containsExactly("start second", "stop second: cancelled");
    }

    @Test
    void aTaskThatIsTriedAgainIsOneObservation() {
        TaskGroup retrying = orders.childBuilder("retrying")
                .onError(ErrorPolicy.retry(2, Backoff.none()))
                .build();
        List<Observation> current = new ArrayList<>();
        Mono<Integer> failing = Mono.deferContextual(context -> {
            current.add(context.get(ObservationThreadLocalAccessor.KEY));
            return Mono.error(error);
        });
        run(failing.transform(observed.trackWith(retrying, "ship")));
        assertThat(seen.told)
                .containsExactly(
                        "start ship",
                        "started: attempt 1",
                        "started: attempt 2",
                        "started: attempt 3",
                        "error no ship",
                        "stop ship: failed");
        assertThat(current).hasSize(3).containsOnly(current.get(0));
    }

    @Test
    void aTaskThatIsRejectedWhenItIsToBeTriedAgainWasRejected() {
        List<Integer> asked = new ArrayList<>();
        TaskGroup onceOnly = orders.childBuilder("once")
                .admission(candidate -> {
                    asked.add(1);
                    if (asked.size() == 1) {
                        candidate.grant(Permit.NOTHING_TO_RELEASE);
                    } else {
                        candidate.reject("once is enough");
                    }
                    return () -> {};
                })
                .onError(failure -> Decision.retry(Duration.ZERO).releasingPermit())
                .build();
        run(Mono.error(error).transform(observed.trackWith(onceOnly, "ship")));
        assertThat(onceOnly.counts().rejected()).isOne();
        assertThat(seen.told).endsWith("stop ship: rejected");
    }

    @Test
    void aTaskTimesOutBeforeAndAfterItBegins() {
        VirtualTimeScheduler time = VirtualTimeScheduler.create();
        TaskGroup narrow = TaskGroup.builder("narrow")
                .timer(ReactorTracking.timer(time))
                .executor(Runnable::run)
                .admission(Admission.concurrency(1))
                .timeout(Duration.ofSeconds(4))
                .build();
        List<Throwable> errors = new ArrayList<>();
        Mono.never().transform(observed.trackWith(narrow, "runs")).subscribe(done -> {}, errors::add);
        Mono.never()
                .transform(observed.trackWith(narrow, TaskOptions.timeout(Duration.ofSeconds(1))))
                .subscribe(done -> {}, errors::add);
        time.advanceTimeBy(Duration.ofSeconds(4));

        assertThat(errors).hasSize(2).hasOnlyElementsOfType(TaskTimeoutException.class);
        assertThat(narrow.counts().timedOut()).isEqualTo(2);
        assertThat(seen.told)
                .filteredOn(told -> told.startsWith("stop"))
                .containsExactly("stop narrow: timed_out", "stop runs: timed_out");
        assertThat(seen.told)
                .filteredOn(told -> told.startsWith("error"))
                .satisfiesExactly(
                        queued -> assertThat(queued).contains("timed out after 1.0 s, while it was queued"),
                        running -> assertThat(running).contains("timed out after 4.0 s, while it was running"));
    }

    @Test
    void aTaskThatEndsWithTheTimeOutOfAnotherTaskHasFailed() {
        TaskTimeoutException ofAnother =
                TaskTimeoutException.of("task \"call\"", Duration.ofSeconds(4), "while it was running", null);
        run(Mono.error(ofAnother).transform(observed.trackWith(orders, "ship")));
        run(Mono.error(ofAnother).transform(observed.trackWith(tracker, "prices")));

        assertThat(seen.told)
                .filteredOn(told -> told.startsWith("stop"))
                .containsExactly("stop ship: failed", "stop prices: failed");
        assertThat(orders.counts().failed()).isOne();
    }

    // ---- parents

    @Test
    void itsParentIsTheOneInTheContextOfItsDownstream() {
        Observation request = Observation.start("request", registry);
        run(Mono.just(1)
                .transform(observed.trackWith(tracker, "prices"))
                .contextWrite(Context.of(ObservationThreadLocalAccessor.KEY, request)));
        run(Flux.just(1)
                .transform(observed.trackWith(orders, "ship"))
                .contextWrite(Context.of(ObservationThreadLocalAccessor.KEY, request)));
        request.stop();
        assertThat(parentOf(0)).isSameAs(request.getContext());
        assertThat(parentOf(1)).isSameAs(request.getContext());
    }

    @Test
    void orElseTheCurrentOneOfTheThreadThatSubscribes() {
        Observation job = Observation.start("job", registry);
        Observation request = Observation.start("request", registry);
        try (Observation.Scope scope = job.openScope()) {
            assertThat(scope.getCurrentObservation()).isSameAs(job);
            run(Mono.just(1).transform(observed.trackWith(tracker, "prices")));
            run(Mono.just(1)
                    .transform(observed.trackWith(tracker, "prices"))
                    .contextWrite(Context.of(ObservationThreadLocalAccessor.KEY, request)));
        }
        request.stop();
        job.stop();
        assertThat(parentOf(0)).isSameAs(job.getContext());
        assertThat(parentOf(1)).isSameAs(request.getContext());
    }

    @Test
    void itIsTheParentOfWhatIsObservedUpstream() {
        Flux<Integer> bills = Flux.just(1, 2)
                .flatMap(n -> Mono.just(n).transform(observed.trackWith(orders, "bill " + n)))
                .transform(observed.trackWith(tracker, "bills"));
        run(bills);
        assertThat(seen.contexts)
                .extracting(TaskObservationContext::taskName)
                .containsExactly("bills", "bill 1", "bill 2");
        assertThat(parentOf(0)).isNull();
        assertThat(parentOf(1)).isSameAs(seen.contexts.get(0));
        assertThat(parentOf(2)).isSameAs(seen.contexts.get(0));
    }

    @Test
    void itIsInTheContextOfItsUpstreamAndNotOfItsDownstream() {
        List<Observation> upstream = new ArrayList<>();
        List<Boolean> downstream = new ArrayList<>();
        Mono<String> task = Mono.deferContextual(context -> {
            upstream.add(context.get(ObservationThreadLocalAccessor.KEY));
            return Mono.just("done by " + context.get("user"));
        });
        Mono<String> pipeline = task.transform(observed.trackWith(tracker, "prices"))
                .zipWith(
                        Mono.deferContextual(context -> {
                            downstream.add(context.hasKey(ObservationThreadLocalAccessor.KEY));
                            return Mono.just(1);
                        }),
                        (result, one) -> result)
                .contextWrite(Context.of("user", "ann"));
        assertThat(pipeline.block()).isEqualTo("done by ann");
        assertThat(upstream).singleElement().extracting(Observation::getContext).isSameAs(seen.contexts.get(0));
        assertThat(downstream).containsExactly(false);
    }

    @Test
    void withAutomaticContextPropagationItIsTheCurrentOneUpstream() {
        Scheduler other = Schedulers.newSingle("other");
        TaskGroup limited = orders.childBuilder("limited")
                .admission(Admission.concurrency(1))
                .build();
        List<@Nullable Observation> current = new ArrayList<>();
        Hooks.enableAutomaticContextPropagation();
        try {
            Sinks.Empty<Void> first = Sinks.empty();
            first.asMono()
                    .transform(ReactorTracking.trackWith(limited, "first"))
                    .subscribe();
            Mono<Integer> second = Mono.fromSupplier(() -> {
                        current.add(registry.getCurrentObservation());
                        return 1;
                    })
                    .publishOn(other)
                    .map(n -> {
                        current.add(registry.getCurrentObservation());
                        return n;
                    })
                    .transform(observed.trackWith(limited, "second"))
                    .doOnNext(n -> current.add(registry.getCurrentObservation()));
            StepVerifier.create(second)
                    .expectSubscription()
                    // The second task is admitted and subscribed in a thread without its observation.
                    .then(() -> other.schedule(first::tryEmitEmpty))
                    .expectNext(1)
                    .verifyComplete();
        } finally {
            Hooks.disableAutomaticContextPropagation();
            other.dispose();
        }
        assertThat(current).hasSize(3);
        assertThat(Objects.requireNonNull(current.get(0)).getContext()).isSameAs(seen.contexts.get(0));
        assertThat(current.get(1)).isSameAs(current.get(0));
        // No task is current here: there is no observation, or Micrometer's no-op.
        assertThat(Stream.ofNullable(current.get(2)).map(Observation::getContext))
                .doesNotHaveAnyElementsOfTypes(TaskObservationContext.class);
    }

    // ---- the end of the task

    @Test
    void itIsStoppedBeforeTheTrackerIsDrainedHoweverTheTaskEnds() {
        List<String> inOrder = new ArrayList<>();
        for (int end = 0; end < 3; end++) {
            TaskTracker draining = TaskTracker.create("draining");
            Sinks.One<Integer> source = Sinks.one();
            Disposable task = source.asMono()
                    .transform(observed.trackWith(draining, "prices"))
                    .onErrorComplete()
                    .subscribe();
            draining.close();
            draining.drained().onDone(() -> inOrder.add(seen.told.get(seen.told.size() - 1)));
            switch (end) {
                case 0 -> source.tryEmitValue(1);
                case 1 -> source.tryEmitError(error);
                default -> task.dispose();
            }
        }
        assertThat(inOrder).containsExactly("stop prices: succeeded", "stop prices: failed", "stop prices: cancelled");
    }

    @Test
    void itIsStoppedBeforeTheDownstreamGetsTheLastSignal() {
        List<String> inOrder = new ArrayList<>();
        Flux.just(1)
                .transform(observed.trackWith(orders, "ship"))
                .doOnComplete(() -> inOrder.add(seen.told.get(seen.told.size() - 1)))
                .blockLast();
        Mono.error(error)
                .transform(observed.trackWith(orders, "ship"))
                .doOnError(failure -> inOrder.add(seen.told.get(seen.told.size() - 1)))
                .onErrorComplete()
                .block();
        assertThat(inOrder).containsExactly("stop ship: succeeded", "stop ship: failed");
    }

    // ---- faulty registries and handlers

    @Test
    void withoutAHandlerTasksAreTrackedAndNotObservedUntilThereIsOne() {
        ObservationRegistry bare = ObservationRegistry.create();
        ObservedTracking tracking = ObservedTracking.of(bare);
        Mono<Integer> pipeline = Mono.deferContextual(context -> Mono.just(context.size()))
                .transform(tracking.trackWith(tracker, "prices"));
        assertThat(pipeline.block()).isZero();
        Seen later = new Seen();
        bare.observationConfig().observationHandler(later);
        assertThat(pipeline.block()).isOne();
        assertThat(later.told).containsExactly("start prices", "stop prices: succeeded");
        assertThat(tracker.isEmpty()).isTrue();
    }

    @Test
    void aTaskThatAPredicateLeavesOutIsTrackedAndItsParentStaysTheParentOfWhatIsUpstream() {
        registry.observationConfig()
                .observationPredicate((name, context) -> !(context instanceof TaskObservationContext task
                        && task.taskName().equals("left out")));
        Mono<Integer> inner = Mono.just(1).transform(observed.trackWith(orders, "inner"));
        Mono<Integer> leftOut = inner.transform(observed.trackWith(orders, "left out"));
        run(leftOut.transform(observed.trackWith(orders, "outer")));
        assertThat(seen.told)
                .containsExactly(
                        "start outer",
                        "started: attempt 1",
                        "start inner",
                        "started: attempt 1",
                        "stop inner: succeeded",
                        "stop outer: succeeded");
        assertThat(parentOf(1)).isSameAs(seen.contexts.get(0));
        assertThat(orders.counts().succeeded()).isEqualTo(3);
    }

    @Test
    void aHandlerThatThrowsIsKnownAndDisturbsNoTask() {
        IllegalStateException broken = new IllegalStateException("broken");
        ObservationRegistry fragile = ObservationRegistry.create();
        fragile.observationConfig().observationHandler(seen).observationHandler(new Broken(broken));
        ObservedTracking tracking = ObservedTracking.of(fragile);
        assertThat(Mono.just(1).transform(tracking.trackWith(orders, "ship")).block())
                .isOne();
        StepVerifier.create(Flux.error(error).transform(tracking.trackWith(orders, "ship")))
                .verifyErrorMatches(error::equals);
        Mono.never()
                .transform(tracking.trackWith(tracker, "prices"))
                .subscribe()
                .dispose();
        // The handlers before it received every signal.
        assertThat(seen.told)
                .containsExactly(
                        "start ship",
                        "started: attempt 1",
                        "start ship",
                        "started: attempt 1",
                        "error no ship",
                        "start prices");
        assertThat(dropped.takeErrors()).hasSize(9).containsOnly(broken);
        assertThat(orders.counts().succeeded()).isOne();
        assertThat(orders.counts().failed()).isOne();
        assertThat(tracker.isEmpty()).isTrue();
    }

    /** Throws on every signal. */
    private record Broken(RuntimeException failure) implements ObservationHandler<Observation.Context> {

        @Override
        public void onStart(Observation.Context context) {
            throw failure;
        }

        @Override
        public void onEvent(Observation.Event event, Observation.Context context) {
            throw failure;
        }

        @Override
        public void onError(Observation.Context context) {
            throw failure;
        }

        @Override
        public void onStop(Observation.Context context) {
            throw failure;
        }

        @Override
        public boolean supportsContext(Observation.Context context) {
            return true;
        }
    }

    @Test
    void aConventionThatThrowsIsKnownAndDisturbsNoTask() {
        IllegalStateException broken = new IllegalStateException("broken");
        ObservedTracking tracking = ObservedTracking.of(registry, new TaskObservationConvention() {
            @Override
            public String getName() {
                throw broken;
            }
        });
        assertThat(Mono.just(1).transform(tracking.trackWith(orders, "ship")).block())
                .isOne();
        assertThat(dropped.takeErrors()).containsExactly(broken);
        assertThat(seen.told).isEmpty();
    }

    // ---- visibility to others

    @Test
    void thePipelineCanBeScannedThroughIt() {
        Scannable flux = Scannable.from(Flux.range(1, 2).map(n -> n).transform(observed.trackWith(tracker, "prices")));
        assertThat(flux.scan(Scannable.Attr.NAME)).isNull();
        assertThat(flux.steps()).containsExactly("source(FluxRange)", "map", "trackWith", "observed");
        assertThat(flux.scan(Scannable.Attr.RUN_STYLE)).isEqualTo(Scannable.Attr.RunStyle.SYNC);
        Scannable mono = Scannable.from(Mono.just(1).transform(observed.trackWith(orders)));
        assertThat(mono.scan(Scannable.Attr.NAME)).isNull();
        assertThat(mono.steps()).containsExactly("source(MonoJust)", "trackInGroup", "observed");
        assertThat(mono.scan(Scannable.Attr.RUN_STYLE)).isEqualTo(Scannable.Attr.RunStyle.SYNC);
        assertThat(mono.scan(Scannable.Attr.PREFETCH)).isNotNull();
    }

    @Test
    void theSubscriptionCanBeScanned() {
        Disposable task =
                Flux.never().transform(observed.trackWith(tracker, "prices")).subscribe();
        Scannable step = observedStep(task);
        assertThat(step.scan(Scannable.Attr.ACTUAL)).isSameAs(task);
        assertThat(step.scan(Scannable.Attr.NAME)).isNull();
        assertThat(step.scan(Scannable.Attr.RUN_STYLE)).isEqualTo(Scannable.Attr.RunStyle.SYNC);
        assertThat(step.scan(Scannable.Attr.TERMINATED)).isFalse();
        assertThat(step.scan(Scannable.Attr.CANCELLED)).isFalse();
        assertThat(step.scanUnsafe(Scannable.Attr.PREFETCH)).isNull();
        task.dispose();
        assertThat(step.scan(Scannable.Attr.CANCELLED)).isTrue();
    }

    @Test
    void theSubscriptionOfAnEndedPipelineIsScannedAsTerminated() {
        List<Scannable> steps = new ArrayList<>();
        Flux.empty()
                .transform(observed.trackWith(tracker, "prices"))
                .doOnSubscribe(subscription -> steps.add(Scannable.from(subscription)))
                .subscribe();
        Scannable step = Stream.concat(steps.stream(), steps.get(0).parents())
                .filter(it -> it.stepName().equals("observed"))
                .findFirst()
                .orElseThrow();
        assertThat(step.scan(Scannable.Attr.TERMINATED)).isTrue();
        assertThat(step.scan(Scannable.Attr.CANCELLED)).isFalse();
    }

    private static Scannable observedStep(Disposable task) {
        return Scannable.from(task)
                .parents()
                .filter(step -> step.stepName().equals("observed"))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void theReportOfAStuckTaskKnowsWhereItWasMade() {
        Hooks.onOperatorDebug();
        try {
            Disposable task = Mono.never()
                    .checkpoint("where it was made")
                    .transform(observed.trackWith(orders, "ship"))
                    .subscribe();
            var report = orders.shutdown(Shutdown.grace(Duration.ZERO)).join();
            assertThat(report.stuck())
                    .singleElement()
                    .extracting("origin")
                    .asString()
                    .contains("where it was made");
            task.dispose();
        } finally {
            Hooks.resetOnOperatorDebug();
        }
    }

    // ---- bad input

    @Test
    @SuppressWarnings("NullAway")
    void refusesNothing() {
        assertThatNullPointerException()
                .isThrownBy(() -> ObservedTracking.of(null))
                .withMessage("registry must not be null");
        assertThatNullPointerException()
                .isThrownBy(() -> ObservedTracking.of(registry, null))
                .withMessage("convention must not be null; use of(registry) for the default");
        assertThatNullPointerException()
                .isThrownBy(() -> observed.trackWith((TaskTracker) null))
                .withMessage("tracker must not be null");
        assertThatNullPointerException()
                .isThrownBy(() -> observed.trackWith((TaskGroup) null))
                .withMessage("group must not be null");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> observed.trackWith(tracker, " "))
                .withMessageStartingWith("task name must not be blank");
    }
}
