// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.mutiny;

import static io.reactivetracker.mutiny.MutinyTracking.trackWith;
import static io.reactivetracker.mutiny.MutinyTracking.untilClosed;
import static org.assertj.core.api.Assertions.assertThat;

import io.reactivetracker.TaskTracker;
import io.reactivetracker.group.TaskGroup;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.helpers.test.AssertSubscriber;
import io.smallrye.mutiny.operators.multi.processors.UnicastProcessor;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.openjdk.jol.info.GraphLayout;

/** {@code untilClosed} of trackers and groups. */
@ParameterizedClass
@EnumSource
class UntilClosedTest {

    /** What is closed. */
    enum End {
        TRACKER,
        GROUP,
        CANCELLED_GROUP
    }

    @RegisterExtension
    final Dropped dropped = new Dropped();

    @Parameter
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private End end;

    private final TaskTracker tracker = TaskTracker.create("orders");
    private final TaskGroup group = TaskGroup.builder("orders").build();

    private <P> UnaryOperator<P> operator() {
        return end == End.TRACKER ? untilClosed(tracker) : untilClosed(group);
    }

    private void close() {
        switch (end) {
            case TRACKER -> tracker.close();
            case GROUP -> group.close();
            case CANCELLED_GROUP -> group.cancel();
        }
    }

    private ScriptedSource subscribe(Kind kind, Recorder downstream, ScriptedSource.Script script) {
        ScriptedSource source = new ScriptedSource(() -> 0, script);
        source.subscribe(kind, operator(), operator(), downstream);
        return source;
    }

    private static Recorder recorder(Kind kind) {
        return new Recorder(kind, () -> 0, signal -> {});
    }

    @ParameterizedTest
    @EnumSource
    void cancelsTheSourceOnceAndThenCompletes(Kind kind) {
        Recorder downstream = recorder(kind);
        ScriptedSource source = subscribe(kind, downstream, ScriptedSource.Signals::onSubscribe);
        List<String> seenByTheSource = new ArrayList<>();
        source.whenCancelled = () -> seenByTheSource.addAll(downstream.signals);
        close();
        downstream.cancel();
        assertThat(downstream.signals).containsExactly("onSubscribe", "onCompletion");
        assertThat(source.sizesWhenCancelled).hasSize(1);
        assertThat(seenByTheSource).containsExactly("onSubscribe");
    }

    @ParameterizedTest
    @EnumSource
    void doesNotSubscribeToTheSourceIfItIsClosed(Kind kind) {
        close();
        Recorder downstream = recorder(kind);
        ScriptedSource source = subscribe(kind, downstream, ScriptedSource.Signals::onSubscribe);
        assertThat(downstream.signals).containsExactly("onSubscribe", "onCompletion");
        assertThat(source.sizesWhenSubscribed).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void completesThoughTheSourceHasNotAnswered(Kind kind) {
        List<ScriptedSource.Signals> upstream = new ArrayList<>();
        Recorder downstream = recorder(kind);
        ScriptedSource source = subscribe(kind, downstream, upstream::add);
        close();
        upstream.get(0).onSubscribe();
        assertThat(downstream.signals).containsExactly("onSubscribe", "onCompletion");
        assertThat(source.sizesWhenCancelled).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource
    void anEndThatCameFirstWins(Kind kind) {
        IllegalStateException failure = new IllegalStateException("no ship");
        Recorder failed = recorder(kind);
        subscribe(kind, failed, signals -> {
            signals.onSubscribe();
            signals.onFailure(failure);
        });
        Recorder cancelled = recorder(kind);
        subscribe(kind, cancelled, ScriptedSource.Signals::onSubscribe);
        cancelled.cancel();
        close();
        assertThat(failed.failures).containsExactly(failure);
        assertThat(failed.signals).containsExactly("onSubscribe", "onFailure");
        assertThat(cancelled.signals).containsExactly("onSubscribe");
    }

    @ParameterizedTest
    @EnumSource
    void aFailureAfterTheCloseIsDropped(Kind kind) {
        IllegalStateException failure = new IllegalStateException("no ship");
        List<ScriptedSource.Signals> upstream = new ArrayList<>();
        Recorder downstream = recorder(kind);
        subscribe(kind, downstream, signals -> {
            signals.onSubscribe();
            upstream.add(signals);
        });
        close();
        upstream.get(0).onFailure(failure);
        assertThat(downstream.signals).containsExactly("onSubscribe", "onCompletion");
        assertThat(dropped.take()).containsExactly(failure);
    }

    @Test
    void aUniCompletesWithNull() {
        List<String> seen = new ArrayList<>();
        Uni.createFrom().<String>nothing().plug(operator()).subscribe().with(item -> seen.add("item " + item));
        close();
        assertThat(seen).containsExactly("item null");
    }

    @Test
    void theWorkInFlightEndsAndTheDrainWaitsForIt() {
        UnicastProcessor<String> messages = UnicastProcessor.create();
        List<UniEmitter<? super String>> work = new ArrayList<>();
        TaskTracker drained = TaskTracker.create("work");
        AssertSubscriber<String> downstream = messages.plug(this.<Multi<String>>operator())
                .onItem()
                .transformToUniAndConcatenate(message -> Uni.createFrom().<String>emitter(work::add))
                .plug(trackWith(drained))
                .subscribe()
                .withSubscriber(AssertSubscriber.create(Long.MAX_VALUE));
        messages.onNext("a");
        close();
        drained.close();
        assertThat(drained.isDrained()).isFalse();
        work.get(0).complete("handled a");
        downstream.assertItems("handled a").assertCompleted();
        assertThat(drained.isDrained()).isTrue();
    }

    @Test
    void leavesNothingBehindWhenSubscriptionsEnd() {
        long before = GraphLayout.parseInstance(tracker).totalSize();
        for (int i = 0; i < 1_000; i++) {
            Uni.createFrom().item(i).plug(untilClosed(tracker)).subscribe().with(item -> {});
            Multi.createFrom()
                    .nothing()
                    .plug(untilClosed(tracker))
                    .subscribe()
                    .with(item -> {})
                    .cancel();
        }
        assertThat(GraphLayout.parseInstance(tracker).totalSize()).isEqualTo(before);
    }

    @ParameterizedTest
    @EnumSource
    void hasOneEndWhenTheSourceEndsInAnotherThread(Kind kind) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            for (int round = 0; round < 500; round++) {
                TaskTracker raced = TaskTracker.create("raced");
                Recorder downstream = recorder(kind);
                ScriptedSource source = new ScriptedSource(() -> 0, signals -> {
                    signals.onSubscribe();
                    signals.onItem("a");
                    signals.onCompletion();
                });
                CyclicBarrier together = new CyclicBarrier(2);
                Future<?> emitting = threads.submit(() -> {
                    together.await();
                    source.subscribe(kind, untilClosed(raced), untilClosed(raced), downstream);
                    return null;
                });
                Future<?> closing = threads.submit(() -> {
                    together.await();
                    return raced.close();
                });
                emitting.get();
                closing.get();
                assertThat(downstream.sizesAtTheEnd).hasSize(1);
            }
        } finally {
            threads.shutdown();
        }
    }
}
