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
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.CorePublisher;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * However a subscription ends, by the rules or against them, it is counted down once, after its end was delivered, and
 * nothing that was thrown is swallowed.
 */
class ReleaseMatrixTest {

    @RegisterExtension
    final Dropped dropped = new Dropped();

    private final TaskTracker tracker = TaskTracker.create("matrix");
    private final RuntimeException failure = new RecordingSubscriber.PollFailure();
    private final RuntimeException secondFailure = new IllegalStateException("the second");
    private final List<Throwable> accounted = new ArrayList<>();

    // One more task, for a count that went down twice would show as zero, and zero is what it should be.
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

    static Stream<Arguments> everyKindAndMode() {
        return Stream.of(Kind.values()).flatMap(kind -> Stream.of(Mode.values()).map(mode -> Arguments.of(kind, mode)));
    }

    /** All but the synchronously fused, which emit no terminal signal. */
    static Stream<Arguments> everyKindAndModeWithSignals() {
        return everyKindAndMode().filter(arguments -> arguments.get()[1] != Mode.SYNC);
    }

    @ParameterizedTest
    @MethodSource("everyKindAndMode")
    void completes(Kind kind, Mode mode) {
        ScriptedSource source = run(kind, mode, signal -> {}, (subscriber, it) -> {
            if (mode == Mode.SYNC) {
                it.prepare("a");
                it.onSubscribe(subscriber);
            } else {
                it.onSubscribe(subscriber);
                it.emit(subscriber, "a");
                subscriber.onComplete();
            }
        });
        assertThat(signals()).containsExactly("onSubscribe", "onNext a", mode == Mode.SYNC ? "end" : "onComplete");
        assertThat(source.sizesWhenSubscribed).containsExactly(2L);
        assertThat(source.sizesWhenCancelled).isEmpty();
        assertEndWasDeliveredWhileCounted();
    }

    @ParameterizedTest
    @MethodSource("everyKindAndMode")
    void fails(Kind kind, Mode mode) {
        run(kind, mode, signal -> {}, (subscriber, it) -> {
            if (mode == Mode.SYNC) {
                it.prepare("a");
                it.failWhenPolled(failure);
                it.onSubscribe(subscriber);
            } else {
                it.onSubscribe(subscriber);
                it.emit(subscriber, "a");
                subscriber.onError(failure);
            }
        });
        assertThat(signals()).containsExactly("onSubscribe", "onNext a", "onError");
        assertThat(errors()).containsExactly(failure);
        if (mode != Mode.SYNC) {
            assertEndWasDeliveredWhileCounted();
        }
    }

    @ParameterizedTest
    @MethodSource("everyKindAndMode")
    void isCancelledBeforeSubscribeReturns(Kind kind, Mode mode) {
        ScriptedSource source = run(
                kind,
                mode,
                signal -> {
                    if (signal.equals("onSubscribe")) {
                        downstream().cancel();
                    }
                },
                (subscriber, it) -> it.onSubscribe(subscriber));
        assertUpstreamWasCancelledWhileCounted(source);
    }

    @ParameterizedTest
    @MethodSource("everyKindAndMode")
    void isCancelledMidway(Kind kind, Mode mode) {
        ScriptedSource source = run(
                kind,
                mode,
                signal -> {
                    if (signal.equals("onNext a")) {
                        downstream().cancel();
                    }
                },
                (subscriber, it) -> {
                    it.prepare("a");
                    it.onSubscribe(subscriber);
                    if (mode != Mode.SYNC) {
                        it.emit(subscriber, "a");
                    }
                });
        assertThat(signals()).contains("onNext a");
        assertUpstreamWasCancelledWhileCounted(source);
    }

    @ParameterizedTest
    @MethodSource("everyKindAndMode")
    void isCancelledByASourceThatThrowsInCancel(Kind kind, Mode mode) {
        CorePublisher<String> throwing = new ScriptedSource(
                        tracker, mode, (subscriber, it) -> subscriber.onSubscribe(new ThrowingSubscription(failure)))
                .as(kind);
        downstream = RecordingSubscriber.of(tracker, Mode.PLAIN, signal -> {});
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
                ScriptedSource source = new ScriptedSource(tracker, Mode.PLAIN, (subscriber, it) -> {
                    it.onSubscribe(subscriber);
                    subscribers.add(subscriber);
                });
                RecordingSubscriber raced = RecordingSubscriber.of(tracker, Mode.PLAIN, signal -> {});
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
    @MethodSource("everyKindAndMode")
    void throwsInSubscribe(Kind kind, Mode mode) {
        run(kind, mode, signal -> {}, (subscriber, it) -> {
            throw failure;
        });
        if (mode == Mode.SYNC || mode == Mode.ASYNC) {
            // A failed subscribe offers no queue to fuse with: the scripted consumer rightly trips over that.
            return;
        }
        assertThat(signals()).containsExactly("onSubscribe", "onError");
        assertThat(errors()).containsExactly(failure);
        assertEndWasDeliveredWhileCounted();
    }

    @ParameterizedTest
    @MethodSource("everyKindAndModeWithSignals")
    void throwsInSubscribeAfterItHasBegun(Kind kind, Mode mode) {
        ScriptedSource source = run(kind, mode, signal -> {}, (subscriber, it) -> {
            it.onSubscribe(subscriber);
            it.emit(subscriber, "a");
            throw failure;
        });
        assertThat(signals()).containsExactly("onSubscribe", "onNext a", "onError");
        assertThat(errors()).containsExactly(failure);
        assertThat(source.sizesWhenCancelled).isNotEmpty();
        assertEndWasDeliveredWhileCounted();
    }

    @ParameterizedTest
    @MethodSource("everyKindAndModeWithSignals")
    void throwsInSubscribeAfterItHasEnded(Kind kind, Mode mode) {
        run(kind, mode, signal -> {}, (subscriber, it) -> {
            it.onSubscribe(subscriber);
            subscriber.onComplete();
            throw failure;
        });
        assertThat(signals()).containsExactly("onSubscribe", "onComplete");
        assertThat(dropped.takeErrors()).containsExactly(failure);
        assertEndWasDeliveredWhileCounted();
    }

    @ParameterizedTest
    @MethodSource("everyKindAndMode")
    void downstreamThrowsInOnSubscribe(Kind kind, Mode mode) {
        ScriptedSource source =
                run(kind, mode, throwingOn("onSubscribe"), (subscriber, it) -> it.onSubscribe(subscriber));
        assertThat(accounted).contains(failure);
        assertUpstreamWasCancelledWhileCounted(source);
    }

    @ParameterizedTest
    @MethodSource("everyKindAndMode")
    void downstreamThrowsInOnNext(Kind kind, Mode mode) {
        ScriptedSource source = run(kind, mode, throwingOn("onNext a"), (subscriber, it) -> {
            it.prepare("a");
            it.onSubscribe(subscriber);
            if (mode != Mode.SYNC) {
                it.emit(subscriber, "a");
            }
        });
        assertThat(accounted).contains(failure);
        assertUpstreamWasCancelledWhileCounted(source);
    }

    @ParameterizedTest
    @MethodSource("everyKindAndModeWithSignals")
    void downstreamThrowsInOnComplete(Kind kind, Mode mode) {
        run(kind, mode, throwingOn("onComplete"), (subscriber, it) -> {
            it.onSubscribe(subscriber);
            subscriber.onComplete();
        });
        accounted.addAll(dropped.takeErrors());
        assertThat(accounted).contains(failure);
        assertEndWasDeliveredWhileCounted();
    }

    @ParameterizedTest
    @MethodSource("everyKindAndModeWithSignals")
    void downstreamThrowsInOnError(Kind kind, Mode mode) {
        run(kind, mode, throwingOn("onError"), (subscriber, it) -> {
            it.onSubscribe(subscriber);
            subscriber.onError(secondFailure);
        });
        accounted.addAll(dropped.takeErrors());
        assertThat(accounted).contains(failure, secondFailure);
        assertEndWasDeliveredWhileCounted();
    }

    @ParameterizedTest
    @MethodSource("everyKindAndModeWithSignals")
    void emitsTwoTerminalSignals(Kind kind, Mode mode) {
        run(kind, mode, signal -> {}, (subscriber, it) -> {
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
    @MethodSource("everyKindAndModeWithSignals")
    void failsTwice(Kind kind, Mode mode) {
        run(kind, mode, signal -> {}, (subscriber, it) -> {
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
        run(kind, Mode.PLAIN, signal -> {}, (subscriber, it) -> subscriber.onComplete());
        assertThat(signals()).containsExactly("onComplete");
        assertEndWasDeliveredWhileCounted();
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void failsWithoutOnSubscribe(Kind kind) {
        run(kind, Mode.PLAIN, signal -> {}, (subscriber, it) -> subscriber.onError(failure));
        assertThat(signals()).containsExactly("onError");
        assertThat(errors()).containsExactly(failure);
        assertEndWasDeliveredWhileCounted();
    }

    @ParameterizedTest
    @MethodSource("everyKindAndModeWithSignals")
    void callsOnSubscribeTwice(Kind kind, Mode mode) {
        ScriptedSource source = run(kind, mode, signal -> {}, (subscriber, it) -> {
            it.onSubscribe(subscriber);
            it.onSubscribe(subscriber);
            it.emit(subscriber, "a");
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
                        Mode.PLAIN,
                        (subscriber, it) -> subscriber.onSubscribe(new ThrowingSubscription(failure) {
                            @Override
                            public void cancel() {}

                            @Override
                            public void request(long n) {
                                throw failure;
                            }
                        }))
                .as(kind);
        downstream = RecordingSubscriber.of(tracker, Mode.PLAIN, signal -> {});
        subscribe(tracked(throwing), downstream);
        assertThat(errors()).containsExactly(failure);
    }

    @Test
    void isFatal() {
        LinkageError fatal = new LinkageError("fatal");
        Throwable thrown = catchThrowable(() -> run(Kind.FLUX, Mode.PLAIN, signal -> {}, (subscriber, it) -> {
            it.onSubscribe(subscriber);
            throw fatal;
        }));
        assertThat(thrown).isSameAs(fatal);
    }

    /** Runs a script against a tracked pipeline; what it throws is what its caller, a scheduler say, would see. */
    private ScriptedSource run(Kind kind, Mode mode, Consumer<String> behaviour, ScriptedSource.Script script) {
        ScriptedSource source = new ScriptedSource(tracker, mode, script);
        downstream = RecordingSubscriber.of(tracker, mode, behaviour);
        try {
            subscribe(tracked(source.as(kind)), downstream);
        } catch (RuntimeException thrown) {
            accounted.add(thrown);
        } catch (AssertionError tripped) {
            assertThat(mode).isIn(Mode.SYNC, Mode.ASYNC);
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
        assertThat(source.sizesWhenCancelled).isNotEmpty();
        assertThat(source.sizesWhenCancelled.get(0)).isEqualTo(2);
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
