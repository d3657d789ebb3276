// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.mutiny;

import static io.reactivetracker.mutiny.MutinyTracking.cancelWith;
import static io.reactivetracker.mutiny.MutinyTracking.trackWith;
import static org.assertj.core.api.Assertions.assertThat;

import io.reactivetracker.CancellationToken;
import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.TaskTracker;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.helpers.test.AssertSubscriber;
import io.smallrye.mutiny.helpers.test.UniAssertSubscriber;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.openjdk.jol.info.GraphLayout;

/** {@link MutinyTracking#cancelWith}. */
class CancelWithTest {

    @RegisterExtension
    final Dropped dropped = new Dropped();

    private final CancellationToken token = CancellationToken.create();
    private final IllegalStateException cause = new IllegalStateException("shutting down");

    private ScriptedSource subscribe(Kind kind, Recorder downstream, ScriptedSource.Script script) {
        ScriptedSource source = new ScriptedSource(() -> 0, script);
        source.subscribe(kind, cancelWith(token), cancelWith(token), downstream);
        return source;
    }

    private static Recorder recorder(Kind kind) {
        return new Recorder(kind, () -> 0, signal -> {});
    }

    @Test
    void changesNothingWhileTheTokenIsLive() {
        assertThat(Uni.createFrom().item("a").plug(cancelWith(token)).await().indefinitely())
                .isEqualTo("a");
        assertThat(Uni.createFrom().nullItem().plug(cancelWith(token)).await().indefinitely())
                .isNull();
        Multi.createFrom()
                .items("a", "b")
                .plug(cancelWith(token))
                .subscribe()
                .withSubscriber(AssertSubscriber.create(2))
                .assertItems("a", "b")
                .assertCompleted();
        Uni.createFrom()
                .failure(cause)
                .plug(cancelWith(token))
                .subscribe()
                .withSubscriber(UniAssertSubscriber.create())
                .assertFailedWith(IllegalStateException.class, "shutting down");
    }

    @ParameterizedTest
    @EnumSource
    void doesNotSubscribeToTheUpstreamOfACancelledToken(Kind kind) {
        token.cancel(cause);
        Recorder downstream = recorder(kind);
        ScriptedSource source = subscribe(kind, downstream, ScriptedSource.Signals::onSubscribe);
        assertThat(source.sizesWhenSubscribed).isEmpty();
        assertThat(downstream.signals).containsExactly("onSubscribe", "onFailure");
        assertThat(downstream.failures).singleElement().isInstanceOf(TaskCancelledException.class);
        assertThat(downstream.failures.get(0)).hasCause(cause);
    }

    @ParameterizedTest
    @EnumSource
    void cancelsTheUpstreamOnceAndThenEndsTheDownstream(Kind kind) {
        Recorder downstream = recorder(kind);
        ScriptedSource source = subscribe(kind, downstream, ScriptedSource.Signals::onSubscribe);
        List<String> seenByTheUpstream = new ArrayList<>();
        source.whenCancelled = () -> seenByTheUpstream.addAll(downstream.signals);
        token.cancel(cause);
        downstream.cancel();
        assertThat(seenByTheUpstream).containsExactly("onSubscribe");
        assertThat(source.sizesWhenCancelled).hasSize(1);
        assertThat(downstream.signals).containsExactly("onSubscribe", "onFailure");
    }

    @ParameterizedTest
    @EnumSource
    void leavesACompletionThatCameFirstAlone(Kind kind) {
        Recorder downstream = recorder(kind);
        ScriptedSource source = subscribe(kind, downstream, signals -> {
            signals.onSubscribe();
            signals.onCompletion();
        });
        token.cancel();
        assertThat(downstream.signals).containsExactly("onSubscribe", "onCompletion");
        assertThat(source.sizesWhenCancelled).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void dropsWhatTheUpstreamSignalsAfterTheCut(Kind kind) {
        List<ScriptedSource.Signals> upstream = new ArrayList<>();
        Recorder downstream = recorder(kind);
        subscribe(kind, downstream, signals -> {
            signals.onSubscribe();
            upstream.add(signals);
        });
        token.cancel();
        upstream.get(0).onItem("late");
        upstream.get(0).onFailure(cause);
        upstream.get(0).onCompletion();
        assertThat(downstream.signals).containsExactly("onSubscribe", "onFailure");
        assertThat(dropped.take()).containsExactly(cause);
    }

    @ParameterizedTest
    @EnumSource
    void doesNotReportALateFailureThatIsTheReasonForTheCut(Kind kind) {
        List<ScriptedSource.Signals> upstream = new ArrayList<>();
        subscribe(kind, recorder(kind), signals -> {
            signals.onSubscribe();
            upstream.add(signals);
        });
        token.cancel(cause);
        upstream.get(0).onFailure(cause);
    }

    @ParameterizedTest
    @EnumSource
    void tellsTheDownstreamThoughTheSourceHasNotAnswered(Kind kind) {
        List<ScriptedSource.Signals> upstream = new ArrayList<>();
        Recorder downstream = recorder(kind);
        ScriptedSource source = subscribe(kind, downstream, signals -> {
            token.cancel();
            upstream.add(signals);
        });
        upstream.get(0).onSubscribe();
        assertThat(downstream.signals).containsExactly("onSubscribe", "onFailure");
        assertThat(source.sizesWhenCancelled).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource
    void tellsNothingToADownstreamThatHasCancelled(Kind kind) {
        Recorder downstream = recorder(kind);
        ScriptedSource source = subscribe(kind, downstream, ScriptedSource.Signals::onSubscribe);
        downstream.cancel();
        token.cancel();
        assertThat(downstream.signals).containsExactly("onSubscribe");
        assertThat(source.sizesWhenCancelled).hasSize(1);
    }

    @Test
    void canBeCancelledFromWithinAnItem() {
        Multi.createFrom()
                .range(1, 100)
                .plug(cancelWith(token))
                .invoke(n -> {
                    if (n == 2) {
                        token.cancel();
                    }
                })
                .subscribe()
                .withSubscriber(AssertSubscriber.create(Long.MAX_VALUE))
                .assertItems(1, 2)
                .assertFailedWith(TaskCancelledException.class);
    }

    @ParameterizedTest
    @EnumSource
    void isCountedUntilTheDownstreamWasTold(Kind kind) {
        TaskTracker tracker = TaskTracker.create("orders");
        Recorder downstream = new Recorder(kind, tracker::size, signal -> {});
        ScriptedSource source = new ScriptedSource(tracker::size, ScriptedSource.Signals::onSubscribe);
        source.subscribe(
                kind,
                uni -> uni.plug(cancelWith(token)).plug(trackWith(tracker)),
                multi -> multi.plug(cancelWith(token)).plug(trackWith(tracker)),
                downstream);
        token.cancel();
        assertThat(source.sizesWhenCancelled).containsExactly(1L);
        assertThat(downstream.sizesAtTheEnd).containsExactly(1L);
        assertThat(tracker.size()).isZero();
    }

    @Test
    void leavesNothingInTheTokenOnceTheSubscriptionHasEnded() {
        long before = GraphLayout.parseInstance(token).totalSize();
        for (int i = 0; i < 1_000; i++) {
            Uni.createFrom().item(i).plug(cancelWith(token)).subscribe().with(item -> {});
            Uni.createFrom()
                    .nothing()
                    .plug(cancelWith(token))
                    .subscribe()
                    .with(item -> {})
                    .cancel();
            Multi.createFrom().empty().plug(cancelWith(token)).subscribe().with(item -> {});
            Multi.createFrom()
                    .failure(cause)
                    .plug(cancelWith(token))
                    .subscribe()
                    .with(item -> {}, error -> {});
        }
        assertThat(GraphLayout.parseInstance(token).totalSize()).isEqualTo(before);
    }

    @ParameterizedTest
    @EnumSource
    void hasOneOutcomeWhenTheSourceEndsInAnotherThread(Kind kind) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            for (int round = 0; round < 1_000; round++) {
                CancellationToken raced = CancellationToken.create();
                AtomicInteger inside = new AtomicInteger();
                AtomicInteger most = new AtomicInteger();
                Recorder downstream = new Recorder(kind, () -> 0, signal -> {
                    most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                    inside.decrementAndGet();
                });
                CyclicBarrier together = new CyclicBarrier(2);
                ScriptedSource source = new ScriptedSource(() -> 0, signals -> {
                    signals.onSubscribe();
                    signals.onItem("a");
                    signals.onCompletion();
                });
                Future<?> emitting = threads.submit(() -> {
                    together.await();
                    source.subscribe(kind, cancelWith(raced), cancelWith(raced), downstream);
                    return null;
                });
                Future<?> cancelling = threads.submit(() -> {
                    together.await();
                    return raced.cancel();
                });
                emitting.get();
                cancelling.get();
                assertThat(most.get()).isLessThanOrEqualTo(1);
                assertThat(downstream.sizesAtTheEnd).hasSize(1);
            }
        } finally {
            threads.shutdown();
        }
    }
}
