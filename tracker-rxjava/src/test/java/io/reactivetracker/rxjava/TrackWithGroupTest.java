// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import static io.reactivetracker.rxjava.RxTracking.trackWith;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.reactivetracker.RunningTask;
import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.TaskOptions;
import io.reactivetracker.group.Admission;
import io.reactivetracker.group.Backoff;
import io.reactivetracker.group.ConcurrencyLimit;
import io.reactivetracker.group.Continuation;
import io.reactivetracker.group.ErrorPolicy;
import io.reactivetracker.group.GroupClosedException;
import io.reactivetracker.group.GroupSnapshot;
import io.reactivetracker.group.Outcome;
import io.reactivetracker.group.Shutdown;
import io.reactivetracker.group.ShutdownReport;
import io.reactivetracker.group.TaskCounts;
import io.reactivetracker.group.TaskGroup;
import io.reactivetracker.group.TaskRejectedException;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.FlowableSubscriber;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.internal.subscriptions.BooleanSubscription;
import io.reactivex.rxjava3.observers.TestObserver;
import io.reactivex.rxjava3.schedulers.TestScheduler;
import io.reactivex.rxjava3.subjects.CompletableSubject;
import io.reactivex.rxjava3.subjects.MaybeSubject;
import io.reactivex.rxjava3.subjects.PublishSubject;
import io.reactivex.rxjava3.subscribers.TestSubscriber;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

class TrackWithGroupTest {

    @RegisterExtension
    final Undeliverable undeliverable = new Undeliverable();

    private final TestScheduler time = new TestScheduler();
    private final IllegalStateException failure = new IllegalStateException("no ship");
    private @Nullable TaskGroup lastGroup;

    /** One task of each type, made of the same source. */
    enum Type {
        FLOWABLE {
            @Override
            TestObserver<String> run(Maybe<String> source, TrackTransformer<String> tracked) {
                return source.toFlowable().compose(tracked).toObservable().test();
            }
        },
        OBSERVABLE {
            @Override
            TestObserver<String> run(Maybe<String> source, TrackTransformer<String> tracked) {
                return source.toObservable().compose(tracked).test();
            }
        },
        SINGLE {
            @Override
            TestObserver<String> run(Maybe<String> source, TrackTransformer<String> tracked) {
                return source.toSingle().compose(tracked).test();
            }
        },
        MAYBE {
            @Override
            TestObserver<String> run(Maybe<String> source, TrackTransformer<String> tracked) {
                return source.compose(tracked).test();
            }
        },
        COMPLETABLE {
            @Override
            TestObserver<String> run(Maybe<String> source, TrackTransformer<String> tracked) {
                return source.ignoreElement().compose(tracked).<String>toMaybe().test();
            }
        };

        abstract TestObserver<String> run(Maybe<String> source, TrackTransformer<String> tracked);
    }

    private TaskGroup group(Admission admission, ErrorPolicy policy) {
        TaskGroup group = TaskGroup.builder("orders")
                .timer(RxTracking.timer(time))
                .executor(Runnable::run)
                .admission(admission)
                .onError(policy)
                .build();
        lastGroup = group;
        return group;
    }

    /** Whatever a test has done, no task is left, and each was counted once. */
    @AfterEach
    void nothingIsLeftAndTheFiguresAddUp() {
        TaskGroup group = lastGroup;
        if (group != null) {
            group.cancel();
            assertThat(group.counts().pending()).isZero();
            assertThat(group.counts().ended()).isEqualTo(group.counts().issued());
            assertThat(group.closeAndDrain().isDone()).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource(Type.class)
    void aTaskIsActiveUntilItsLastSignalWasDelivered(Type type) {
        TaskGroup group = group(Admission.unlimited(), ErrorPolicy.continueOnError());
        MaybeSubject<String> source = MaybeSubject.create();
        TestObserver<String> seen = type.run(source, trackWith(group, "ship"));
        assertThat(group.runningTasks()).extracting(RunningTask::name).containsExactly("ship");
        source.onSuccess("shipped");
        seen.assertComplete();
        if (type != Type.COMPLETABLE) {
            seen.assertValue("shipped");
        }
        assertThat(group.counts()).isEqualTo(TaskCounts.none().with(Outcome.SUCCEEDED, 1));
    }

    @Test
    void aTaskKeepsTheOutcomeThatItsDownstreamIsJustBeingToldThoughThatCancels() {
        TaskGroup group = group(Admission.unlimited(), ErrorPolicy.continueOnError());
        CompletableSubject told = CompletableSubject.create();
        Flowable<String> next = told.andThen(Flowable.error(failure));
        Flowable<String> succeeding =
                Flowable.<String>empty().compose(trackWith(group, "ship")).doOnComplete(told::onComplete);
        Flowable.merge(next, succeeding).test().assertError(failure);
        assertThat(group.counts()).isEqualTo(TaskCounts.none().with(Outcome.SUCCEEDED, 1));
    }

    @ParameterizedTest
    @EnumSource(Type.class)
    void aTaskWaitsForItsAdmissionWithItsUpstreamUntouched(Type type) {
        ConcurrencyLimit limit = Admission.concurrency(1);
        TaskGroup group = group(limit, ErrorPolicy.continueOnError());
        MaybeSubject<String> first = MaybeSubject.create();
        type.run(first, trackWith(group));
        MaybeSubject<String> second = MaybeSubject.create();
        TestObserver<String> queued = type.run(second, trackWith(group));
        MaybeSubject<String> third = MaybeSubject.create();
        TestObserver<String> leaving = type.run(third, trackWith(group));
        assertThat(second.hasObservers()).isFalse();
        assertThat(limit.queued()).isEqualTo(2);
        leaving.dispose();
        assertThat(limit.queued()).isOne();
        first.onSuccess("shipped");
        assertThat(second.hasObservers()).isTrue();
        second.onSuccess("shipped too");
        queued.assertComplete();
        assertThat(third.hasObservers()).isFalse();
        assertThat(group.counts())
                .isEqualTo(TaskCounts.none().with(Outcome.SUCCEEDED, 2).with(Outcome.CANCELLED, 1));
        assertThat(limit.active()).isZero();
    }

    @ParameterizedTest
    @EnumSource(Type.class)
    void aTaskIsRejectedOrRefusedWithItsUpstreamUntouched(Type type) {
        TaskGroup group = group(Admission.concurrency(1, 0), ErrorPolicy.cancelOnError());
        type.run(Maybe.never(), trackWith(group));
        MaybeSubject<String> late = MaybeSubject.create();
        type.run(late, trackWith(group)).assertError(TaskRejectedException.class);
        group.close();
        type.run(late, trackWith(group)).assertError(GroupClosedException.class);
        group.cancel();
        type.run(late, trackWith(group)).assertError(TaskCancelledException.class);
        assertThat(late.hasObservers()).isFalse();
        assertThat(group.counts())
                .isEqualTo(TaskCounts.none().with(Outcome.CANCELLED, 1).with(Outcome.REJECTED, 1));
    }

    @ParameterizedTest
    @EnumSource(Type.class)
    void aCancelOfTheGroupReachesRunningAndQueuedTasks(Type type) {
        TaskGroup group = group(Admission.concurrency(1), ErrorPolicy.continueOnError());
        MaybeSubject<String> running = MaybeSubject.create();
        TestObserver<String> first = type.run(running, trackWith(group));
        MaybeSubject<String> queued = MaybeSubject.create();
        TestObserver<String> second = type.run(queued.doOnSubscribe(s -> second()), trackWith(group));
        group.cancel(failure);
        for (TestObserver<String> seen : List.of(first, second)) {
            seen.assertError(error -> error instanceof TaskCancelledException && failure.equals(error.getCause()));
        }
        assertThat(running.hasObservers()).isFalse();
        assertThat(group.counts()).isEqualTo(TaskCounts.none().with(Outcome.CANCELLED, 2));
    }

    private static void second() {
        throw new AssertionError("a queued task was run");
    }

    @ParameterizedTest
    @EnumSource(Type.class)
    void anErrorThatCancelsTheOthersStillReachesItsOwnDownstream(Type type) {
        TaskGroup group = group(Admission.unlimited(), ErrorPolicy.cancelOnError());
        TestObserver<String> other = type.run(Maybe.never(), trackWith(group));
        type.run(Maybe.error(failure), trackWith(group)).assertError(failure);
        other.assertError(error -> failure.equals(error.getCause()));
        assertThat(group.counts())
                .isEqualTo(TaskCounts.none().with(Outcome.FAILED, 1).with(Outcome.CANCELLED, 1));
    }

    // Made into an Observable, RxJava's own Maybe reports an error that comes after it was disposed of, before we see
    // it.
    @ParameterizedTest
    @EnumSource(value = Type.class, mode = EnumSource.Mode.EXCLUDE, names = "OBSERVABLE")
    void anErrorIsNotUndeliverableIfItIsWhyTheTaskAroundItWasCancelled(Type type) {
        TaskGroup group = group(Admission.unlimited(), ErrorPolicy.cancelOnError());
        TrackTransformer<String> inner = trackWith(group, "inner");
        type.run(Maybe.<String>error(failure).compose(inner), trackWith(group, "around"))
                .assertError(error -> error instanceof TaskCancelledException && failure.equals(error.getCause()));
        assertThat(group.counts())
                .isEqualTo(TaskCounts.none().with(Outcome.FAILED, 1).with(Outcome.CANCELLED, 1));
    }

    @ParameterizedTest
    @EnumSource(Type.class)
    void aTaskIsTriedAgainAtTheInstantsOfItsBackoff(Type type) {
        TaskGroup group = group(
                Admission.concurrency(1),
                ErrorPolicy.retry(2, Backoff.exponential(Duration.ofSeconds(1), Duration.ofSeconds(2)))
                        .releasingPermit());
        List<Long> attempts = new ArrayList<>();
        TestObserver<String> seen = type.run(
                Maybe.defer(() -> {
                    attempts.add(time.now(TimeUnit.SECONDS));
                    return attempts.size() == 3 ? Maybe.just("shipped") : Maybe.error(failure);
                }),
                trackWith(group));
        assertThat(group.counts().queued()).as("holds no permit while it waits").isOne();
        time.advanceTimeBy(2, TimeUnit.SECONDS);
        seen.assertNotComplete();
        time.advanceTimeBy(1, TimeUnit.SECONDS);
        seen.assertComplete();
        assertThat(attempts).containsExactly(0L, 1L, 3L);
        assertThat(group.counts()).isEqualTo(TaskCounts.none().with(Outcome.SUCCEEDED, 1));
    }

    @Test
    void aTaskGoesOnWithWhateverKindOfSourceItsPolicyHasForIt() {
        List<Continuation> kinds = List.of(
                RxTracking.resumeWith(task -> Flowable.just("other")),
                RxTracking.resumeWith(task -> Single.just("other").toFlowable()),
                task -> CompletableFuture.completedFuture("other"));
        for (Continuation kind : kinds) {
            TaskGroup group = group(Admission.unlimited(), ErrorPolicy.resumeWith(1, kind));
            Single.<String>error(failure).compose(trackWith(group)).test().assertResult("other");
        }
    }

    @Test
    void demandReachesTheUpstreamAsItIs() {
        TaskGroup group = group(Admission.unlimited(), ErrorPolicy.retry(1, Backoff.none()));
        List<Long> requested = new ArrayList<>();
        TestSubscriber<Integer> seen = Flowable.range(1, 10)
                .doOnRequest(requested::add)
                .compose(trackWith(group))
                .test(2);
        seen.assertValues(1, 2);
        seen.request(3);
        seen.assertValues(1, 2, 3, 4, 5);
        assertThat(requested).containsExactly(2L, 3L);
        seen.cancel();
        assertThat(group.counts().cancelled()).isOne();
    }

    @Test
    void anObservableMayEmitFasterThanAnyoneAsks() {
        TaskGroup group = group(Admission.unlimited(), ErrorPolicy.continueOnError());
        PublishSubject<Integer> source = PublishSubject.create();
        TestObserver<Integer> seen = source.compose(trackWith(group)).test();
        for (int i = 0; i < 1_000; i++) {
            source.onNext(i);
        }
        source.onComplete();
        seen.assertValueCount(1_000).assertComplete();
    }

    @Test
    void aTaskCanKnowItself() {
        TaskGroup group = group(Admission.unlimited(), ErrorPolicy.retry(1, Backoff.none()));
        List<String> seen = new ArrayList<>();
        RxTracking.<String>defer(group, TaskOptions.named("ship"), task -> {
                    assertThat(group.runningTasks().get(0).id()).isEqualTo(task.id());
                    seen.add(task.name() + " " + task.attempt());
                    return task.attempt() == 1 ? Flowable.error(failure) : Flowable.just("shipped");
                })
                .test()
                .assertResult("shipped");
        assertThat(seen).containsExactly("ship 1", "ship 2");
        RxTracking.defer(group, TaskOptions.defaults(), task -> {
                    task.cancellationToken().cancel();
                    return Flowable.never();
                })
                .test()
                .assertError(TaskCancelledException.class);
    }

    @Test
    void noPermitIsLostWhereverTheDownstreamThrows() {
        ConcurrencyLimit limit = Admission.concurrency(1);
        TaskGroup group = group(limit, ErrorPolicy.continueOnError());
        for (String where : List.of("onSubscribe", "onNext", "onError", "onComplete")) {
            Flowable<String> source = where.equals("onError") ? Flowable.error(failure) : Flowable.just("a");
            try {
                source.compose(trackWith(group)).subscribe(new Throwing(where));
            } catch (RuntimeException | Error thrown) {
                assertThat(thrown).hasStackTraceContaining("thrown by the downstream");
            }
            assertThat(limit.active()).as(where).isZero();
            assertThat(group.counts().pending()).as(where).isZero();
        }
        undeliverable.take();
    }

    @Test
    void aMillionQueuedTasksDrainOnAFlatStack() {
        ConcurrencyLimit limit = Admission.concurrency(1);
        TaskGroup group = group(limit, ErrorPolicy.continueOnError());
        MaybeSubject<String> holder = MaybeSubject.create();
        holder.compose(trackWith(group)).subscribe();
        AtomicInteger ran = new AtomicInteger();
        Completable task = Completable.fromAction(ran::incrementAndGet).compose(trackWith(group));
        for (int i = 0; i < 1_000_000; i++) {
            task.subscribe();
        }
        holder.onComplete();
        assertThat(ran).hasValue(1_000_000);
        assertThat(limit.active()).isZero();
    }

    @Test
    void aJoinClosesTheTreeAndAWaitDoesNot() {
        TaskGroup group = group(Admission.unlimited(), ErrorPolicy.continueOnError());
        TaskGroup mails = group.child("mails");
        MaybeSubject<String> mail = MaybeSubject.create();
        mail.compose(trackWith(mails)).subscribe();
        TestObserver<Void> drained = RxTracking.whenDrained(group).test();
        assertThat(group.isClosed()).isFalse();
        TestObserver<Void> joined = RxTracking.closeAndDrain(group).test();
        assertThat(mails.isClosed()).isTrue();
        joined.assertNotComplete();
        mail.onComplete();
        joined.assertComplete();
        drained.assertComplete();
    }

    @Test
    void aShutdownGoesThroughItsStagesThoughNobodyWaits() {
        TaskGroup group = group(Admission.unlimited(), ErrorPolicy.continueOnError());
        TestObserver<Object> task = Maybe.never().compose(trackWith(group)).test();
        TestObserver<ShutdownReport> report = RxTracking.shutdown(
                        group, Shutdown.grace(Duration.ofSeconds(30)).thenCancel(Duration.ofSeconds(5)))
                .test();
        report.dispose();
        time.advanceTimeBy(30, TimeUnit.SECONDS);
        task.assertError(TaskCancelledException.class);
        RxTracking.shutdown(group, Shutdown.grace(Duration.ZERO)).test().assertValue(ShutdownReport::isDrained);
    }

    @Test
    void aWatchShowsTheDrainGoingDownAndEndsWithIt() {
        TaskGroup group = group(Admission.unlimited(), ErrorPolicy.continueOnError());
        for (int i = 1; i <= 3; i++) {
            Completable.timer(i * 1_000L - 500, TimeUnit.MILLISECONDS, time)
                    .compose(trackWith(group))
                    .subscribe();
        }
        group.close();
        TestSubscriber<Long> pending = RxTracking.watch(group, Duration.ofSeconds(1), time)
                .map(GroupSnapshot::counts)
                .map(TaskCounts::pending)
                .test();
        time.advanceTimeBy(10, TimeUnit.SECONDS);
        pending.assertResult(3L, 2L, 1L, 0L);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RxTracking.watch(group, Duration.ofSeconds(-1), time))
                .withMessage("every must be positive, but was PT-1S");
    }

    @Test
    @SuppressWarnings("NullAway")
    void nothingMayBeNull() {
        TaskGroup group = group(Admission.unlimited(), ErrorPolicy.continueOnError());
        assertThatNullPointerException()
                .isThrownBy(() -> trackWith((TaskGroup) null))
                .withMessage("group must not be null");
        assertThatNullPointerException()
                .isThrownBy(() -> trackWith(group, (TaskOptions) null))
                .withMessage("options must not be null");
        assertThatNullPointerException().isThrownBy(() -> RxTracking.closeAndDrain(null));
        assertThatNullPointerException().isThrownBy(() -> RxTracking.shutdown(group, null));
        assertThatNullPointerException().isThrownBy(() -> RxTracking.defer(group, TaskOptions.defaults(), null));
        assertThatNullPointerException()
                .isThrownBy(() -> RxTracking.<String>trackWith(group).apply((Flowable<String>) null));
    }

    /** A downstream that throws at one place. */
    private record Throwing(String where) implements Subscriber<String> {

        @Override
        public void onSubscribe(Subscription s) {
            throwAt("onSubscribe");
            s.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(String element) {
            throwAt("onNext");
        }

        @Override
        public void onError(Throwable error) {
            throwAt("onError");
        }

        @Override
        public void onComplete() {
            throwAt("onComplete");
        }

        private void throwAt(String place) {
            if (where.equals(place)) {
                throw new IllegalStateException("thrown by the downstream");
            }
        }
    }

    @Test
    void aTaskWhoseSourceHasNotAnsweredIsToldOfACancelAllTheSame() {
        TaskGroup group = TaskGroup.builder("silent").build();
        List<Subscriber<?>> subscribers = new ArrayList<>();
        Flowable<String> silent = Flowable.unsafeCreate(subscribers::add);
        TestSubscriber<String> downstream =
                silent.compose(RxTracking.<String>trackWith(group)).test();
        group.cancel();
        downstream.assertError(TaskCancelledException.class);
        assertThat(group.counts()).isEqualTo(TaskCounts.none().with(Outcome.CANCELLED, 1));
        AtomicInteger cancels = new AtomicInteger();
        subscribers.get(0).onSubscribe(new Subscription() {
            @Override
            public void request(long n) {
                throw new AssertionError("requested");
            }

            @Override
            public void cancel() {
                cancels.incrementAndGet();
            }
        });
        assertThat(cancels).hasValue(1);
    }

    @Test
    void aTaskThatIsToldOfACancelIsCountedUntilItHasBeenThoughItsDownstreamCancelsMeanwhile() {
        TaskGroup group = TaskGroup.builder("silent").build();
        Flowable<String> silent = Flowable.unsafeCreate(subscriber -> {});
        List<Long> pending = new ArrayList<>();
        silent.compose(RxTracking.<String>trackWith(group)).subscribe(new FlowableSubscriber<>() {
            @Override
            public void onSubscribe(Subscription s) {
                s.cancel();
                pending.add(group.counts().pending());
            }

            @Override
            public void onNext(String element) {}

            @Override
            public void onError(Throwable error) {
                pending.add(group.counts().pending());
            }

            @Override
            public void onComplete() {}
        });
        group.cancel();
        assertThat(pending).containsExactly(1L, 1L);
        assertThat(group.counts().pending()).isZero();
    }

    @Test
    void aTaskIsNotDisturbedByAnAttemptThatThrowsAfterItHasFailed() {
        AtomicInteger attempts = new AtomicInteger();
        IllegalStateException thrown = new IllegalStateException("thrown after the error");
        Flowable<String> broken = Flowable.unsafeCreate(subscriber -> {
            subscriber.onSubscribe(new BooleanSubscription());
            if (attempts.incrementAndGet() == 1) {
                subscriber.onError(failure);
                throw thrown;
            }
        });
        TaskGroup group = TaskGroup.builder("broken")
                .executor(Runnable::run)
                .onError(ErrorPolicy.retry(1, Backoff.none()))
                .build();
        TestSubscriber<String> downstream =
                broken.compose(RxTracking.<String>trackWith(group)).test();
        assertThat(attempts).hasValue(2);
        assertThat(group.counts().active()).as("the second attempt").isEqualTo(1);
        assertThat(undeliverable.take()).isNotEmpty();
        downstream.cancel();
        assertThat(group.counts().pending()).isZero();
    }
}
