// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.reactivetracker.TaskToken;
import io.reactivetracker.TaskTracker;
import io.reactivex.rxjava3.exceptions.ProtocolViolationException;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * However a subscription ends, by the rules or against them, it is counted down once, after its end was delivered, and
 * nothing that was thrown is swallowed.
 */
class ReleaseMatrixTest {

    @RegisterExtension
    final Undeliverable undeliverable = new Undeliverable();

    private final TaskTracker tracker = TaskTracker.create("matrix");
    private final RuntimeException failure = new IllegalStateException("the first");
    private final RuntimeException secondFailure = new IllegalStateException("the second");
    private final List<Throwable> accounted = new ArrayList<>();

    // One more task, for a count that went down twice would show as zero, and zero is what it should be.
    private final TaskToken other = tracker.token();

    private @Nullable RecordingSubscriber downstream;

    @AfterEach
    void isCountedDownOnce() {
        assertThat(tracker.size()).isOne();
        other.close();
        tracker.close();
        assertThat(tracker.isDrained()).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void completes(Kind kind) {
        ScriptedSource source = run(kind, signal -> {}, (it, script) -> {
            it.onSubscribe();
            it.onNext("a");
            it.onComplete();
        });
        assertThat(signals()).isEqualTo(expected(kind, "onComplete"));
        assertThat(source.sizesWhenSubscribed).containsExactly(2L);
        assertThat(source.sizesWhenCancelled).isEmpty();
        assertEndWasDeliveredWhileCounted();
    }

    @Test
    void completesAMaybeWithoutAValue() {
        run(Kind.MAYBE, signal -> {}, (it, script) -> {
            it.onSubscribe();
            it.onComplete();
            it.onComplete();
        });
        assertThat(signals()).containsExactly("onSubscribe", "onComplete");
        assertEndWasDeliveredWhileCounted();
    }

    @ParameterizedTest
    @EnumSource
    void fails(Kind kind) {
        run(kind, signal -> {}, (it, script) -> {
            it.onSubscribe();
            it.onError(failure);
        });
        assertThat(signals()).containsExactly("onSubscribe", "onError");
        assertThat(errors()).containsExactly(failure);
        assertEndWasDeliveredWhileCounted();
    }

    @ParameterizedTest
    @EnumSource
    void isCancelledBeforeSubscribeReturns(Kind kind) {
        ScriptedSource source = run(
                kind,
                signal -> {
                    if (signal.equals("onSubscribe")) {
                        downstream().cancel();
                    }
                },
                (it, script) -> it.onSubscribe());
        assertUpstreamWasCancelledWhileCounted(source);
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOWABLE", "OBSERVABLE"})
    void isCancelledMidway(Kind kind) {
        ScriptedSource source = run(
                kind,
                signal -> {
                    if (signal.equals("onNext a")) {
                        downstream().cancel();
                    }
                },
                (it, script) -> {
                    it.onSubscribe();
                    it.onNext("a");
                });
        assertThat(signals()).contains("onNext a");
        assertUpstreamWasCancelledWhileCounted(source);
    }

    @ParameterizedTest
    @EnumSource
    void isCancelledAgainAndAgain(Kind kind) {
        ScriptedSource source = run(
                kind,
                signal -> {
                    if (signal.equals("onSubscribe")) {
                        downstream().cancel();
                        downstream().cancel();
                    }
                },
                (it, script) -> {
                    script.whenCancelled = downstream()::cancel;
                    it.onSubscribe();
                    throw failure;
                });
        assertThat(accounted).contains(failure);
        assertUpstreamWasCancelledWhileCounted(source);
    }

    @ParameterizedTest
    @EnumSource
    void isCountedUntilItsEndWasDeliveredIfItIsCancelledMeanwhile(Kind kind) {
        List<Long> sizes = new ArrayList<>();
        run(
                kind,
                signal -> {
                    if (signal.equals("onComplete")) {
                        downstream().cancel();
                        sizes.add(tracker.size());
                    }
                },
                (it, script) -> {
                    it.onSubscribe();
                    it.onComplete();
                });
        assertThat(sizes).containsExactly(2L);
    }

    @ParameterizedTest
    @EnumSource
    void failsWithoutAnError(Kind kind) {
        run(kind, signal -> {}, (it, script) -> {
            it.onSubscribe();
            it.onError(nothing());
        });
        assertThat(accounted).singleElement().isInstanceOf(NullPointerException.class);
    }

    @ParameterizedTest
    @EnumSource
    void isSubscribedAfterItHasThrownInSubscribe(Kind kind) {
        List<ScriptedSource.Signals> upstreams = new ArrayList<>();
        ScriptedSource source = run(kind, signal -> {}, (it, script) -> {
            upstreams.add(it);
            throw failure;
        });
        upstreams.get(0).onSubscribe();
        assertThat(source.sizesWhenCancelled).as("told to stop").containsExactly(1L);
        assertThat(signals()).doesNotContain("onNext a");
    }

    @ParameterizedTest
    @EnumSource
    void isCancelledByASourceThatThrowsInCancel(Kind kind) {
        downstream = new RecordingSubscriber(tracker, signal -> {});
        new ScriptedSource(tracker, (it, script) -> it.onSubscribe(), null, failure).subscribe(kind, downstream);
        assertThat(catchThrowable(downstream::cancel)).isSameAs(failure);
    }

    @ParameterizedTest
    @EnumSource
    void isCancelledWhileItCompletes(Kind kind) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            for (int round = 0; round < 1_000; round++) {
                List<ScriptedSource.Signals> upstreams = new ArrayList<>();
                ScriptedSource source = new ScriptedSource(tracker, (it, script) -> {
                    it.onSubscribe();
                    upstreams.add(it);
                });
                RecordingSubscriber raced = new RecordingSubscriber(tracker, signal -> {});
                source.subscribe(kind, raced);
                CyclicBarrier together = new CyclicBarrier(2);
                Future<?> completing = threads.submit(() -> {
                    together.await();
                    upstreams.get(0).onComplete();
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
    @EnumSource
    void throwsInSubscribe(Kind kind) {
        run(kind, signal -> {}, (it, script) -> {
            throw failure;
        });
        assertThat(accounted).contains(failure);
    }

    @ParameterizedTest
    @EnumSource
    void throwsInSubscribeAfterItHasBegun(Kind kind) {
        ScriptedSource source = run(kind, signal -> {}, (it, script) -> {
            it.onSubscribe();
            throw failure;
        });
        assertThat(accounted).contains(failure);
        assertUpstreamWasCancelledWhileCounted(source);
    }

    @ParameterizedTest
    @EnumSource
    void throwsInSubscribeAfterItHasEnded(Kind kind) {
        run(kind, signal -> {}, (it, script) -> {
            it.onSubscribe();
            it.onComplete();
            throw failure;
        });
        assertThat(signals()).contains("onSubscribe", "onComplete");
        assertThat(accounted).contains(failure);
        assertEndWasDeliveredWhileCounted();
    }

    @ParameterizedTest
    @EnumSource
    void downstreamThrowsInOnSubscribe(Kind kind) {
        ScriptedSource source = run(kind, throwingOn("onSubscribe"), (it, script) -> it.onSubscribe());
        assertThat(accounted).contains(failure);
        assertUpstreamWasCancelledWhileCounted(source);
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOWABLE", "OBSERVABLE"})
    void downstreamThrowsInOnNext(Kind kind) {
        ScriptedSource source = run(kind, throwingOn("onNext a"), (it, script) -> {
            it.onSubscribe();
            it.onNext("a");
        });
        assertThat(accounted).contains(failure);
        assertUpstreamWasCancelledWhileCounted(source);
    }

    @ParameterizedTest
    @EnumSource
    void downstreamThrowsInOnComplete(Kind kind) {
        run(kind, throwingOn("onComplete"), (it, script) -> {
            it.onSubscribe();
            it.onComplete();
        });
        assertThat(accounted).contains(failure);
        assertEndWasDeliveredWhileCounted();
    }

    @ParameterizedTest
    @EnumSource
    void downstreamThrowsInOnError(Kind kind) {
        run(kind, throwingOn("onError"), (it, script) -> {
            it.onSubscribe();
            it.onError(secondFailure);
        });
        assertThat(accounted).contains(failure, secondFailure);
        assertEndWasDeliveredWhileCounted();
    }

    @ParameterizedTest
    @EnumSource
    void emitsTwoTerminalSignals(Kind kind) {
        run(kind, signal -> {}, (it, script) -> {
            it.onSubscribe();
            it.onNext("a");
            it.onComplete();
            it.onComplete();
            it.onError(failure);
        });
        assertThat(signals()).isEqualTo(expected(kind, "onComplete"));
        assertThat(accounted).containsExactly(failure);
        assertEndWasDeliveredWhileCounted();
    }

    @ParameterizedTest
    @EnumSource
    void failsTwice(Kind kind) {
        run(kind, signal -> {}, (it, script) -> {
            it.onSubscribe();
            it.onError(failure);
            it.onError(secondFailure);
            it.onComplete();
        });
        assertThat(signals()).containsExactly("onSubscribe", "onError");
        assertThat(errors()).containsExactly(failure);
        assertThat(accounted).containsExactly(failure, secondFailure);
        assertEndWasDeliveredWhileCounted();
    }

    @ParameterizedTest
    @EnumSource
    void completesWithoutOnSubscribe(Kind kind) {
        run(kind, signal -> {}, (it, script) -> it.onComplete());
        assertThat(signals()).contains("onComplete").doesNotContain("onSubscribe");
        assertEndWasDeliveredWhileCounted();
    }

    @ParameterizedTest
    @EnumSource
    void failsWithoutOnSubscribe(Kind kind) {
        run(kind, signal -> {}, (it, script) -> it.onError(failure));
        assertThat(signals()).containsExactly("onError");
        assertThat(errors()).containsExactly(failure);
        assertEndWasDeliveredWhileCounted();
    }

    @ParameterizedTest
    @EnumSource
    void callsOnSubscribeTwice(Kind kind) {
        ScriptedSource source = run(kind, signal -> {}, (it, script) -> {
            it.onSubscribe();
            it.onSubscribe();
            it.onNext("a");
            it.onComplete();
        });
        assertThat(signals()).isEqualTo(expected(kind, "onComplete"));
        assertThat(source.sizesWhenCancelled).as("the second subscription").containsExactly(2L);
        assertThat(accounted).singleElement().isInstanceOf(ProtocolViolationException.class);
        assertEndWasDeliveredWhileCounted();
    }

    @Test
    void throwsInRequest() {
        downstream = new RecordingSubscriber(tracker, signal -> {});
        ScriptedSource source = new ScriptedSource(tracker, (it, script) -> it.onSubscribe(), failure, null);
        assertThat(catchThrowable(() -> source.subscribe(Kind.FLOWABLE, downstream())))
                .hasCause(failure);
        assertThat(undeliverable.take()).contains(failure);
        assertUpstreamWasCancelledWhileCounted(source);
    }

    @Test
    void throwsInRequestAndInCancelToo() {
        downstream = new RecordingSubscriber(tracker, signal -> {});
        ScriptedSource source = new ScriptedSource(tracker, (it, script) -> it.onSubscribe(), failure, secondFailure);
        assertThat(catchThrowable(() -> source.subscribe(Kind.FLOWABLE, downstream())))
                .hasCause(failure);
        assertThat(failure.getSuppressed()).contains(secondFailure);
        undeliverable.take();
    }

    @ParameterizedTest
    @EnumSource
    void isFatal(Kind kind) {
        LinkageError fatal = new LinkageError("fatal");
        assertThat(catchThrowable(() -> run(kind, signal -> {}, (it, script) -> {
                    it.onSubscribe();
                    throw fatal;
                })))
                .isSameAs(fatal);
    }

    /**
     * Runs a script against a tracked pipeline, and collects what the caller, the downstream and the error handler
     * see.
     */
    private ScriptedSource run(Kind kind, Consumer<String> behaviour, ScriptedSource.Script script) {
        ScriptedSource source = new ScriptedSource(tracker, script);
        downstream = new RecordingSubscriber(tracker, behaviour);
        try {
            source.subscribe(kind, downstream);
        } catch (RuntimeException thrown) {
            accounted.add(thrown.getCause() == null ? thrown : thrown.getCause());
        }
        accounted.addAll(downstream.errors);
        accounted.addAll(undeliverable.take());
        return source;
    }

    private static List<String> expected(Kind kind, String end) {
        return kind.hasElements() ? List.of("onSubscribe", "onNext a", end) : List.of("onSubscribe", end);
    }

    private Consumer<String> throwingOn(String signal) {
        return seen -> {
            if (seen.equals(signal)) {
                throw failure;
            }
        };
    }

    @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"}) // against the rules
    private static Throwable nothing() {
        return null;
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
        assertThat(source.sizesWhenCancelled).containsExactly(2L);
    }
}
