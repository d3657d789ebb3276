// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.reactivetracker.TaskToken;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.rxjava.Kind.Mode;
import io.reactivex.rxjava3.exceptions.ProtocolViolationException;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * However a subscription ends, by the rules or against them, it is counted down once, after its end was delivered, and
 * nothing that was thrown is swallowed.
 */
class ReleaseMatrixTest {

    @RegisterExtension
    final Undeliverable undeliverable = new Undeliverable();

    private final TaskTracker tracker = TaskTracker.create("matrix");
    private final RuntimeException failure = new RecordingSubscriber.PollFailure();
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

    static Stream<Arguments> everyKindAndMode() {
        return Stream.of(Kind.values()).flatMap(kind -> kind.modes().stream().map(mode -> Arguments.of(kind, mode)));
    }

    /** All but the synchronously fused, which emit no terminal signal. */
    static Stream<Arguments> everyKindAndModeWithSignals() {
        return everyKindAndMode().filter(arguments -> arguments.get()[1] != Mode.SYNC);
    }

    /** Those that pass elements on before their end. */
    static Stream<Arguments> everyKindAndModeWithElements() {
        return everyKindAndMode()
                .filter(arguments ->
                        arguments.get()[0] == Kind.FLOWABLE || arguments.get()[0] == Kind.OBSERVABLE);
    }

    @ParameterizedTest
    @MethodSource("everyKindAndMode")
    void completes(Kind kind, Mode mode) {
        ScriptedSource source = run(kind, mode, signal -> {}, (it, script) -> {
            if (mode == Mode.SYNC) {
                script.prepare("a");
                it.onSubscribe();
            } else {
                it.onSubscribe();
                it.onNext("a");
                it.onComplete();
            }
        });
        assertThat(signals()).isEqualTo(expected(kind, mode == Mode.SYNC ? "end" : "onComplete"));
        assertThat(source.sizesWhenSubscribed).containsExactly(2L);
        assertThat(source.sizesWhenCancelled).isEmpty();
        assertEndWasDeliveredWhileCounted();
    }

    @Test
    void completesAMaybeWithoutAValue() {
        run(Kind.MAYBE, Mode.PLAIN, signal -> {}, (it, script) -> {
            it.onSubscribe();
            it.onComplete();
            it.onComplete();
        });
        assertThat(signals()).containsExactly("onSubscribe", "onComplete");
        assertEndWasDeliveredWhileCounted();
    }

    @ParameterizedTest
    @MethodSource("everyKindAndMode")
    void fails(Kind kind, Mode mode) {
        run(kind, mode, signal -> {}, (it, script) -> {
            if (mode == Mode.SYNC) {
                script.failWhenPolled(failure);
                it.onSubscribe();
            } else {
                it.onSubscribe();
                it.onError(failure);
            }
        });
        assertThat(signals()).containsExactly("onSubscribe", "onError");
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
                (it, script) -> it.onSubscribe());
        assertUpstreamWasCancelledWhileCounted(source);
    }

    @ParameterizedTest
    @MethodSource("everyKindAndModeWithElements")
    void isCancelledMidway(Kind kind, Mode mode) {
        ScriptedSource source = run(
                kind,
                mode,
                signal -> {
                    if (signal.equals("onNext a")) {
                        downstream().cancel();
                    }
                },
                (it, script) -> {
                    script.prepare("a");
                    it.onSubscribe();
                    if (mode != Mode.SYNC) {
                        it.onNext("a");
                    }
                });
        assertThat(signals()).contains("onNext a");
        assertUpstreamWasCancelledWhileCounted(source);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void isCancelledByASourceThatThrowsInCancel(Kind kind) {
        downstream = RecordingSubscriber.of(tracker, Mode.PLAIN, signal -> {});
        new ScriptedSource(tracker, Mode.PLAIN, (it, script) -> it.onSubscribe(), null, failure)
                .subscribe(kind, downstream);
        assertThat(catchThrowable(downstream::cancel)).isSameAs(failure);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void isCancelledWhileItCompletes(Kind kind) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            for (int round = 0; round < 1_000; round++) {
                List<ScriptedSource.Signals> upstreams = new ArrayList<>();
                ScriptedSource source = new ScriptedSource(tracker, Mode.PLAIN, (it, script) -> {
                    it.onSubscribe();
                    upstreams.add(it);
                });
                RecordingSubscriber raced = RecordingSubscriber.of(tracker, Mode.PLAIN, signal -> {});
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
    @MethodSource("everyKindAndMode")
    void throwsInSubscribe(Kind kind, Mode mode) {
        run(kind, mode, signal -> {}, (it, script) -> {
            throw failure;
        });
        assertThat(accounted).contains(failure);
    }

    @ParameterizedTest
    @MethodSource("everyKindAndModeWithSignals")
    void throwsInSubscribeAfterItHasBegun(Kind kind, Mode mode) {
        ScriptedSource source = run(kind, mode, signal -> {}, (it, script) -> {
            it.onSubscribe();
            throw failure;
        });
        assertThat(accounted).contains(failure);
        assertUpstreamWasCancelledWhileCounted(source);
    }

    @ParameterizedTest
    @MethodSource("everyKindAndModeWithSignals")
    void throwsInSubscribeAfterItHasEnded(Kind kind, Mode mode) {
        run(kind, mode, signal -> {}, (it, script) -> {
            it.onSubscribe();
            it.onComplete();
            throw failure;
        });
        assertThat(signals()).contains("onSubscribe", "onComplete");
        assertThat(accounted).contains(failure);
        assertEndWasDeliveredWhileCounted();
    }

    @ParameterizedTest
    @MethodSource("everyKindAndMode")
    void downstreamThrowsInOnSubscribe(Kind kind, Mode mode) {
        ScriptedSource source = run(kind, mode, throwingOn("onSubscribe"), (it, script) -> it.onSubscribe());
        assertThat(accounted).contains(failure);
        assertUpstreamWasCancelledWhileCounted(source);
    }

    @ParameterizedTest
    @MethodSource("everyKindAndModeWithElements")
    void downstreamThrowsInOnNext(Kind kind, Mode mode) {
        ScriptedSource source = run(kind, mode, throwingOn("onNext a"), (it, script) -> {
            script.prepare("a");
            it.onSubscribe();
            if (mode != Mode.SYNC) {
                it.onNext("a");
            }
        });
        assertThat(accounted).contains(failure);
        assertUpstreamWasCancelledWhileCounted(source);
    }

    @ParameterizedTest
    @MethodSource("everyKindAndModeWithSignals")
    void downstreamThrowsInOnComplete(Kind kind, Mode mode) {
        run(kind, mode, throwingOn("onComplete"), (it, script) -> {
            it.onSubscribe();
            it.onComplete();
        });
        assertThat(accounted).contains(failure);
        assertEndWasDeliveredWhileCounted();
    }

    @ParameterizedTest
    @MethodSource("everyKindAndModeWithSignals")
    void downstreamThrowsInOnError(Kind kind, Mode mode) {
        run(kind, mode, throwingOn("onError"), (it, script) -> {
            it.onSubscribe();
            it.onError(secondFailure);
        });
        assertThat(accounted).contains(failure, secondFailure);
        assertEndWasDeliveredWhileCounted();
    }

    @ParameterizedTest
    @MethodSource("everyKindAndModeWithSignals")
    void emitsTwoTerminalSignals(Kind kind, Mode mode) {
        run(kind, mode, signal -> {}, (it, script) -> {
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
    @MethodSource("everyKindAndModeWithSignals")
    void failsTwice(Kind kind, Mode mode) {
        run(kind, mode, signal -> {}, (it, script) -> {
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
    @EnumSource(Kind.class)
    void completesWithoutOnSubscribe(Kind kind) {
        run(kind, Mode.PLAIN, signal -> {}, (it, script) -> it.onComplete());
        assertThat(signals()).contains("onComplete").doesNotContain("onSubscribe");
        assertEndWasDeliveredWhileCounted();
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void failsWithoutOnSubscribe(Kind kind) {
        run(kind, Mode.PLAIN, signal -> {}, (it, script) -> it.onError(failure));
        assertThat(signals()).containsExactly("onError");
        assertThat(errors()).containsExactly(failure);
        assertEndWasDeliveredWhileCounted();
    }

    @ParameterizedTest
    @MethodSource("everyKindAndModeWithSignals")
    void callsOnSubscribeTwice(Kind kind, Mode mode) {
        ScriptedSource source = run(kind, mode, signal -> {}, (it, script) -> {
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
        downstream = RecordingSubscriber.of(tracker, Mode.PLAIN, signal -> {});
        ScriptedSource source =
                new ScriptedSource(tracker, Mode.PLAIN, (it, script) -> it.onSubscribe(), failure, null);
        assertThat(catchThrowable(() -> source.subscribe(Kind.FLOWABLE, downstream())))
                .hasCause(failure);
        assertThat(undeliverable.take()).contains(failure);
        assertUpstreamWasCancelledWhileCounted(source);
    }

    @Test
    void throwsInRequestAndInCancelToo() {
        downstream = RecordingSubscriber.of(tracker, Mode.PLAIN, signal -> {});
        ScriptedSource source =
                new ScriptedSource(tracker, Mode.PLAIN, (it, script) -> it.onSubscribe(), failure, secondFailure);
        assertThat(catchThrowable(() -> source.subscribe(Kind.FLOWABLE, downstream())))
                .hasCause(failure);
        assertThat(failure.getSuppressed()).contains(secondFailure);
        undeliverable.take();
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void isFatal(Kind kind) {
        LinkageError fatal = new LinkageError("fatal");
        assertThat(catchThrowable(() -> run(kind, Mode.PLAIN, signal -> {}, (it, script) -> {
                    it.onSubscribe();
                    throw fatal;
                })))
                .isSameAs(fatal);
    }

    /** Runs a script against a tracked pipeline, and collects what the caller, the downstream and the error handler see. */
    private ScriptedSource run(Kind kind, Mode mode, Consumer<String> behaviour, ScriptedSource.Script script) {
        ScriptedSource source = new ScriptedSource(tracker, mode, script);
        downstream = RecordingSubscriber.of(tracker, mode, behaviour);
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
}
