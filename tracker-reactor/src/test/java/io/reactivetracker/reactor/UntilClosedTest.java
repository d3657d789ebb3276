// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import static io.reactivetracker.reactor.ReactorTracking.trackWith;
import static io.reactivetracker.reactor.ReactorTracking.untilClosed;
import static io.reactivetracker.reactor.ReactorTracking.whenClosed;
import static io.reactivetracker.reactor.ReactorTracking.whenDrained;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.group.Shutdown;
import io.reactivetracker.group.TaskGroup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.openjdk.jol.info.GraphLayout;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Scannable;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.core.publisher.Sinks;
import reactor.test.StepVerifier;
import reactor.test.publisher.PublisherProbe;
import reactor.test.publisher.TestPublisher;

@SuppressWarnings("FutureReturnValueIgnored") // the report of a shutdown does not matter here
class UntilClosedTest {

    @RegisterExtension
    final Dropped dropped = new Dropped();

    private final TaskTracker tracker = TaskTracker.create("orders");
    private final TaskGroup group = TaskGroup.builder("orders").build();
    private final IllegalStateException failure = new IllegalStateException("failed");

    /** What ends an endless source. */
    enum End {
        TRACKER_CLOSED,
        GROUP_CLOSED,
        GROUP_CANCELLED,
        GROUP_SHUT_DOWN,
        PARENT_CANCELLED,
        PARENT_SHUT_DOWN,
        TREE_CLOSED
    }

    @ParameterizedTest
    @EnumSource
    void endsAFluxAndAMonoWithoutAnError(End end) {
        TaskGroup child = group.child("child");
        boolean isOfParent = end.name().startsWith("PARENT") || end == End.TREE_CLOSED;
        TaskGroup observed = isOfParent ? child : group;
        List<String> order = Collections.synchronizedList(new ArrayList<>());
        Flux<String> flux = Flux.<String>never().doOnCancel(() -> order.add("flux cancelled"));
        Mono<String> mono = Mono.<String>never().doOnCancel(() -> order.add("mono cancelled"));
        if (end == End.TRACKER_CLOSED) {
            flux = flux.transform(untilClosed(tracker));
            mono = mono.transform(untilClosed(tracker));
        } else {
            flux = flux.transform(untilClosed(observed));
            mono = mono.transform(untilClosed(observed));
        }
        flux.subscribe(null, null, () -> order.add("flux completed"));
        mono.subscribe(null, null, () -> order.add("mono completed"));
        Mono<Void> wait = end == End.TRACKER_CLOSED ? whenClosed(tracker) : whenClosed(observed);
        wait.subscribe(null, null, () -> order.add("wait completed"));
        assertThat(order).isEmpty();
        switch (end) {
            case TRACKER_CLOSED -> tracker.close();
            case GROUP_CLOSED -> group.close();
            case TREE_CLOSED -> group.closeAndDrain();
            case GROUP_CANCELLED, PARENT_CANCELLED -> group.cancel();
            case GROUP_SHUT_DOWN, PARENT_SHUT_DOWN -> group.shutdown(Shutdown.grace(Duration.ZERO));
        }
        assertThat(order)
                .containsExactly(
                        "flux cancelled", "flux completed", "mono cancelled", "mono completed", "wait completed");
    }

    @Test
    void aPlainCloseOfTheParentEndsNoSourceOfItsChild() {
        TestPublisher<String> source = TestPublisher.create();
        source.flux().transform(untilClosed(group.child("child"))).subscribe();
        group.close();
        source.assertNotCancelled();
    }

    @Test
    void changesNothingWhileTheTrackerIsOpen() {
        StepVerifier.create(Flux.range(1, 3).transform(untilClosed(tracker)))
                .expectNext(1, 2, 3)
                .verifyComplete();
        StepVerifier.create(Mono.just("a").transform(untilClosed(tracker)))
                .expectNext("a")
                .verifyComplete();
        StepVerifier.create(Mono.empty().transform(untilClosed(group))).verifyComplete();
        StepVerifier.create(Flux.error(failure).transform(untilClosed(group))).verifyErrorMatches(failure::equals);
        StepVerifier.create(Flux.range(1, 5).transform(untilClosed(tracker)), 2)
                .expectNext(1, 2)
                .thenRequest(1)
                .expectNext(3)
                .thenCancel()
                .verify();
        StepVerifier.create(Flux.deferContextual(context -> Flux.just(context.<String>get("key")))
                        .transform(untilClosed(tracker))
                        .contextWrite(context -> context.put("key", "value")))
                .expectNext("value")
                .verifyComplete();
    }

    @Test
    void doesNotSubscribeToTheSourceOfAClosedTracker() {
        PublisherProbe<String> flux = PublisherProbe.of(Flux.just("a"));
        PublisherProbe<String> mono = PublisherProbe.of(Mono.just("a"));
        tracker.close();
        group.shutdown(Shutdown.grace(Duration.ZERO));
        StepVerifier.create(flux.flux().transform(untilClosed(tracker))).verifyComplete();
        StepVerifier.create(mono.mono().transform(untilClosed(group))).verifyComplete();
        flux.assertWasNotSubscribed();
        mono.assertWasNotSubscribed();
    }

    @Test
    void listensAnewForEachSubscriptionAndAfterAReopen() {
        Flux<String> endless = Flux.<String>never().transform(untilClosed(tracker));
        tracker.close();
        StepVerifier.create(endless).verifyComplete();
        tracker.reopen();
        StepVerifier.create(endless).expectSubscription().then(tracker::close).verifyComplete();
    }

    @Test
    void lastSignalsThatCameFirstWin() {
        TestPublisher<String> completed = TestPublisher.create();
        TestPublisher<String> failed = TestPublisher.create();
        StepVerifier.create(completed.flux().transform(untilClosed(tracker)))
                .then(completed::complete)
                .then(tracker::close)
                .verifyComplete();
        tracker.reopen();
        StepVerifier.create(failed.flux().transform(untilClosed(tracker)))
                .then(() -> failed.error(failure))
                .then(tracker::close)
                .verifyErrorMatches(failure::equals);
    }

    @Test
    void aCancelOfTheDownstreamWins() {
        TestPublisher<String> source = TestPublisher.create();
        AtomicInteger completions = new AtomicInteger();
        source.flux()
                .transform(untilClosed(tracker))
                .subscribe(null, null, completions::incrementAndGet)
                .dispose();
        tracker.close();
        source.assertCancelled(1);
        assertThat(completions).hasValue(0);
    }

    @Test
    void dropsWhatTheSourceStillSaysAfterTheClose() {
        List<CoreSubscriber<? super String>> subscribers = new ArrayList<>();
        List<Object> discarded = new ArrayList<>();
        Flux<String> stubborn = new Flux<>() {
            @Override
            public void subscribe(CoreSubscriber<? super String> subscriber) {
                subscriber.onSubscribe(Operators.emptySubscription());
                subscribers.add(subscriber);
            }
        };
        StepVerifier.create(stubborn.transform(untilClosed(tracker)).doOnDiscard(String.class, discarded::add))
                .then(tracker::close)
                .verifyComplete();
        subscribers.get(0).onNext("late");
        subscribers.get(0).onError(failure);
        subscribers.get(0).onComplete();
        assertThat(discarded).containsExactly("late");
        assertThat(dropped.takeErrors()).containsExactly(failure);
    }

    @Test
    void completesASubscriptionWhoseSourceIsSilent() {
        List<CoreSubscriber<? super String>> subscribers = new ArrayList<>();
        Flux<String> silent = new Flux<>() {
            @Override
            public void subscribe(CoreSubscriber<? super String> subscriber) {
                subscribers.add(subscriber);
            }
        };
        RecordingSubscriber downstream = new RecordingSubscriber(tracker, signal -> {});
        silent.transform(untilClosed(tracker)).subscribe(downstream);
        tracker.close();
        assertThat(downstream.signals).containsExactly("onSubscribe", "onComplete");
        AtomicInteger cancels = new AtomicInteger();
        subscribers.get(0).onSubscribe(new BaseSubscription(cancels));
        assertThat(cancels).hasValue(1);
    }

    @Test
    void completesAfterTheElementThatIsBeingPassedOn() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        List<String> order = Collections.synchronizedList(new ArrayList<>());
        Sinks.Many<String> source = Sinks.many().unicast().onBackpressureBuffer();
        source.asFlux()
                .doOnCancel(() -> order.add("source cancelled"))
                .transform(untilClosed(tracker))
                .subscribe(
                        element -> {
                            inside.countDown();
                            awaitQuietly(release);
                            order.add(element + " handled");
                        },
                        null,
                        () -> order.add("completed by " + Thread.currentThread().getName()));
        Thread emitter = new Thread(() -> source.tryEmitNext("a"), "emitter");
        emitter.start();
        inside.await();
        tracker.close();
        assertThat(order).containsExactly("source cancelled");
        release.countDown();
        emitter.join();
        assertThat(order).containsExactly("source cancelled", "a handled", "completed by emitter");
    }

    @Test
    void theWorkInFlightEndsAndTheDrainWaitsForIt() {
        Sinks.Many<String> messages = Sinks.many().multicast().directBestEffort();
        Sinks.Empty<Void> work = Sinks.empty();
        List<String> handled = new ArrayList<>();
        messages.asFlux()
                .transform(untilClosed(tracker))
                .concatMap(message -> work.asMono().then(Mono.fromRunnable(() -> handled.add(message))))
                .transform(trackWith(tracker))
                .subscribe();
        messages.tryEmitNext("a");
        tracker.close();
        assertThat(messages.currentSubscriberCount()).isZero();
        assertThat(tracker.isDrained()).isFalse();
        work.tryEmitEmpty();
        assertThat(handled).containsExactly("a");
        assertThat(tracker.isDrained()).isTrue();
    }

    @Test
    void downstreamOfTheWorkItCancelsTheWork() {
        Sinks.Many<String> messages = Sinks.many().multicast().directBestEffort();
        AtomicInteger cancelled = new AtomicInteger();
        messages.asFlux()
                .concatMap(message -> Mono.never().doOnCancel(cancelled::incrementAndGet))
                .transform(untilClosed(tracker))
                .transform(trackWith(tracker))
                .subscribe();
        messages.tryEmitNext("a");
        tracker.close();
        assertThat(cancelled).hasValue(1);
        assertThat(tracker.isDrained()).isTrue();
    }

    @Test
    void anIdleTaskOfTheGroupSucceedsInAShutdownAndOneWithWorkIsCancelledByACancel() {
        Flux.never().transform(untilClosed(group)).transform(trackWith(group)).subscribe();
        assertThat(group.shutdown(Shutdown.grace(Duration.ofSeconds(30))).join().completed())
                .isOne();

        TaskGroup other = TaskGroup.builder("other").build();
        List<Throwable> errors = new ArrayList<>();
        Flux.just("a")
                .concatWith(Flux.never())
                .transform(untilClosed(other))
                .concatMap(element -> Mono.never())
                .transform(trackWith(other))
                .subscribe(null, errors::add);
        other.cancel();
        assertThat(errors).hasSize(1).hasOnlyElementsOfType(TaskCancelledException.class);
        assertThat(other.drained().isDone()).isTrue();
    }

    @Test
    void aSourceOfAChildEndsAtTheShutdownOfTheParentSoATaskOfTheParentCanEnd() {
        TaskGroup feeds = group.child("feeds");
        Mono<Void> task = Flux.never().transform(untilClosed(feeds)).then();
        task.transform(trackWith(group, TaskOptions.named("feed"))).subscribe();
        assertThat(group.shutdown(Shutdown.grace(Duration.ofSeconds(30)))).isDone();
    }

    @Test
    void keepsTheTypeTheNameAndThePlaceInThePipeline() {
        assertThat(Mono.just(1).transform(untilClosed(tracker))).isInstanceOf(Mono.class);
        Publisher<Integer> publisher = ReactorTracking.<Publisher<Integer>>untilClosed(tracker)
                .apply(subscriber -> Flux.just(1).subscribe(subscriber));
        assertThat(publisher).isInstanceOf(Flux.class);
        Flux<Integer> named = Flux.just(1).name("numbers").transform(untilClosed(tracker));
        assertThat(Scannable.from(named).name()).isEqualTo("numbers");
        assertThat(Scannable.from(named).stepName()).isEqualTo("untilClosed");
        assertThat(Scannable.from(named).scan(Scannable.Attr.RUN_STYLE)).isEqualTo(Scannable.Attr.RunStyle.SYNC);
    }

    @Test
    void aSourceThatThrowsFailsAsInAnyPipelineAndIsForgotten() {
        long before = GraphLayout.parseInstance(tracker).totalSize();
        Flux<String> throwing = new Flux<>() {
            @Override
            public void subscribe(CoreSubscriber<? super String> subscriber) {
                throw failure;
            }
        };
        StepVerifier.create(throwing.transform(untilClosed(tracker))).verifyErrorMatches(failure::equals);
        assertThat(GraphLayout.parseInstance(tracker).totalSize()).isEqualTo(before);
    }

    @Test
    void aCompletionThatThrowsStopsNeitherOtherSubscriptionsNorTheClose() {
        AtomicInteger completions = new AtomicInteger();
        Flux.never().transform(untilClosed(tracker)).subscribe(new BaseSubscriber<>() {
            @Override
            protected void hookOnComplete() {
                throw failure;
            }
        });
        Flux.never().transform(untilClosed(tracker)).subscribe(null, null, completions::incrementAndGet);
        List<Throwable> uncaught = new ArrayList<>();
        Thread thread = Thread.currentThread();
        Thread.UncaughtExceptionHandler handler = thread.getUncaughtExceptionHandler();
        thread.setUncaughtExceptionHandler((where, thrown) -> uncaught.add(thrown));
        try {
            assertThat(tracker.close()).isTrue();
        } finally {
            thread.setUncaughtExceptionHandler(handler);
        }
        assertThat(completions).hasValue(1);
        assertThat(uncaught)
                .singleElement()
                .satisfies(thrown -> assertThat(thrown).hasCause(failure));
    }

    @Test
    void leavesNothingBehindWhenSubscriptionsEnd() {
        long before = GraphLayout.parseInstance(tracker).totalSize();
        for (int i = 0; i < 1_000; i++) {
            Flux.never().transform(untilClosed(tracker)).subscribe().dispose();
            Flux.just(1).transform(untilClosed(tracker)).subscribe();
            whenClosed(tracker).subscribe().dispose();
        }
        assertThat(GraphLayout.parseInstance(tracker).totalSize()).isEqualTo(before);
    }

    /** The close races with elements: they are serial, complete and in order up to the end, which comes once. */
    @Test
    void serializesTheCloseWithElementsOfAnotherThread() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            for (int round = 0; round < 2_000; round++) {
                TaskTracker raced = TaskTracker.create("raced");
                SerialSubscriber subscriber = new SerialSubscriber();
                List<CoreSubscriber<? super Integer>> upstream = new ArrayList<>();
                AtomicInteger cancels = new AtomicInteger();
                new Flux<Integer>() {
                    @Override
                    public void subscribe(CoreSubscriber<? super Integer> actual) {
                        actual.onSubscribe(new BaseSubscription(cancels));
                        upstream.add(actual);
                    }
                }.transform(untilClosed(raced)).subscribe(subscriber);
                boolean completes = round % 2 == 0;
                CyclicBarrier start = new CyclicBarrier(2);
                Future<?> emits = threads.submit(() -> {
                    start.await();
                    for (int i = 0; i < 20; i++) {
                        upstream.get(0).onNext(i);
                    }
                    if (completes) {
                        upstream.get(0).onComplete();
                    }
                    return null;
                });
                Future<?> closes = threads.submit(() -> {
                    start.await();
                    return raced.close();
                });
                emits.get();
                closes.get();
                assertThat(subscriber.ends).hasValue(1);
                assertThat(subscriber.violations).hasValue(0);
                assertThat(cancels.get()).isBetween(completes ? 0 : 1, 1);
                for (int i = 0; i < subscriber.elements.size(); i++) {
                    assertThat(subscriber.elements.get(i)).isEqualTo(i);
                }
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    @SuppressWarnings("NullAway")
    void takesNoNull() {
        assertThatNullPointerException()
                .isThrownBy(() -> untilClosed((TaskTracker) null))
                .withMessage("tracker must not be null");
        assertThatNullPointerException()
                .isThrownBy(() -> untilClosed((TaskGroup) null))
                .withMessage("group must not be null");
        assertThatNullPointerException()
                .isThrownBy(() -> whenClosed((TaskTracker) null))
                .withMessage("tracker must not be null");
        assertThatNullPointerException()
                .isThrownBy(() -> whenClosed((TaskGroup) null))
                .withMessage("group must not be null");
    }

    @Nested
    class WhenClosed {

        @Test
        void completesBeforeTheTasksHaveEnded() {
            try (var task = tracker.token()) {
                StepVerifier.create(whenClosed(tracker))
                        .expectSubscription()
                        .then(tracker::close)
                        .verifyComplete();
                StepVerifier.create(whenDrained(tracker))
                        .expectSubscription()
                        .then(task::close)
                        .verifyComplete();
            }
        }

        @Test
        void completesAtOnceIfClosedAndClosesNothing() {
            whenClosed(tracker).subscribe();
            assertThat(tracker.isClosed()).isFalse();
            tracker.close();
            StepVerifier.create(whenClosed(tracker), 0).verifyComplete();
        }

        @Test
        void composesWithOtherOperators() {
            CompletableFuture<List<Long>> ticks = Flux.interval(Duration.ofDays(1))
                    .startWith(7L)
                    .takeUntilOther(whenClosed(group))
                    .collectList()
                    .toFuture();
            group.close();
            assertThat(ticks).isCompletedWithValue(List.of(7L));
        }
    }

    /** Finds signals that overlap or follow the end. */
    private static final class SerialSubscriber implements CoreSubscriber<Integer> {

        private final List<Integer> elements = Collections.synchronizedList(new ArrayList<>());
        private final AtomicInteger inside = new AtomicInteger();
        private final AtomicInteger ends = new AtomicInteger();
        private final AtomicInteger violations = new AtomicInteger();

        @Override
        public void onSubscribe(Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(Integer element) {
            enter();
            elements.add(element);
            inside.decrementAndGet();
        }

        @Override
        public void onError(Throwable error) {
            violations.incrementAndGet();
        }

        @Override
        public void onComplete() {
            enter();
            ends.incrementAndGet();
            inside.decrementAndGet();
        }

        private void enter() {
            if (inside.incrementAndGet() != 1 || ends.get() != 0) {
                violations.incrementAndGet();
            }
        }
    }

    private record BaseSubscription(AtomicInteger cancels) implements Subscription {

        @Override
        public void request(long n) {}

        @Override
        public void cancel() {
            cancels.incrementAndGet();
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
