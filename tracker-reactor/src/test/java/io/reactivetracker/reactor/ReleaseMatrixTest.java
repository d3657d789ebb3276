// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import static io.reactivetracker.reactor.ReactorTracking.trackWith;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.reactivetracker.TaskToken;
import io.reactivetracker.TaskTracker;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.CorePublisher;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A subscription is counted down once, after its end was delivered, and no exception is swallowed: for each end, by the
 * rules or against them.
 */
class ReleaseMatrixTest {

    @RegisterExtension
    final Dropped dropped = new Dropped();

    private final TaskTracker tracker = TaskTracker.create("matrix");
    private final RuntimeException failure = new IllegalStateException("the first");
    private final RuntimeException secondFailure = new IllegalStateException("the second");
    private final List<Throwable> accounted = new ArrayList<>();

    // One more task: otherwise a second count down from zero would not be seen.
    private final TaskToken other = tracker.token();

    private @Nullable RecordingSubscriber downstream;

    @BeforeEach
    void isCountedAlone() {
        assertThat(tracker.size()).isOne();
    }

    @AfterEach
    void isCountedDownOnce() {
        assertThat(tracker.size()).isOne();
        other.close();
        tracker.close();
        assertThat(tracker.isDrained()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void completes(Kind kind) {
        ScriptedSource source = run(kind, signal -> {}, (subscriber, it) -> {
            it.onSubscribe(subscriber);
            subscriber.onNext("a");
            subscriber.onComplete();
        });
        assertThat(signals()).containsExactly("onSubscribe", "onNext a", "onComplete");
        assertThat(source.sizesWhenSubscribed).containsExactly(2L);
        assertThat(source.sizesWhenCancelled).isEmpty();
        assertEndWasDeliveredWhileCounted();
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void fails(Kind kind) {
        run(kind, signal -> {}, (subscriber, it) -> {
            it.onSubscribe(subscriber);
            subscriber.onNext("a");
            subscriber.onError(failure);
        });
        assertThat(signals()).containsExactly("onSubscribe", "onNext a", "onError");
        assertThat(errors()).containsExactly(failure);
        assertEndWasDeliveredWhileCounted();
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void isCancelledBeforeSubscribeReturns(Kind kind) {
        ScriptedSource source = run(
                kind,
                signal -> {
                    if (signal.equals("onSubscribe")) {
                        downstream().cancel();
                    }
                },
                (subscriber, it) -> it.onSubscribe(subscriber));
        assertUpstreamWasCancelledWhileCounted(source);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void isCancelledMidway(Kind kind) {
        ScriptedSource source = run(
                kind,
                signal -> {
                    if (signal.equals("onNext a")) {
                        downstream().cancel();
                    }
                },
                (subscriber, it) -> {
                    it.onSubscribe(subscriber);
                    subscriber.onNext("a");
                });
        assertThat(signals()).contains("onNext a");
        assertUpstreamWasCancelledWhileCounted(source);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void isCancelledByASourceThatThrowsInCancel(Kind kind) {
        CorePublisher<String> throwing = new ScriptedSource(
                        tracker, (subscriber, it) -> subscriber.onSubscribe(new ThrowingSubscription(failure)))
                .as(kind);
        downstream = new RecordingSubscriber(tracker, signal -> {});
        subscribe(tracked(throwing), downstream);
        assertThat(catchThrowable(downstream::cancel)).isSameAs(failure);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void isCancelledWhileItCompletes(Kind kind) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            for (int round = 0; round < 1_000; round++) {
                List<CoreSubscriber<? super String>> subscribers = new ArrayList<>();
                ScriptedSource source = new ScriptedSource(tracker, (subscriber, it) -> {
                    it.onSubscribe(subscriber);
                    subscribers.add(subscriber);
                });
                RecordingSubscriber raced = new RecordingSubscriber(tracker, signal -> {});
                subscribe(tracked(source.as(kind)), raced);
                CyclicBarrier together = new CyclicBarrier(2);
                Future<?> completing = threads.submit(() -> {
                    together.await();
                    subscribers.get(0).onComplete();
                    return null;
                });
                Future<?> cancelling = threads.submit(() -> {
                    together.await();
                    raced.cancel();
                    return null;
                });
                completing.get();
                cancelling.get();
                assertThat(tracker.size()).isOne();
            }
        } finally {
            threads.shutdown();
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void throwsInSubscribe(Kind kind) {
        run(kind, signal -> {}, (subscriber, it) -> {
            throw failure;
        });
        assertThat(signals()).containsExactly("onSubscribe", "onError");
        assertThat(errors()).containsExactly(failure);
        assertEndWasDeliveredWhileCounted();
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void throwsInSubscribeAfterItHasBegun(Kind kind) {
        ScriptedSource source = run(kind, signal -> {}, (subscriber, it) -> {
            it.onSubscribe(subscriber);
            subscriber.onNext("a");
            throw failure;
        });
        assertThat(signals()).containsExactly("onSubscribe", "onNext a", "onError");
        assertThat(errors()).containsExactly(failure);
        assertThat(source.sizesWhenCancelled).isNotEmpty();
        assertEndWasDeliveredWhileCounted();
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void throwsInSubscribeAfterItHasEnded(Kind kind) {
        run(kind, signal -> {}, (subscriber, it) -> {
            it.onSubscribe(subscriber);
            subscriber.onComplete();
            throw failure;
        });
        assertThat(signals()).containsExactly("onSubscribe", "onComplete");
        assertThat(dropped.takeErrors()).containsExactly(failure);
        assertEndWasDeliveredWhileCounted();
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void downstreamThrowsInOnSubscribe(Kind kind) {
        ScriptedSource source = run(kind, throwingOn("onSubscribe"), (subscriber, it) -> it.onSubscribe(subscriber));
        assertThat(accounted).contains(failure);
        assertUpstreamWasCancelledWhileCounted(source);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void downstreamThrowsInOnNext(Kind kind) {
        ScriptedSource source = run(kind, throwingOn("onNext a"), (subscriber, it) -> {
            it.onSubscribe(subscriber);
            subscriber.onNext("a");
        });
        assertThat(accounted).contains(failure);
        assertUpstreamWasCancelledWhileCounted(source);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void downstreamThrowsInOnComplete(Kind kind) {
        run(kind, throwingOn("onComplete"), (subscriber, it) -> {
            it.onSubscribe(subscriber);
            subscriber.onComplete();
        });
        accounted.addAll(dropped.takeErrors());
        assertThat(accounted).contains(failure);
        assertEndWasDeliveredWhileCounted();
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void downstreamThrowsInOnError(Kind kind) {
        run(kind, throwingOn("onError"), (subscriber, it) -> {
            it.onSubscribe(subscriber);
            subscriber.onError(secondFailure);
        });
        accounted.addAll(dropped.takeErrors());
        assertThat(accounted).contains(failure, secondFailure);
        assertEndWasDeliveredWhileCounted();
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void emitsTwoTerminalSignals(Kind kind) {
        run(kind, signal -> {}, (subscriber, it) -> {
            it.onSubscribe(subscriber);
            subscriber.onComplete();
            subscriber.onComplete();
            subscriber.onError(failure);
        });
        assertThat(signals()).containsExactly("onSubscribe", "onComplete");
        assertThat(dropped.takeErrors()).containsExactly(failure);
        assertEndWasDeliveredWhileCounted();
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void failsTwice(Kind kind) {
        run(kind, signal -> {}, (subscriber, it) -> {
            it.onSubscribe(subscriber);
            subscriber.onError(failure);
            subscriber.onError(secondFailure);
            subscriber.onComplete();
        });
        assertThat(signals()).containsExactly("onSubscribe", "onError");
        assertThat(errors()).containsExactly(failure);
        assertThat(dropped.takeErrors()).containsExactly(secondFailure);
        assertEndWasDeliveredWhileCounted();
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void completesWithoutOnSubscribe(Kind kind) {
        run(kind, signal -> {}, (subscriber, it) -> subscriber.onComplete());
        assertThat(signals()).containsExactly("onComplete");
        assertEndWasDeliveredWhileCounted();
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void failsWithoutOnSubscribe(Kind kind) {
        run(kind, signal -> {}, (subscriber, it) -> subscriber.onError(failure));
        assertThat(signals()).containsExactly("onError");
        assertThat(errors()).containsExactly(failure);
        assertEndWasDeliveredWhileCounted();
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void callsOnSubscribeTwice(Kind kind) {
        ScriptedSource source = run(kind, signal -> {}, (subscriber, it) -> {
            it.onSubscribe(subscriber);
            it.onSubscribe(subscriber);
            subscriber.onNext("a");
            subscriber.onComplete();
        });
        assertThat(signals()).containsExactly("onSubscribe", "onNext a", "onComplete");
        assertThat(source.sizesWhenCancelled).as("the second subscription").containsExactly(2L);
        assertEndWasDeliveredWhileCounted();
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void throwsInRequest(Kind kind) {
        CorePublisher<String> throwing = new ScriptedSource(
                        tracker,
                        (subscriber, it) -> subscriber.onSubscribe(new ThrowingSubscription(failure) {
                            @Override
                            public void cancel() {}

                            @Override
                            public void request(long n) {
                                throw failure;
                            }
                        }))
                .as(kind);
        downstream = new RecordingSubscriber(tracker, signal -> {});
        subscribe(tracked(throwing), downstream);
        assertThat(errors()).containsExactly(failure);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void isCountedUntilItsEndIsDeliveredIfThatCancels(Kind kind) {
        List<Long> sizes = new ArrayList<>();
        ScriptedSource source = run(
                kind,
                signal -> {
                    if (signal.equals("onComplete")) {
                        downstream().cancel();
                        downstream().cancel();
                        sizes.add(tracker.size());
                    }
                },
                (subscriber, it) -> {
                    it.onSubscribe(subscriber);
                    subscriber.onComplete();
                });
        assertThat(sizes).containsExactly(2L);
        assertUpstreamWasCancelledWhileCounted(source);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void cancelsOnceIfItIsCancelledTwiceAndThenThrows(Kind kind) {
        ScriptedSource source = run(
                kind,
                signal -> {
                    if (signal.equals("onNext a")) {
                        downstream().cancel();
                        downstream().cancel();
                        throw failure;
                    }
                },
                (subscriber, it) -> {
                    it.onSubscribe(subscriber);
                    subscriber.onNext("a");
                });
        assertThat(accounted).contains(failure);
        assertUpstreamWasCancelledWhileCounted(source);
    }

    @Test
    void isFatal() {
        LinkageError fatal = new LinkageError("fatal");
        Throwable thrown = catchThrowable(() -> run(Kind.FLUX, signal -> {}, (subscriber, it) -> {
            it.onSubscribe(subscriber);
            throw fatal;
        }));
        assertThat(thrown).isSameAs(fatal);
    }

    /** Runs a script against a tracked pipeline; throws what the caller, such as a scheduler, would see. */
    private ScriptedSource run(Kind kind, Consumer<String> behaviour, ScriptedSource.Script script) {
        ScriptedSource source = new ScriptedSource(tracker, script);
        downstream = new RecordingSubscriber(tracker, behaviour);
        try {
            subscribe(tracked(source.as(kind)), downstream);
        } catch (RuntimeException thrown) {
            accounted.add(thrown);
        }
        accounted.addAll(downstream.errors);
        return source;
    }

    private Publisher<String> tracked(CorePublisher<String> source) {
        return source instanceof Mono<String> mono
                ? mono.transform(trackWith(tracker))
                : ((Flux<String>) source).transform(trackWith(tracker));
    }

    private static void subscribe(Publisher<String> publisher, CoreSubscriber<String> subscriber) {
        publisher.subscribe(subscriber);
    }

    private Consumer<String> throwingOn(String signal) {
        return seen -> {
            if (seen.equals(signal)) {
                throw failure;
            }
        };
    }

    private RecordingSubscriber downstream() {
        return Objects.requireNonNull(downstream);
    }

    private List<String> signals() {
        return downstream().signals;
    }

    private List<Throwable> errors() {
        return downstream().errors;
    }

    private void assertEndWasDeliveredWhileCounted() {
        assertThat(downstream().sizesAtTheEnd).allMatch(size -> size == 2);
    }

    private void assertUpstreamWasCancelledWhileCounted(ScriptedSource source) {
        assertThat(source.sizesWhenCancelled).as("cancelled once").containsExactly(2L);
    }

    private static class ThrowingSubscription implements Subscription {
        private final RuntimeException failure;

        ThrowingSubscription(RuntimeException failure) {
            this.failure = failure;
        }

        @Override
        public void request(long n) {}

        @Override
        public void cancel() {
            throw failure;
        }
    }
}
