// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import static io.reactivetracker.reactor.ReactorTracking.trackWith;
import static org.assertj.core.api.Assertions.assertThat;

import io.reactivetracker.TaskTracker;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Fuseable;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

/** Fusion with Reactor's own operators up- and downstream. */
class FusionTest {

    @RegisterExtension
    final Dropped dropped = new Dropped();

    private final TaskTracker tracker = TaskTracker.create("fused");

    @AfterEach
    void countsNothingInTheEnd() {
        assertThat(tracker.size()).isZero();
    }

    @Test
    void isKeptSynchronous() {
        StepVerifier.create(Flux.range(1, 3).map(n -> n * 2).transform(trackWith(tracker)))
                .expectFusion(Fuseable.SYNC)
                .expectNext(2, 4, 6)
                .verifyComplete();
    }

    @Test
    void isKeptAsynchronous() {
        Sinks.Many<Integer> source = Sinks.many().unicast().onBackpressureBuffer();
        StepVerifier.create(source.asFlux().transform(trackWith(tracker)))
                .expectFusion(Fuseable.ASYNC)
                .then(() -> source.tryEmitNext(1))
                .expectNext(1)
                .then(() -> assertThat(tracker.size()).isOne())
                .then(source::tryEmitComplete)
                .verifyComplete();
    }

    @Test
    void isRefusedIfTheSourceHasNone() {
        StepVerifier.create(Flux.range(1, 3).hide().transform(trackWith(tracker)))
                .expectFusion(Fuseable.ANY, Fuseable.NONE)
                .expectNext(1, 2, 3)
                .verifyComplete();
    }

    @Test
    void isOfferedToTheSourceWithTheBarrierThatItsConsumerSets() {
        // A mapping must not be polled beyond a barrier, since its function would run on the other side of it.
        List<Thread> mapped = new ArrayList<>();
        StepVerifier.create(Flux.range(1, 3)
                        .map(n -> {
                            mapped.add(Thread.currentThread());
                            return n;
                        })
                        .transform(trackWith(tracker))
                        .publishOn(Schedulers.single()))
                .expectNext(1, 2, 3)
                .verifyComplete();
        assertThat(mapped).containsOnly(Thread.currentThread());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5, 10, 11, Integer.MAX_VALUE})
    void isReleasedWhereverTheDemandOfASynchronousConsumerStops(int demand) {
        // Having got just what it asked for, publishOn finds the end by isEmpty() and never polls for it.
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
        assertThat(tracker.size()).isEqualTo(demand < 10 ? 1 : 0);
        subscriber.cancel();
    }

    @Test
    void isReleasedWhenASynchronousConsumerCancels() {
        StepVerifier.create(Flux.range(1, 10)
                        .transform(trackWith(tracker))
                        .publishOn(Schedulers.immediate())
                        .take(3))
                .expectNext(1, 2, 3)
                .verifyComplete();
    }

    @Test
    void isReleasedWhenTheUpstreamThrowsWhileItIsPolled() {
        StepVerifier.create(Flux.range(1, 3)
                        .map(n -> 6 / (2 - n))
                        .transform(trackWith(tracker))
                        .publishOn(Schedulers.immediate()))
                .expectNext(6)
                .verifyError(ArithmeticException.class);
        StepVerifier.create(Flux.range(1, 3)
                        .map(n -> 6 / (2 - n))
                        .transform(trackWith(tracker))
                        .concatMap(Mono::just))
                .expectNext(6)
                .verifyError(ArithmeticException.class);
    }

    @Test
    void isReleasedInAFlatMapOfFusedInners() {
        StepVerifier.create(Flux.range(0, 100)
                        .flatMap(n -> Flux.range(n, 10).transform(trackWith(tracker)))
                        .count())
                .expectNext(1_000L)
                .verifyComplete();
        StepVerifier.create(Flux.range(0, 100)
                        .flatMap(n -> Flux.range(n, 10).transform(trackWith(tracker)))
                        .take(55))
                .expectNextCount(55)
                .verifyComplete();
    }

    @Test
    void isReleasedInAZipThatEndsWithItsShortestSource() {
        StepVerifier.create(Flux.zip(
                                Flux.range(0, 10).transform(trackWith(tracker)),
                                Flux.range(0, 3).transform(trackWith(tracker)))
                        .count())
                .expectNext(3L)
                .verifyComplete();
    }

    @Test
    void isReleasedWhateverTheQueueIsAskedFor() {
        Fuseable.QueueSubscription<Integer> queue =
                fused(Flux.range(0, 3).transform(trackWith(tracker)), Fuseable.SYNC);
        assertThat(queue.size()).isEqualTo(3);
        assertThat(queue.isEmpty()).isFalse();
        assertThat(queue.poll()).isZero();
        assertThat(tracker.size()).isOne();
        queue.clear();
        assertThat(queue.isEmpty()).isTrue();
        assertThat(tracker.size()).isZero();
    }

    @Test
    void hasAnEmptyQueueIfItWasRefused() {
        Fuseable.QueueSubscription<Integer> queue =
                fused(Flux.range(0, 3).hide().transform(trackWith(tracker)), Fuseable.NONE);
        assertThat(queue.size()).isZero();
        assertThat(queue.isEmpty()).isTrue();
        assertThat(queue.poll()).isNull();
        queue.clear();
        assertThat(tracker.size()).isOne();
        queue.cancel();
    }

    @Test
    void passesTheAnswersOfAConditionalSubscriberOn() {
        List<Boolean> taken = new ArrayList<>();
        Flux<Integer> asking = new Flux<>() {
            @Override
            public void subscribe(CoreSubscriber<? super Integer> subscriber) {
                var conditional = (Fuseable.ConditionalSubscriber<? super Integer>) subscriber;
                conditional.onSubscribe(Operators.emptySubscription());
                for (int n = 1; n <= 4; n++) {
                    taken.add(conditional.tryOnNext(n));
                }
                conditional.onComplete();
                taken.add(conditional.tryOnNext(6)); // for the filter to judge
            }
        };
        StepVerifier.create(asking.transform(trackWith(tracker)).filter(n -> n % 2 == 0))
                .expectNext(2, 4)
                .verifyComplete();
        assertThat(taken).containsExactly(false, true, false, true, false);
        assertThat(dropped.takeElements()).containsExactly(6);
    }

    private static Fuseable.QueueSubscription<Integer> fused(Flux<Integer> flux, int mode) {
        Capture capture = new Capture(mode);
        flux.subscribe(capture);
        return Objects.requireNonNull(capture.queue);
    }

    private static final class Capture implements CoreSubscriber<Integer> {

        private final int mode;
        private Fuseable.@Nullable QueueSubscription<Integer> queue;

        Capture(int mode) {
            this.mode = mode;
        }

        @Override
        @SuppressWarnings("unchecked")
        public void onSubscribe(Subscription subscription) {
            queue = (Fuseable.QueueSubscription<Integer>) subscription;
            assertThat(queue.requestFusion(Fuseable.ANY)).isEqualTo(mode);
        }

        @Override
        public void onNext(Integer element) {}

        @Override
        public void onError(Throwable error) {}

        @Override
        public void onComplete() {}
    }
}
