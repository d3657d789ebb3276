// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import static io.reactivetracker.reactor.ReactorTracking.trackWith;
import static org.assertj.core.api.Assertions.assertThat;

import io.reactivetracker.TaskTracker;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.Fuseable;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

/**
 * A tracked pipeline is not fused: a consumer that would poll its upstream gets pushed elements. Neither the count nor
 * the signals depend on how that consumer stops.
 */
class PushedElementsTest {

    @RegisterExtension
    final Dropped dropped = new Dropped();

    private final TaskTracker tracker = TaskTracker.create("pushed");

    @AfterEach
    void countsNothingInTheEnd() {
        assertThat(tracker.size()).isZero();
    }

    @Test
    void isFusedWithNeitherSide() {
        StepVerifier.create(Flux.range(1, 3).map(n -> n * 2).transform(trackWith(tracker)))
                .expectFusion(Fuseable.ANY, Fuseable.NONE)
                .expectNext(2, 4, 6)
                .verifyComplete();
        StepVerifier.create(Mono.just(1).map(n -> n * 2).transform(trackWith(tracker)))
                .expectFusion(Fuseable.ANY, Fuseable.NONE)
                .expectNext(2)
                .verifyComplete();
    }

    @Test
    void staysCountedWhileAConsumerTakesWhatWasQueuedBeforeTheCompletion() {
        List<String> seen = new ArrayList<>();
        Sinks.Many<Integer> source = Sinks.many().unicast().onBackpressureBuffer();
        BaseSubscriber<Integer> subscriber = new BaseSubscriber<>() {
            @Override
            protected void hookOnSubscribe(Subscription subscription) {
                // asks later
            }

            @Override
            protected void hookOnComplete() {
                seen.add("complete");
            }
        };
        source.asFlux()
                .doOnNext(n -> seen.add("work " + n + ", counted " + tracker.size()))
                .transform(trackWith(tracker))
                .concatMapIterable(List::of)
                .subscribe(subscriber);
        tracker.close();
        source.tryEmitNext(1);
        source.tryEmitNext(2);
        source.tryEmitComplete();
        ReactorTracking.whenDrained(tracker).subscribe(value -> {}, error -> {}, () -> seen.add("drained"));
        subscriber.request(10);
        assertThat(seen)
                .containsExactlyInAnyOrder("work 1, counted 1", "work 2, counted 1", "drained", "complete")
                .containsSubsequence("work 1, counted 1", "work 2, counted 1", "drained");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5, 10, 11, Integer.MAX_VALUE})
    void isReleasedWhereverTheDemandOfAQueueingConsumerStops(int demand) {
        BaseSubscriber<Integer> subscriber = new BaseSubscriber<>() {
            @Override
            protected void hookOnSubscribe(Subscription subscription) {
                request(demand);
            }
        };
        Flux.range(1, 10)
                .transform(trackWith(tracker))
                .publishOn(Schedulers.immediate())
                .subscribe(subscriber);
        assertThat(tracker.size()).isZero();
        subscriber.cancel();
    }

    /** Consumers that stop without cancelling a fused upstream. */
    static Stream<Arguments> consumersThatStop() {
        return Stream.of(
                consumer(
                        "map throws, flatMapIterable",
                        numbers -> numbers.map(PushedElementsTest::failAtTwo).flatMapIterable(List::of)),
                consumer(
                        "map throws, concatMapDelayError",
                        numbers -> numbers.map(PushedElementsTest::failAtTwo).concatMapDelayError(Flux::just)),
                consumer(
                        "filter throws, flatMapIterable",
                        numbers -> numbers.filter(n -> failAtTwo(n) > 0).flatMapIterable(List::of)),
                consumer(
                        "flatMapIterable throws, publishOn",
                        numbers -> numbers.flatMapIterable(n -> List.of(failAtTwo(n)))
                                .publishOn(Schedulers.immediate())),
                consumer(
                        "take, flatMapIterable",
                        numbers -> numbers.take(2, false).flatMapIterable(List::of)),
                consumer("share", Flux::share),
                consumer("refCount", numbers -> numbers.publish().refCount(1)),
                consumer("parallel", numbers -> numbers.parallel(2).sequential()),
                consumer("publishOn", numbers -> numbers.publishOn(Schedulers.immediate())),
                consumer("concatMap", numbers -> numbers.concatMap(Mono::just)),
                consumer("zip", numbers -> numbers.zipWith(Flux.range(0, 3), Integer::sum)));
    }

    private static Arguments consumer(String name, UnaryOperator<Flux<Integer>> consumer) {
        return Arguments.of(name, consumer);
    }

    private static int failAtTwo(int n) {
        if (n == 2) {
            throw new IllegalStateException("two");
        }
        return n;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("consumersThatStop")
    void isReleasedByAConsumerThatStops(String name, UnaryOperator<Flux<Integer>> consumer) {
        for (int demand : new int[] {1, 3, 5, Integer.MAX_VALUE}) {
            List<Object> bare = new ArrayList<>();
            take(demand, consumer.apply(Flux.range(1, 5).hide()), bare);
            List<Object> tracked = new ArrayList<>();
            take(demand, consumer.apply(Flux.range(1, 5).transform(trackWith(tracker))), tracked);
            assertThat(tracked).isEqualTo(bare);
            assertThat(tracker.size()).as("demand %s", demand).isZero();
        }
    }

    /** Requests and takes {@code demand} elements, then cancels; notes all signals. */
    private static void take(int demand, Flux<Integer> flux, List<Object> seen) {
        flux.subscribe(new BaseSubscriber<Integer>() {
            private int taken;

            @Override
            protected void hookOnSubscribe(Subscription subscription) {
                request(demand);
            }

            @Override
            protected void hookOnNext(Integer element) {
                seen.add(element);
                taken++;
                if (taken == demand) {
                    cancel();
                }
            }

            @Override
            protected void hookOnError(Throwable error) {
                seen.add(error.getMessage());
            }

            @Override
            protected void hookOnComplete() {
                seen.add("complete");
            }
        });
    }

    @Test
    void isReleasedByAMonoUsingWhoseEagerCleanUpThrows() {
        StepVerifier.create(Mono.using(
                                () -> 1,
                                resource -> Mono.just(5).transform(trackWith(tracker)),
                                resource -> {
                                    throw new IllegalStateException("clean-up");
                                },
                                true)
                        .publishOn(Schedulers.immediate()))
                .verifyErrorMessage("clean-up");
    }

    /** Consumers that lost a source's error when the subscriber in front of them was always conditional. */
    static Stream<Arguments> consumersOfANull() {
        return Stream.of(
                consumer("publishOn", numbers -> numbers.publishOn(Schedulers.immediate())),
                consumer("concatMap", numbers -> numbers.concatMap(Mono::just)),
                consumer("flatMapSequential", numbers -> Flux.just(0).hide().flatMapSequential(zero -> numbers)),
                consumer("flatMap", numbers -> Flux.just(0).hide().flatMap(zero -> numbers)),
                consumer("zip", numbers -> Flux.zip(numbers, Flux.range(1, 3), Integer::sum)),
                consumer("none", numbers -> numbers));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("consumersOfANull")
    void passesTheErrorOfASourceThatContainsNullOn(String name, UnaryOperator<Flux<Integer>> consumer) {
        List<Flux<Integer>> sources = List.of(
                Flux.fromIterable(Arrays.asList(1, null, 1)),
                Flux.fromStream(() -> Stream.of(1, null, 1)),
                Flux.fromArray(new Integer[] {1, null, 1}));
        for (Flux<Integer> source : sources) {
            List<Object> bare = new ArrayList<>();
            take(Integer.MAX_VALUE, consumer.apply(source.hide()), bare);
            List<Object> tracked = new ArrayList<>();
            take(Integer.MAX_VALUE, consumer.apply(source.transform(trackWith(tracker))), tracked);
            assertThat(tracked).isEqualTo(bare).doesNotContain("complete");
        }
    }

    @Test
    void upstreamSeesTheDemandThatItSeesWithoutUs() {
        assertThat(demandSeen(trackWith(tracker))).isEqualTo(demandSeen(Flux::from));
    }

    private static List<Long> demandSeen(Function<Publisher<Integer>, Publisher<Integer>> operator) {
        List<Long> requests = new ArrayList<>();
        Flux.range(0, 10)
                .doOnRequest(requests::add)
                .switchOnFirst((first, numbers) -> numbers.filter(n -> false))
                .transform(operator)
                .subscribe(new BaseSubscriber<Integer>() {
                    @Override
                    protected void hookOnSubscribe(Subscription subscription) {
                        request(1);
                    }
                });
        return requests;
    }
}
