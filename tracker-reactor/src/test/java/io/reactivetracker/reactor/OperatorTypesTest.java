// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import static io.reactivetracker.reactor.ReactorRecording.recordAs;
import static io.reactivetracker.reactor.ReactorTracking.cancelWith;
import static io.reactivetracker.reactor.ReactorTracking.trackWith;
import static org.assertj.core.api.Assertions.assertThat;

import io.reactivetracker.CancellationToken;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.group.TaskGroup;
import io.reactivetracker.recorder.TaskRecorder;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** An operator fits {@code as}, {@code transform} and {@code transformDeferred}, and keeps the type of the pipeline. */
class OperatorTypesTest {

    private final TaskTracker tracker = TaskTracker.create("orders");
    private final TaskGroup group = TaskGroup.builder("shipping").build();
    private final CancellationToken token = CancellationToken.create("stop");
    private final TaskRecorder<String> recorder = TaskRecorder.create();

    private final Mono<String> mono = Mono.just("mono");
    private final Flux<String> flux = Flux.just("one", "two");

    @AfterEach
    void countsNothingInTheEnd() {
        assertThat(tracker.size()).isZero();
        assertThat(group.counts().pending() + group.counts().active()).isZero();
    }

    @Test
    void asKeepsTheType() {
        Mono<Integer> lengthOfMono = mono.as(trackWith(tracker))
                .as(trackWith(group, "ship"))
                .as(cancelWith(token))
                .as(recordAs(recorder, "mono"))
                .map(String::length);
        StepVerifier.create(lengthOfMono).expectNext(4).verifyComplete();
        Flux<Integer> lengthsOfFlux = flux.as(trackWith(tracker))
                .as(trackWith(group, "ship"))
                .as(cancelWith(token))
                .as(recordAs(recorder, "flux"))
                .map(String::length);
        StepVerifier.create(lengthsOfFlux).expectNext(3, 3).verifyComplete();
    }

    @Test
    void transformKeepsTheType() {
        StepVerifier.create(mono.transform(trackWith(tracker)).map(String::length))
                .expectNext(4)
                .verifyComplete();
        StepVerifier.create(flux.transform(trackWith(group)).map(String::length))
                .expectNext(3, 3)
                .verifyComplete();
        StepVerifier.create(mono.transformDeferred(trackWith(tracker)).map(String::length))
                .expectNext(4)
                .verifyComplete();
        StepVerifier.create(flux.transformDeferred(trackWith(group)).map(String::length))
                .expectNext(3, 3)
                .verifyComplete();
    }

    @Test
    void itFitsNestedPipelinesAndWildcards() {
        StepVerifier.create(
                        flux.flatMap(x -> Mono.just(x).as(trackWith(tracker))).map(String::length))
                .expectNext(3, 3)
                .verifyComplete();
        StepVerifier.create(flux.groupBy(String::length).flatMap(same -> same.as(trackWith(tracker))))
                .expectNext("one", "two")
                .verifyComplete();
        Flux<? extends Number> numbers = Flux.just(1, 2.5);
        StepVerifier.create(numbers.as(trackWith(tracker)).map(Number::intValue))
                .expectNext(1, 2)
                .verifyComplete();
        StepVerifier.create(mono.then().as(trackWith(tracker))).verifyComplete();
    }

    @Test
    void oneOperatorServesBoth() {
        UnaryOperator<Publisher<String>> operator = trackWith(tracker);
        StepVerifier.create(mono.transform(operator)).expectNext("mono").verifyComplete();
        StepVerifier.create(flux.transform(operator)).expectNext("one", "two").verifyComplete();
        assertThat(operator.apply(mono)).isInstanceOf(Mono.class);
        assertThat(operator.apply(flux)).isInstanceOf(Flux.class);
        Function<Flux<String>, Flux<String>> ofFlux = trackWith(tracker);
        assertThat(ofFlux.apply(flux).collectList().block()).isEqualTo(List.of("one", "two"));
    }
}
