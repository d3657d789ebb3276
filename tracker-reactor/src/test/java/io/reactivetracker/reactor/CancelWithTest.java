// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import static io.reactivetracker.reactor.ReactorTracking.cancelWith;
import static io.reactivetracker.reactor.ReactorTracking.trackWith;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.reactivetracker.CancellationToken;
import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.TaskTracker;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.openjdk.jol.info.GraphLayout;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Disposable;
import reactor.core.Scannable;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.core.publisher.Sinks;
import reactor.test.StepVerifier;
import reactor.test.publisher.PublisherProbe;
import reactor.test.publisher.TestPublisher;
import reactor.util.context.Context;

class CancelWithTest {

    @RegisterExtension
    final Dropped dropped = new Dropped();

    private final CancellationToken token = CancellationToken.create();
    private final IllegalStateException cause = new IllegalStateException("shutting down");

    @Test
    void changesNothingWhileTheTokenIsLive() {
        StepVerifier.create(Flux.range(1, 3).transform(cancelWith(token)))
                .expectNext(1, 2, 3)
                .verifyComplete();
        StepVerifier.create(Mono.just("a").transform(cancelWith(token)))
                .expectNext("a")
                .verifyComplete();
        StepVerifier.create(Flux.error(cause).transform(cancelWith(token))).verifyErrorMatches(cause::equals);
        StepVerifier.create(Mono.empty().transform(cancelWith(token))).verifyComplete();
    }

    @Test
    void doesNotSubscribeToTheUpstreamOfACancelledToken() {
        PublisherProbe<String> flux = PublisherProbe.of(Flux.just("a"));
        PublisherProbe<String> mono = PublisherProbe.of(Mono.just("a"));
        token.cancel(cause);
        StepVerifier.create(flux.flux().transform(cancelWith(token)))
                .verifyErrorSatisfies(error -> assertThat(error)
                        .isInstanceOf(TaskCancelledException.class)
                        .hasCause(cause));
        StepVerifier.create(mono.mono().transform(cancelWith(token))).verifyError(TaskCancelledException.class);
        flux.assertWasNotSubscribed();
        mono.assertWasNotSubscribed();
    }

    @Test
    void cancelsTheUpstreamAndThenEndsTheDownstream() {
        List<String> order = new ArrayList<>();
        TestPublisher<String> source = TestPublisher.create();
        StepVerifier.create(source.flux()
                        .doOnCancel(() -> order.add("upstream"))
                        .transform(cancelWith(token))
                        .doOnError(error -> order.add("downstream")))
                .then(() -> source.next("a"))
                .expectNext("a")
                .then(() -> token.cancel(cause))
                .verifyErrorSatisfies(error -> assertThat(error)
                        .isInstanceOf(TaskCancelledException.class)
                        .hasMessage("an unnamed task was cancelled: java.lang.IllegalStateException: shutting down")
                        .hasCause(cause));
        assertThat(order).containsExactly("upstream", "downstream");
        source.assertCancelled();
    }

    @Test
    void endsAMonoToo() {
        StepVerifier.create(Mono.never().transform(cancelWith(token)))
                .expectSubscription()
                .then(token::cancel)
                .verifyErrorSatisfies(error -> assertThat(error)
                        .isInstanceOf(TaskCancelledException.class)
                        .hasNoCause());
    }

    @Test
    void leavesACompletionThatCameFirstAlone() {
        TestPublisher<String> source = TestPublisher.create();
        StepVerifier.create(source.flux().transform(cancelWith(token)))
                .then(source::complete)
                .then(token::cancel)
                .verifyComplete();
    }

    @Test
    void dropsWhatTheUpstreamStillSaysAfterTheCancellation() {
        List<CoreSubscriber<? super String>> subscribers = new ArrayList<>();
        List<Object> discarded = new ArrayList<>();
        Flux<String> stubborn = new Flux<>() {
            @Override
            public void subscribe(CoreSubscriber<? super String> subscriber) {
                subscriber.onSubscribe(Operators.emptySubscription());
                subscribers.add(subscriber);
            }
        };
        StepVerifier.create(stubborn.transform(cancelWith(token)).doOnDiscard(String.class, discarded::add))
                .then(token::cancel)
                .verifyError(TaskCancelledException.class);
        subscribers.get(0).onNext("late");
        subscribers.get(0).onError(cause);
        subscribers.get(0).onComplete();
        assertThat(discarded).containsExactly("late");
        assertThat(dropped.takeErrors()).containsExactly(cause);
    }

    @Test
    void leavesAnElementThatComesAfterTheEndToTheDownstreamAndDropsAnError() {
        List<String> late = new ArrayList<>();
        TestPublisher<String> source = TestPublisher.createNoncompliant(TestPublisher.Violation.CLEANUP_ON_TERMINATE);
        source.flux().transform(cancelWith(token)).subscribe(new BaseSubscriber<String>() {
            @Override
            public Context currentContext() {
                return Context.empty();
            }

            @Override
            protected void hookOnNext(String element) {
                late.add(element);
            }
        });
        source.complete();
        source.next("late").error(cause);
        assertThat(late).containsExactly("late");
        assertThat(dropped.takeErrors()).containsExactly(cause);
    }

    @Test
    void cancelsTheUpstreamOnceForSeveralCancels() {
        AtomicInteger cancels = new AtomicInteger();
        Flux<Integer> source = Flux.<Integer>never().doOnCancel(cancels::incrementAndGet);
        BaseSubscriber<Integer> subscriber = new BaseSubscriber<>() {
            @Override
            protected void hookOnError(Throwable error) {
                upstream().cancel();
            }
        };
        source.transform(cancelWith(token)).subscribe(subscriber);
        token.cancel();
        subscriber.cancel();
        assertThat(cancels).hasValue(1);
    }

    @Test
    void isUnlinkedFromItsTokenByADownstreamThatThrows() {
        AtomicInteger cancels = new AtomicInteger();
        Sinks.Many<Integer> source = Sinks.many().multicast().directBestEffort();
        IllegalStateException failure = new IllegalStateException("no ship");
        source.asFlux()
                .doOnCancel(cancels::incrementAndGet)
                .transform(cancelWith(token))
                .subscribe(new CoreSubscriber<>() {
                    @Override
                    public void onSubscribe(Subscription s) {
                        s.request(1);
                    }

                    @Override
                    public void onNext(Integer element) {
                        throw failure;
                    }

                    @Override
                    public void onError(Throwable error) {
                        throw new AssertionError(error);
                    }

                    @Override
                    public void onComplete() {}
                });
        assertThat(catchThrowable(() -> source.tryEmitNext(1))).isSameAs(failure);
        assertThat(cancels).hasValue(1);
        token.cancel();
    }

    @Test
    void canBeCancelledFromWithinOnNext() {
        List<String> signals = new ArrayList<>();
        Flux.range(1, 100)
                .transform(cancelWith(token))
                .subscribe(
                        value -> {
                            signals.add("onNext " + value);
                            if (value == 2) {
                                token.cancel();
                                signals.add("still in onNext 2");
                            }
                        },
                        error -> signals.add("onError"));
        assertThat(signals).containsExactly("onNext 1", "onNext 2", "still in onNext 2", "onError");
    }

    @Test
    void canBeCancelledFromWithinOnSubscribe() {
        List<String> signals = new ArrayList<>();
        Flux.range(1, 100).transform(cancelWith(token)).subscribe(new BaseSubscriber<>() {
            @Override
            protected void hookOnSubscribe(Subscription subscription) {
                token.cancel();
                signals.add("still in onSubscribe");
                requestUnbounded();
            }

            @Override
            protected void hookOnNext(Integer value) {
                signals.add("onNext " + value);
            }

            @Override
            protected void hookOnError(Throwable error) {
                signals.add("onError");
            }
        });
        assertThat(signals).containsExactly("still in onSubscribe", "onError");
    }

    @Test
    void canBeCancelledBetweenSubscribeAndOnSubscribe() {
        List<String> signals = new ArrayList<>();
        Flux<Integer> cancelling = Flux.<Integer>from(subscriber -> {
            token.cancel();
            Flux.range(1, 3).doOnCancel(() -> signals.add("cancelled")).subscribe(subscriber);
        });
        StepVerifier.create(cancelling.transform(cancelWith(token))).verifyError(TaskCancelledException.class);
        assertThat(signals).containsExactly("cancelled");
    }

    @Test
    void tellsNothingToADownstreamThatHasCancelled() {
        AtomicInteger signals = new AtomicInteger();
        AtomicInteger cancellations = new AtomicInteger();
        Disposable task = Flux.never()
                .doOnCancel(cancellations::incrementAndGet)
                .transform(cancelWith(token))
                .doOnEach(signal -> signals.incrementAndGet())
                .subscribe();
        task.dispose();
        token.cancel();
        assertThat(signals).hasValue(0);
        assertThat(cancellations).hasValue(1);
    }

    @Test
    void leavesNothingInTheTokenOnceTheSubscriptionHasEnded() {
        long before = GraphLayout.parseInstance(token).totalSize();
        Sinks.Many<String> failing = Sinks.many().unicast().onBackpressureError();
        failing.tryEmitError(cause);
        for (int i = 0; i < 1_000; i++) {
            Flux.just("a").transform(cancelWith(token)).subscribe();
            Flux.error(cause).transform(cancelWith(token)).subscribe(value -> {}, error -> {});
            Flux.never().transform(cancelWith(token)).subscribe().dispose();
        }
        assertThat(GraphLayout.parseInstance(token).totalSize()).isEqualTo(before);
    }

    @Test
    void isCountedUntilTheDownstreamWasTold() {
        TaskTracker tracker = TaskTracker.create("orders");
        List<Long> sizes = new ArrayList<>();
        Flux.never()
                .doOnCancel(() -> sizes.add(tracker.size()))
                .transform(cancelWith(token))
                .transform(trackWith(tracker))
                .subscribe(value -> {}, error -> sizes.add(tracker.size()));
        token.cancel();
        assertThat(sizes).containsExactly(1L, 1L);
        assertThat(tracker.size()).isZero();
    }

    @Test
    void emitsOneSignalAtATimeHoweverItIsRaced() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            for (int round = 0; round < 2_000; round++) {
                CancellationToken raced = CancellationToken.create();
                CyclicBarrier together = new CyclicBarrier(2);
                CountDownLatch ended = new CountDownLatch(1);
                AtomicInteger inside = new AtomicInteger();
                List<String> broken = Collections.synchronizedList(new ArrayList<>());
                Future<?> emitting = threads.submit(() -> {
                    together.await();
                    Flux.range(0, 50).hide().transform(cancelWith(raced)).subscribe(new BaseSubscriber<>() {
                        @Override
                        protected void hookOnNext(Integer value) {
                            enter();
                        }

                        @Override
                        protected void hookOnComplete() {
                            enter();
                            ended.countDown();
                        }

                        @Override
                        protected void hookOnError(Throwable error) {
                            enter();
                            ended.countDown();
                        }

                        private void enter() {
                            if (inside.incrementAndGet() != 1) {
                                broken.add("two at a time");
                            }
                            if (ended.getCount() == 0) {
                                broken.add("after the end");
                            }
                            inside.decrementAndGet();
                        }
                    });
                    return null;
                });
                Future<?> cancelling = threads.submit(() -> {
                    together.await();
                    return raced.cancel();
                });
                emitting.get();
                cancelling.get();
                assertThat(ended.getCount()).as("ends exactly once").isZero();
                assertThat(broken).isEmpty();
            }
        } finally {
            threads.shutdown();
        }
    }

    @Test
    void passesOnWhatIsThrownInSubscribe() {
        Flux<String> throwing = new Flux<>() {
            @Override
            public void subscribe(CoreSubscriber<? super String> subscriber) {
                throw cause;
            }
        };
        StepVerifier.create(throwing.transform(cancelWith(token))).verifyErrorMatches(cause::equals);
    }

    @Test
    void cancelsTheUpstreamOfADownstreamThatThrows() {
        TestPublisher<String> source = TestPublisher.create();
        List<Throwable> errors = new ArrayList<>();
        source.flux().transform(cancelWith(token)).subscribe(new CoreSubscriber<>() {
            @Override
            public void onSubscribe(Subscription subscription) {
                subscription.request(Long.MAX_VALUE);
            }

            @Override
            public void onNext(String element) {
                throw cause;
            }

            @Override
            public void onError(Throwable error) {
                errors.add(error);
            }

            @Override
            public void onComplete() {}
        });
        assertThatIllegalStateException().isThrownBy(() -> source.next("a"));
        source.assertCancelled();
        token.cancel();
        assertThat(errors).isEmpty();
    }

    @Test
    void keepsTheContextAndCanBeScanned() {
        List<String> seen = new ArrayList<>();
        Flux<String> pipeline = Flux.deferContextual(context -> Flux.just(context.<String>get("key")))
                .name("orders")
                .transform(cancelWith(token))
                .contextWrite(Context.of("key", "value"));
        StepVerifier.create(pipeline).expectNext("value").verifyComplete();
        assertThat(Scannable.from(pipeline).name()).isEqualTo("orders");
        assertThat(Scannable.from(pipeline).steps()).contains("cancelWith");

        Scannable subscription =
                (Scannable) Flux.never().transform(cancelWith(token)).subscribe();
        subscription.parents().forEach(step -> seen.add(step.stepName()));
        assertThat(seen).contains("cancelWith");
        Scannable step = subscription
                .parents()
                .filter(it -> it.stepName().equals("cancelWith"))
                .findFirst()
                .orElseThrow();
        assertThat(step.scan(Scannable.Attr.CANCELLED)).isFalse();
        assertThat(step.scan(Scannable.Attr.TERMINATED)).isFalse();
        assertThat(step.scan(Scannable.Attr.ACTUAL)).isSameAs(subscription);
        assertThat(step.scan(Scannable.Attr.RUN_STYLE)).isEqualTo(Scannable.Attr.RunStyle.SYNC);
    }

    @Test
    @SuppressWarnings("NullAway")
    void nothingMayBeNull() {
        assertThatNullPointerException().isThrownBy(() -> cancelWith(null)).withMessage("token must not be null");
        assertThatNullPointerException().isThrownBy(() -> cancelWith(token).apply(null));
    }

    @Test
    void aDownstreamIsToldThoughItsTokenWasCancelledWhileItSubscribedAndTheSourceThrowsInCancel() {
        CancellationToken token = CancellationToken.create();
        IllegalStateException broken = new IllegalStateException("cancel failed");
        Flux<String> source = new Flux<>() {
            @Override
            public void subscribe(CoreSubscriber<? super String> actual) {
                token.cancel();
                actual.onSubscribe(new Subscription() {
                    @Override
                    public void request(long n) {}

                    @Override
                    public void cancel() {
                        throw broken;
                    }
                });
            }
        };
        List<String> told = new ArrayList<>();
        source.transform(cancelWith(token)).subscribe(new BaseSubscriber<>() {
            @Override
            protected void hookOnSubscribe(Subscription subscription) {
                told.add("onSubscribe");
            }

            @Override
            protected void hookOnError(Throwable error) {
                told.add("onError " + error.getClass().getSimpleName());
            }
        });
        assertThat(told).containsExactly("onSubscribe", "onError TaskCancelledException");
        assertThat(dropped.takeErrors()).containsExactly(broken);
    }

    @Test
    void aSourceThatEndsBeforeItAnswersIsPassedOnAsItIs() {
        List<String> told = new ArrayList<>();
        Flux<String> source = new Flux<>() {
            @Override
            public void subscribe(CoreSubscriber<? super String> actual) {
                actual.onComplete();
                actual.onSubscribe(Operators.emptySubscription());
            }
        };
        source.transform(cancelWith(CancellationToken.create())).subscribe(new CoreSubscriber<>() {
            @Override
            public void onSubscribe(Subscription s) {
                told.add("onSubscribe");
            }

            @Override
            public void onNext(String element) {}

            @Override
            public void onError(Throwable error) {}

            @Override
            public void onComplete() {
                told.add("onComplete");
            }
        });
        assertThat(told).containsExactly("onComplete", "onSubscribe");
    }
}
