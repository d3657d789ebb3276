// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.observation.ObservationRegistry;
import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.group.TaskGroup;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** An observed operator fits where a plain one does, and keeps the type of the pipeline. */
class ObservedOperatorTypesTest {

    private final TaskTracker tracker = TaskTracker.create("orders");
    private final TaskGroup group = TaskGroup.builder("shipping").build();
    private final ObservationRegistry registry = ObservationRegistry.create();
    private final ObservedTracking observed = ObservedTracking.of(registry);
    private final Seen seen = new Seen();

    private final Mono<String> mono = Mono.just("mono");
    private final Flux<String> flux = Flux.just("one", "two");

    @BeforeEach
    void listen() {
        registry.observationConfig().observationHandler(seen);
    }

    @AfterEach
    void countsNothingInTheEnd() {
        assertThat(tracker.size()).isZero();
        assertThat(group.counts().pending() + group.counts().active()).isZero();
    }

    @Test
    void asKeepsTheType() {
        Mono<Integer> lengthOfMono = mono.as(observed.trackWith(tracker, "ship"))
                .as(observed.trackWith(group, TaskOptions.named("bill")))
                .map(String::length);
        StepVerifier.create(lengthOfMono).expectNext(4).verifyComplete();
        Flux<Integer> lengthsOfFlux = flux.as(observed.trackWith(tracker, TaskOptions.named("ship")))
                .as(observed.trackWith(group, "bill"))
                .map(String::length);
        StepVerifier.create(lengthsOfFlux).expectNext(3, 3).verifyComplete();
        assertThat(seen.contexts)
                .extracting(TaskObservationContext::taskName)
                .containsExactlyInAnyOrder("ship", "bill", "ship", "bill");
    }

    @Test
    void transformKeepsTheType() {
        StepVerifier.create(mono.transform(observed.trackWith(tracker)).map(String::length))
                .expectNext(4)
                .verifyComplete();
        StepVerifier.create(flux.transformDeferred(observed.trackWith(group)).map(String::length))
                .expectNext(3, 3)
                .verifyComplete();
        assertThat(seen.contexts)
                .extracting(TaskObservationContext::taskName)
                .as("a task of a tracker is observed if it has a name")
                .containsExactly("shipping");
    }

    @Test
    void itFitsNestedPipelinesAndWildcards() {
        StepVerifier.create(flux.groupBy(String::length).flatMap(same -> same.as(observed.trackWith(tracker, "ship"))))
                .expectNext("one", "two")
                .verifyComplete();
        Flux<? extends Number> numbers = Flux.just(1, 2.5);
        StepVerifier.create(numbers.as(observed.trackWith(tracker, "ship")).map(Number::intValue))
                .expectNext(1, 2)
                .verifyComplete();
        StepVerifier.create(mono.then().as(observed.trackWith(tracker, "ship"))).verifyComplete();
        assertThat(seen.contexts).extracting(TaskObservationContext::taskName).containsExactly("ship", "ship", "ship");
    }

    @Test
    void oneOperatorServesBoth() {
        UnaryOperator<Publisher<String>> operator = observed.trackWith(tracker, "ship");
        StepVerifier.create(mono.transform(operator)).expectNext("mono").verifyComplete();
        StepVerifier.create(flux.transform(operator)).expectNext("one", "two").verifyComplete();
        assertThat(operator.apply(mono)).isInstanceOf(Mono.class);
        assertThat(operator.apply(flux)).isInstanceOf(Flux.class);
        Function<Flux<String>, Flux<String>> ofFlux = observed.trackWith(group, "bill");
        assertThat(ofFlux.apply(flux).collectList().block()).isEqualTo(List.of("one", "two"));
        assertThat(seen.contexts).extracting(TaskObservationContext::taskName).containsExactly("ship", "ship", "bill");
    }
}
