// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import static io.reactivetracker.rxjava.RxTracking.trackWith;
import static io.reactivetracker.rxjava.RxTracking.untilClosed;
import static io.reactivetracker.rxjava.RxTracking.whenClosed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.TaskToken;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.group.Shutdown;
import io.reactivetracker.group.TaskGroup;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.observers.TestObserver;
import io.reactivex.rxjava3.processors.PublishProcessor;
import io.reactivex.rxjava3.subjects.CompletableSubject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.openjdk.jol.info.GraphLayout;

@SuppressWarnings({"CheckReturnValue", "FutureReturnValueIgnored"}) // what happens is seen in the tracker
class UntilClosedTest {

    @RegisterExtension
    final Undeliverable undeliverable = new Undeliverable();

    private final TaskTracker tracker = TaskTracker.create("orders");
    private final TaskGroup group = TaskGroup.builder("orders").build();
    private final TaskGroup child = group.child("child");
    private final IllegalStateException failure = new IllegalStateException("failed");

    /** What ends an endless source. */
    enum End {
        TRACKER_CLOSED,
        GROUP_CLOSED,
        GROUP_CANCELLED,
        PARENT_CANCELLED,
        PARENT_SHUT_DOWN
    }

    private <T> TrackTransformer<T> until(End end) {
        return switch (end) {
            case TRACKER_CLOSED -> untilClosed(tracker);
            case GROUP_CLOSED, GROUP_CANCELLED -> untilClosed(group);
            case PARENT_CANCELLED, PARENT_SHUT_DOWN -> untilClosed(child);
        };
    }

    private void make(End end) {
        switch (end) {
            case TRACKER_CLOSED -> tracker.close();
            case GROUP_CLOSED -> group.close();
            case GROUP_CANCELLED, PARENT_CANCELLED -> group.cancel();
            case PARENT_SHUT_DOWN -> group.shutdown(Shutdown.grace(Duration.ZERO));
        }
    }

    @ParameterizedTest
    @EnumSource
    void cancelsTheSourceOnceAndThenCompletesEveryTypeThatCanComplete(End end) {
        for (Kind kind : Kind.values()) {
            if (kind == Kind.SINGLE) {
                continue;
            }
            UntilClosedTest fresh = new UntilClosedTest();
            ScriptedSource source = new ScriptedSource(fresh.tracker, (signals, self) -> signals.onSubscribe());
            RecordingSubscriber downstream = new RecordingSubscriber(fresh.tracker, signal -> {
                if ("onComplete".equals(signal)) {
                    assertThat(source.sizesWhenCancelled).as("cancelled before").hasSize(1);
                }
            });
            source.subscribe(kind, fresh.until(end), downstream);
            TestObserver<Void> wait = whenClosed(fresh.tracker).test();
            assertThat(downstream.signals).containsExactly("onSubscribe");
            wait.assertEmpty();
            fresh.make(end);
            assertThat(downstream.signals).as("%s", kind).containsExactly("onSubscribe", "onComplete");
            assertThat(source.sizesWhenCancelled).hasSize(1);
            if (end == End.TRACKER_CLOSED) {
                wait.assertResult();
            }
        }
    }

    @Test
    void failsASingleWhichCannotCompleteWithoutAValue() {
        TestObserver<Object> ofTracker =
                Single.never().compose(untilClosed(tracker)).test();
        TestObserver<Object> ofGroup =
                Single.never().compose(untilClosed(group)).test();
        tracker.close();
        group.close();
        ofTracker.assertFailure(TaskCancelledException.class);
        ofTracker.assertError(
                error -> "a Single that waits no longer than until the close of tracker \"orders\" was cancelled"
                        .equals(error.getMessage()));
        ofGroup.assertFailure(TaskCancelledException.class);
        // An observer without a callback for errors is left disposed, and nothing is reported.
        Single.never().compose(untilClosed(tracker)).subscribe();
    }

    @Test
    void changesNothingWhileTheTrackerIsOpen() {
        Flowable.just("a", "b").compose(untilClosed(tracker)).test().assertResult("a", "b");
        Observable.just("a", "b").compose(untilClosed(tracker)).test().assertResult("a", "b");
        Single.just("a").compose(untilClosed(group)).test().assertResult("a");
        Maybe.just("a").compose(untilClosed(group)).test().assertResult("a");
        Maybe.empty().compose(untilClosed(tracker)).test().assertResult();
        Completable.complete().compose(untilClosed(tracker)).test().assertResult();
        Flowable.error(failure).compose(untilClosed(tracker)).test().assertFailure(IllegalStateException.class);
        Single.error(failure).compose(untilClosed(tracker)).test().assertFailure(IllegalStateException.class);
    }

    @Test
    void doesNotSubscribeToTheSourceOfAClosedTracker() {
        tracker.close();
        AtomicInteger touched = new AtomicInteger();
        TrackTransformer<Object> until = untilClosed(tracker);
        Flowable.never()
                .doOnSubscribe(s -> touched.incrementAndGet())
                .compose(until)
                .test()
                .assertResult();
        Observable.never()
                .doOnSubscribe(s -> touched.incrementAndGet())
                .compose(until)
                .test()
                .assertResult();
        Single.never()
                .doOnSubscribe(s -> touched.incrementAndGet())
                .compose(until)
                .test()
                .assertFailure(TaskCancelledException.class);
        Maybe.never()
                .doOnSubscribe(s -> touched.incrementAndGet())
                .compose(until)
                .test()
                .assertResult();
        Completable.never()
                .doOnSubscribe(s -> touched.incrementAndGet())
                .compose(until)
                .test()
                .assertResult();
        assertThat(touched).hasValue(0);
    }

    @Test
    void theFirstOfTheEndsWins() {
        PublishProcessor<String> completed = PublishProcessor.create();
        PublishProcessor<String> failed = PublishProcessor.create();
        PublishProcessor<String> cancelled = PublishProcessor.create();
        var completedTest = completed.compose(untilClosed(tracker)).test();
        var failedTest = failed.compose(untilClosed(tracker)).test();
        var cancelledTest = cancelled.compose(untilClosed(tracker)).test();
        completed.onComplete();
        failed.onError(failure);
        cancelledTest.cancel();
        tracker.close();
        completedTest.assertResult();
        failedTest.assertFailure(IllegalStateException.class);
        cancelledTest.assertEmpty();
    }

    @Test
    void theWorkInFlightEndsAndTheDrainWaitsForIt() {
        PublishProcessor<String> messages = PublishProcessor.create();
        CompletableSubject work = CompletableSubject.create();
        List<String> handled = new ArrayList<>();
        messages.compose(untilClosed(tracker))
                .concatMapCompletable(message -> work.doOnComplete(() -> handled.add(message)))
                .compose(trackWith(tracker))
                .subscribe();
        messages.onNext("a");
        tracker.close();
        assertThat(messages.hasSubscribers()).isFalse();
        assertThat(tracker.isDrained()).isFalse();
        work.onComplete();
        assertThat(handled).containsExactly("a");
        assertThat(tracker.isDrained()).isTrue();
    }

    @Test
    void anErrorAfterTheCloseIsReported() {
        AtomicReference<ScriptedSource.Signals> late = new AtomicReference<>();
        ScriptedSource source = new ScriptedSource(tracker, (signals, self) -> {
            signals.onSubscribe();
            late.set(signals);
        });
        RecordingSubscriber downstream = new RecordingSubscriber(tracker, signal -> {});
        source.subscribe(Kind.FLOWABLE, untilClosed(tracker), downstream);
        tracker.close();
        Objects.requireNonNull(late.get()).onNext("late");
        late.get().onError(failure);
        late.get().onComplete();
        assertThat(downstream.signals).containsExactly("onSubscribe", "onComplete");
        assertThat(undeliverable.take()).containsExactly(failure);
    }

    @Test
    void leavesNothingBehindWhenSubscriptionsEnd() {
        long before = GraphLayout.parseInstance(tracker).totalSize();
        for (int i = 0; i < 1_000; i++) {
            Observable.never().compose(untilClosed(tracker)).subscribe().dispose();
            Single.just(1).compose(untilClosed(tracker)).subscribe();
            whenClosed(tracker).subscribe().dispose();
        }
        assertThat(GraphLayout.parseInstance(tracker).totalSize()).isEqualTo(before);
    }

    @Test
    void whenClosedCompletesBeforeTheTasksHaveEnded() {
        TaskToken running = tracker.token();
        TestObserver<Void> wait = whenClosed(tracker).test();
        wait.assertEmpty();
        tracker.close();
        wait.assertResult();
        whenClosed(tracker).test().assertResult();
        assertThat(tracker.isDrained()).isFalse();
        running.close();
        TestObserver<Void> ofGroup = whenClosed(child).test();
        group.shutdown(Shutdown.grace(Duration.ZERO));
        ofGroup.assertResult();
    }

    /** The close races with elements: they are serial and in order up to the end, which comes once. */
    @Test
    void serializesTheCloseWithElementsOfAnotherThread() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            for (int round = 0; round < 1_000; round++) {
                TaskTracker raced = TaskTracker.create("raced");
                AtomicReference<ScriptedSource.Signals> upstream = new AtomicReference<>();
                ScriptedSource source = new ScriptedSource(raced, (signals, self) -> {
                    signals.onSubscribe();
                    upstream.set(signals);
                });
                AtomicInteger inside = new AtomicInteger();
                AtomicInteger violations = new AtomicInteger();
                RecordingSubscriber downstream = new RecordingSubscriber(raced, signal -> {
                    if (inside.incrementAndGet() != 1) {
                        violations.incrementAndGet();
                    }
                    inside.decrementAndGet();
                });
                source.subscribe(Kind.FLOWABLE, untilClosed(raced), downstream);
                CyclicBarrier start = new CyclicBarrier(2);
                Future<?> emits = threads.submit(() -> {
                    start.await();
                    for (int i = 0; i < 20; i++) {
                        Objects.requireNonNull(upstream.get()).onNext("element");
                    }
                    return null;
                });
                Future<?> closes = threads.submit(() -> {
                    start.await();
                    return raced.close();
                });
                emits.get();
                closes.get();
                assertThat(violations).hasValue(0);
                assertThat(source.sizesWhenCancelled).hasSize(1);
                assertThat(downstream.signals).endsWith("onComplete").containsOnlyOnce("onComplete");
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
}
