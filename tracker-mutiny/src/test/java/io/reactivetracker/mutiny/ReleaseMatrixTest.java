// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.mutiny;

import static io.reactivetracker.mutiny.MutinyTracking.trackWith;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.reactivetracker.TaskToken;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.group.Decision;
import io.reactivetracker.group.TaskGroup;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * However a subscription ends, by the rules or against them, it is counted down once, after its end was delivered, and
 * nothing that was thrown is swallowed. For each type and each way to count.
 */
@ParameterizedClass
@EnumSource
class ReleaseMatrixTest {

    /** What counts the subscriptions. */
    enum Counting {
        TRACKER,
        GROUP,
        GROUP_WITH_ATTEMPTS
    }

    @RegisterExtension
    final Dropped dropped = new Dropped();

    @Parameter
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Counting counting;

    private final TaskTracker tracker = TaskTracker.create("matrix");
    private final TaskGroup group = TaskGroup.builder("matrix").build();

    // A policy of its own might retry, so an attempt has a subscriber of its own. It retries nothing.
    private final TaskGroup attempts = TaskGroup.builder("attempts")
            .executor(Runnable::run)
            .onError(error -> Decision.fail())
            .build();
    private final RuntimeException failure = new IllegalStateException("the first");
    private final RuntimeException secondFailure = new IllegalStateException("the second");
    private final List<Throwable> accounted = new ArrayList<>();

    // One more task: a count that went down twice would show as zero, which is the count that is right without it.
    private final TaskToken other = tracker.token();

    private @Nullable Recorder downstream;

    private <P> UnaryOperator<P> operator() {
        return switch (counting) {
            case TRACKER -> trackWith(tracker);
            case GROUP -> trackWith(group);
            case GROUP_WITH_ATTEMPTS -> trackWith(attempts);
        };
    }

    private long size() {
        return switch (counting) {
            case TRACKER -> tracker.size() - 1;
            case GROUP -> group.counts().pending();
            case GROUP_WITH_ATTEMPTS -> attempts.counts().pending();
        };
    }

    @AfterEach
    void isCountedDownOnce() {
        assertThat(tracker.size()).isOne();
        other.close();
        tracker.close();
        assertThat(tracker.isDrained()).isTrue();
        for (TaskGroup each : List.of(group, attempts)) {
            assertThat(each.counts().pending()).isZero();
            assertThat(each.counts().ended()).isEqualTo(each.counts().issued());
            assertThat(each.closeAndDrain().isDone()).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void completes(Kind kind) {
        ScriptedSource source = run(kind, signal -> {}, signals -> {
            signals.onSubscribe();
            signals.onItem("a");
            signals.onCompletion();
        });
        assertThat(signals()).containsExactly("onSubscribe", "onItem a", "onCompletion");
        assertThat(source.sizesWhenSubscribed).containsExactly(1L);
        assertThat(source.sizesWhenCancelled).isEmpty();
        assertEndWasDeliveredWhileCounted();
    }

    @ParameterizedTest
    @EnumSource
    void completesWithoutAnItem(Kind kind) {
        run(kind, signal -> {}, signals -> {
            signals.onSubscribe();
            signals.onCompletion();
        });
        assertThat(signals()).containsExactly("onSubscribe", "onCompletion");
        assertEndWasDeliveredWhileCounted();
    }

    @ParameterizedTest
    @EnumSource
    void fails(Kind kind) {
        run(kind, signal -> {}, signals -> {
            signals.onSubscribe();
            signals.onFailure(failure);
        });
        assertThat(signals()).containsExactly("onSubscribe", "onFailure");
        assertThat(accounted).containsExactly(failure);
        assertEndWasDeliveredWhileCounted();
    }

    @ParameterizedTest
    @EnumSource
    void failsWithoutAFailure(Kind kind) {
        ScriptedSource source = run(kind, signal -> {}, signals -> {
            signals.onSubscribe();
            signals.onFailure(null);
        });
        assertThat(accounted)
                .isNotEmpty()
                .allSatisfy(each -> assertThat(each)
                        .isInstanceOf(NullPointerException.class)
                        .hasMessage("the failure of a source must not be null"));
        assertUpstreamWasCancelledWhileCounted(source);
    }

    @ParameterizedTest
    @EnumSource
    void failsWithoutAFailureLater(Kind kind) {
        List<ScriptedSource.Signals> upstream = new ArrayList<>();
        run(kind, signal -> {}, signals -> {
            signals.onSubscribe();
            upstream.add(signals);
        });
        assertThat(catchThrowable(() -> upstream.get(0).onFailure(null))).isInstanceOf(NullPointerException.class);
    }

    @ParameterizedTest
    @EnumSource
    void isCancelledInOnSubscribe(Kind kind) {
        ScriptedSource source = run(kind, on("onSubscribe", () -> downstream().cancel()), signals -> {
            signals.onSubscribe();
        });
        if (counting != Counting.GROUP_WITH_ATTEMPTS) {
            // Otherwise the downstream has cancelled before the first attempt, and the source is not touched.
            assertUpstreamWasCancelledWhileCounted(source);
        }
    }

    @ParameterizedTest
    @EnumSource(names = "MULTI")
    void isCancelledMidway(Kind kind) {
        ScriptedSource source = run(kind, on("onItem a", () -> downstream().cancel()), signals -> {
            signals.onSubscribe();
            signals.onItem("a");
        });
        assertThat(signals()).contains("onItem a");
        assertUpstreamWasCancelledWhileCounted(source);
    }

    @ParameterizedTest
    @EnumSource
    void isCancelledAgainAndFromWithinTheCancel(Kind kind) {
        ScriptedSource source = new ScriptedSource(this::size, ScriptedSource.Signals::onSubscribe);
        downstream = new Recorder(kind, this::size, signal -> {});
        source.whenCancelled = () -> downstream().cancel();
        source.subscribe(kind, operator(), operator(), downstream());
        downstream().cancel();
        downstream().cancel();
        assertUpstreamWasCancelledWhileCounted(source);
    }

    @ParameterizedTest
    @EnumSource
    void isCountedUntilItsEndWasDeliveredIfItIsCancelledMeanwhile(Kind kind) {
        List<Long> sizes = new ArrayList<>();
        run(
                kind,
                on("onCompletion", () -> {
                    downstream().cancel();
                    sizes.add(size());
                }),
                signals -> {
                    signals.onSubscribe();
                    signals.onCompletion();
                });
        assertThat(sizes).containsExactly(1L);
    }

    @ParameterizedTest
    @EnumSource
    void isCancelledByASourceThatThrowsInCancel(Kind kind) {
        ScriptedSource source = new ScriptedSource(this::size, ScriptedSource.Signals::onSubscribe);
        source.whenCancelled = () -> {
            throw failure;
        };
        downstream = new Recorder(kind, this::size, signal -> {});
        source.subscribe(kind, operator(), operator(), downstream());
        assertThat(catchThrowable(downstream::cancel)).isSameAs(failure);
        assertUpstreamWasCancelledWhileCounted(source);
    }

    @ParameterizedTest
    @EnumSource
    void isCancelledWhileItCompletes(Kind kind) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            for (int round = 0; round < 500; round++) {
                List<ScriptedSource.Signals> upstream = new ArrayList<>();
                ScriptedSource source = new ScriptedSource(this::size, signals -> {
                    signals.onSubscribe();
                    upstream.add(signals);
                });
                Recorder raced = new Recorder(kind, this::size, signal -> {});
                source.subscribe(kind, operator(), operator(), raced);
                CyclicBarrier together = new CyclicBarrier(2);
                Future<?> completing = threads.submit(() -> {
                    together.await();
                    upstream.get(0).onCompletion();
                    return null;
                });
                Future<?> cancelling = threads.submit(() -> {
                    together.await();
                    raced.cancel();
                    return null;
                });
                completing.get();
                cancelling.get();
                assertThat(size()).isZero();
            }
        } finally {
            threads.shutdown();
        }
    }

    @ParameterizedTest
    @EnumSource
    void throwsInSubscribe(Kind kind) {
        run(kind, signal -> {}, signals -> {
            throw failure;
        });
        assertThat(accounted).contains(failure);
    }

    @ParameterizedTest
    @EnumSource
    void throwsInSubscribeAfterItHasBegun(Kind kind) {
        ScriptedSource source = run(kind, signal -> {}, signals -> {
            signals.onSubscribe();
            throw failure;
        });
        assertThat(accounted).contains(failure);
        assertUpstreamWasCancelledWhileCounted(source);
    }

    @ParameterizedTest
    @EnumSource
    void throwsInSubscribeAfterItHasEnded(Kind kind) {
        run(kind, signal -> {}, signals -> {
            signals.onSubscribe();
            signals.onCompletion();
            throw failure;
        });
        assertThat(signals()).containsExactly("onSubscribe", "onCompletion");
        assertThat(accounted).contains(failure);
        assertEndWasDeliveredWhileCounted();
    }

    @ParameterizedTest
    @EnumSource
    void subscribesAfterItHasThrownInSubscribe(Kind kind) {
        List<ScriptedSource.Signals> upstream = new ArrayList<>();
        ScriptedSource source = run(kind, signal -> {}, signals -> {
            upstream.add(signals);
            throw failure;
        });
        upstream.get(0).onSubscribe();
        assertThat(source.sizesWhenCancelled).as("told to stop").containsExactly(0L);
    }

    @ParameterizedTest
    @EnumSource
    void throwsAnErrorOfTheVirtualMachine(Kind kind) {
        LinkageError fatal = new LinkageError("fatal");
        assertThat(catchThrowable(() -> run(kind, signal -> {}, signals -> {
                    signals.onSubscribe();
                    throw fatal;
                })))
                .isSameAs(fatal);
    }

    @ParameterizedTest
    @EnumSource
    void downstreamThrowsInOnSubscribe(Kind kind) {
        ScriptedSource source = run(kind, throwingOn("onSubscribe"), signals -> signals.onSubscribe());
        assertThat(accounted).contains(failure);
        if (counting != Counting.GROUP_WITH_ATTEMPTS) {
            assertUpstreamWasCancelledWhileCounted(source);
        }
    }

    @ParameterizedTest
    @EnumSource(names = "MULTI")
    void downstreamThrowsInOnItem(Kind kind) {
        ScriptedSource source = run(kind, throwingOn("onItem a"), signals -> {
            signals.onSubscribe();
            signals.onItem("a");
        });
        assertThat(accounted).contains(failure);
        assertUpstreamWasCancelledWhileCounted(source);
    }

    @ParameterizedTest
    @EnumSource(names = "MULTI")
    void downstreamThrowsInOnItemAfterSubscribeHasReturned(Kind kind) {
        List<ScriptedSource.Signals> upstream = new ArrayList<>();
        ScriptedSource source = run(kind, throwingOn("onItem a"), signals -> {
            signals.onSubscribe();
            upstream.add(signals);
        });
        assertThat(catchThrowable(() -> upstream.get(0).onItem("a"))).isSameAs(failure);
        assertUpstreamWasCancelledWhileCounted(source);
    }

    @ParameterizedTest
    @EnumSource
    void downstreamThrowsInOnCompletion(Kind kind) {
        run(kind, throwingOn("onCompletion"), signals -> {
            signals.onSubscribe();
            signals.onCompletion();
        });
        assertThat(accounted).contains(failure);
        assertEndWasDeliveredWhileCounted();
    }

    @ParameterizedTest
    @EnumSource
    void downstreamThrowsInOnFailure(Kind kind) {
        run(kind, throwingOn("onFailure"), signals -> {
            signals.onSubscribe();
            signals.onFailure(secondFailure);
        });
        assertThat(accounted).contains(failure, secondFailure);
        assertEndWasDeliveredWhileCounted();
    }

    @ParameterizedTest
    @EnumSource
    void completesTwiceAndFails(Kind kind) {
        run(kind, signal -> {}, signals -> {
            signals.onSubscribe();
            signals.onItem("a");
            signals.onCompletion();
            signals.onCompletion();
            signals.onFailure(failure);
        });
        assertThat(signals().stream().filter("onCompletion"::equals)).hasSize(1);
        assertThat(accounted).containsExactly(failure);
        assertEndWasDeliveredWhileCounted();
    }

    @ParameterizedTest
    @EnumSource
    void failsTwice(Kind kind) {
        run(kind, signal -> {}, signals -> {
            signals.onSubscribe();
            signals.onFailure(failure);
            signals.onFailure(secondFailure);
            signals.onCompletion();
        });
        assertThat(signals()).containsExactly("onSubscribe", "onFailure");
        assertThat(accounted).containsExactly(failure, secondFailure);
        assertEndWasDeliveredWhileCounted();
    }

    @ParameterizedTest
    @EnumSource
    void endsWithoutOnSubscribe(Kind kind) {
        run(kind, signal -> {}, ScriptedSource.Signals::onCompletion);
        assertThat(signals()).contains("onCompletion");
        run(kind, signal -> {}, signals -> signals.onFailure(failure));
        assertThat(accounted).containsExactly(failure);
        assertEndWasDeliveredWhileCounted();
    }

    @ParameterizedTest
    @EnumSource
    void callsOnSubscribeTwice(Kind kind) {
        ScriptedSource source = run(kind, signal -> {}, signals -> {
            signals.onSubscribe();
            signals.onSubscribe();
            signals.onItem("a");
            signals.onCompletion();
        });
        assertThat(signals()).containsExactly("onSubscribe", "onItem a", "onCompletion");
        assertThat(source.sizesWhenCancelled).as("the second subscription").containsExactly(1L);
        assertThat(accounted).isEmpty();
        assertEndWasDeliveredWhileCounted();
    }

    @ParameterizedTest
    @EnumSource
    void throwsInRequest(Kind kind) {
        ScriptedSource source = new ScriptedSource(this::size, ScriptedSource.Signals::onSubscribe);
        source.whenRequested = () -> {
            throw failure;
        };
        source.whenCancelled = () -> {
            throw secondFailure;
        };
        run(kind, source, signal -> {});
        assertThat(accounted).contains(failure);
        assertThat(failure.getSuppressed()).contains(secondFailure);
        assertUpstreamWasCancelledWhileCounted(source);
    }

    private ScriptedSource run(Kind kind, Consumer<String> behaviour, ScriptedSource.Script script) {
        ScriptedSource source = new ScriptedSource(this::size, script);
        run(kind, source, behaviour);
        return source;
    }

    /** Runs a source, and collects what the caller, the downstream and the handler of dropped failures see. */
    private void run(Kind kind, ScriptedSource source, Consumer<String> behaviour) {
        downstream = new Recorder(kind, this::size, behaviour);
        try {
            source.subscribe(kind, this.<Uni<String>>operator(), this.<Multi<String>>operator(), downstream());
        } catch (RuntimeException thrown) {
            accounted.add(thrown);
        }
        accounted.addAll(downstream().failures);
        accounted.addAll(dropped.take());
    }

    private static Consumer<String> on(String signal, Runnable action) {
        return seen -> {
            if (seen.equals(signal)) {
                action.run();
            }
        };
    }

    private Consumer<String> throwingOn(String signal) {
        return on(signal, () -> {
            throw failure;
        });
    }

    private Recorder downstream() {
        return Objects.requireNonNull(downstream);
    }

    private List<String> signals() {
        return downstream().signals;
    }

    private void assertEndWasDeliveredWhileCounted() {
        assertThat(downstream().sizesAtTheEnd).isNotEmpty().allMatch(size -> size == 1);
    }

    private static void assertUpstreamWasCancelledWhileCounted(ScriptedSource source) {
        assertThat(source.sizesWhenCancelled).containsExactly(1L);
    }
}
