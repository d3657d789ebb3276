// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import static io.reactivetracker.rxjava.RxTracking.spawn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.reactivetracker.RunningTask;
import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.group.Backoff;
import io.reactivetracker.group.Decision;
import io.reactivetracker.group.ErrorPolicy;
import io.reactivetracker.group.Failure;
import io.reactivetracker.group.GroupClosedException;
import io.reactivetracker.group.TaskCounts;
import io.reactivetracker.group.TaskGroup;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.MaybeObserver;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.disposables.Disposable;
import io.reactivex.rxjava3.observers.TestObserver;
import io.reactivex.rxjava3.schedulers.Schedulers;
import io.reactivex.rxjava3.subjects.MaybeSubject;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@SuppressWarnings("CheckReturnValue") // the tracker shows what happens to the subscription
class SpawnTest {

    @RegisterExtension
    final Undeliverable undeliverable = new Undeliverable();

    private final TaskTracker tracker = TaskTracker.create("orders");
    private final MaybeSubject<String> source = MaybeSubject.create();
    private final IllegalStateException failure = new IllegalStateException("no ship");

    @Test
    void startsTheTaskAtOnceAndCountsItUntilItEnds() {
        AtomicBoolean subscribed = new AtomicBoolean();
        TaskHandle<String> task = spawn(tracker, "ship", source.doOnSubscribe(s -> subscribed.set(true)));
        assertThat(subscribed).isTrue();
        assertThat(tracker.size()).isOne();
        assertThat(task.isFinished()).isFalse();
        source.onSuccess("shipped");
        assertThat(task.isFinished()).isTrue();
        assertThat(tracker.size()).isZero();
    }

    @Test
    void emitsTheValueToJoinersBeforeAndAfterTheEnd() {
        TaskHandle<String> task = spawn(tracker, "ship", source);
        TestObserver<String> first = task.join().test();
        TestObserver<String> second = task.join().test();
        source.onSuccess("shipped");
        first.assertResult("shipped");
        second.assertResult("shipped");
        task.join().test().assertResult("shipped");
    }

    @Test
    void takesASingleAndACompletable() {
        TaskGroup group = TaskGroup.builder("group").build();
        spawn(tracker, "ship", Single.just("shipped")).join().test().assertResult("shipped");
        spawn(group, "ship", Single.just("shipped")).join().test().assertResult("shipped");
        spawn(tracker, "ship", Completable.complete()).join().test().assertResult();
        spawn(group, "ship", Completable.complete()).join().test().assertResult();
        assertThat(group.counts().succeeded()).isEqualTo(2);
        assertThat(tracker.size()).isZero();
    }

    @Test
    void completesEmpty() {
        TaskHandle<String> task = spawn(tracker, "ship", Maybe.empty());
        task.join().test().assertResult();
        assertThat(task.isFinished()).isTrue();
    }

    @Test
    void emitsAnErrorToJoiners() {
        TaskHandle<String> task = spawn(tracker, "ship", source);
        TestObserver<String> joiner = task.join().test();
        source.onError(failure);
        joiner.assertError(failure);
        task.join().test().assertError(failure);
        assertThat(tracker.size()).isZero();
    }

    @Test
    void reportsAnErrorThatNobodyWaitsForAndKeepsItForLaterJoiners() {
        TaskHandle<String> task = spawn(tracker, "ship", Maybe.error(failure));
        assertThat(undeliverable.take()).containsExactly(failure);
        assertThat(task.isFinished()).isTrue();
        task.join().test().assertError(failure);
    }

    @Test
    void continuesWhenAJoinIsDisposed() {
        TaskHandle<String> task = spawn(tracker, "ship", source);
        task.join().test().dispose();
        assertThat(task.isFinished()).isFalse();
        assertThat(tracker.size()).isOne();
        source.onError(failure);
        assertThat(undeliverable.take()).containsExactly(failure);
    }

    @Test
    void canBeAborted() {
        AtomicInteger disposals = new AtomicInteger();
        TaskHandle<String> task = spawn(tracker, "ship", source.doOnDispose(disposals::incrementAndGet));
        List<Throwable> seen = new ArrayList<>();
        task.join().subscribe(value -> {}, seen::add);
        assertThat(task.abort()).isTrue();
        assertThat(task.abort()).isFalse();
        assertThat(disposals).hasValue(1);
        assertThat(task.isFinished()).isTrue();
        assertThat(tracker.size()).isZero();
        assertThat(seen)
                .singleElement()
                .isInstanceOf(TaskCancelledException.class)
                .hasToString("io.reactivetracker.TaskCancelledException: task \"ship\" #" + task.id() + " of tracker \""
                        + tracker.name() + "\" was cancelled");
        task.join().test().assertError(TaskCancelledException.class);
    }

    @Test
    void canBeAbortedInAGroup() {
        TaskGroup group = TaskGroup.builder("group").build();
        TaskHandle<String> task = spawn(group, "ship", source);
        TestObserver<String> joiner = task.join().test();
        assertThat(task.abort()).isTrue();
        joiner.assertError(TaskCancelledException.class);
        assertThat(source.hasObservers()).isFalse();
        assertThat(group.counts().cancelled()).isOne();
    }

    @Test
    void reportsNothingWhenAbortedAndNobodyWaits() {
        assertThat(spawn(tracker, "ship", source).abort()).isTrue();
    }

    @Test
    void isNotAbortedOnceItHasEnded() {
        TaskHandle<String> task = spawn(tracker, "ship", Maybe.just("shipped"));
        assertThat(task.abort()).isFalse();
        task.join().test().assertResult("shipped");
    }

    @Test
    void reportsAnErrorThatComesAfterTheAbort() {
        List<MaybeObserver<? super String>> observers = new ArrayList<>();
        TaskHandle<String> task = spawn(tracker, "ship", new Maybe<String>() {
            @Override
            protected void subscribeActual(MaybeObserver<? super String> observer) {
                observer.onSubscribe(Disposable.empty());
                observers.add(observer);
            }
        });
        task.abort();
        observers.get(0).onError(failure);
        assertThat(undeliverable.take()).containsExactly(failure);
    }

    @Test
    void hasOneOutcomeInARaceOfValueAndAbort() throws Exception {
        ExecutorService completing = Executors.newSingleThreadExecutor();
        try {
            for (int round = 0; round < 2_000; round++) {
                MaybeSubject<String> raced = MaybeSubject.create();
                TaskHandle<String> task = spawn(tracker, "ship", raced);
                TestObserver<String> joiner = task.join().test();
                CyclicBarrier together = new CyclicBarrier(2);
                Future<?> completed = completing.submit(() -> {
                    together.await();
                    raced.onSuccess("shipped");
                    return null;
                });
                together.await();
                boolean wasAborted = task.abort();
                completed.get();
                if (wasAborted) {
                    joiner.assertFailure(TaskCancelledException.class);
                } else {
                    joiner.assertResult("shipped");
                }
                assertThat(tracker.size()).isZero();
            }
        } finally {
            completing.shutdown();
        }
    }

    @Test
    void isListedUnderItsName() {
        TaskHandle<String> task = spawn(tracker, "ship", source);
        assertThat(task.name()).isEqualTo("ship");
        assertThat(tracker.runningTasks()).extracting(RunningTask::id).containsExactly(task.id());
        assertThat(tracker.runningTasks()).extracting(RunningTask::name).containsExactly("ship");
        assertThat(task).hasToString("TaskHandle[ship #" + task.id() + ", running]");
        source.onSuccess("shipped");
        assertThat(task).hasToString("TaskHandle[ship #" + task.id() + ", finished]");
    }

    @Test
    void tellsJoinersBeforeItCountsAsEnded() {
        TaskHandle<String> task = spawn(tracker, "ship", source);
        List<Long> sizes = new ArrayList<>();
        task.join().subscribe(value -> sizes.add(tracker.size()));
        source.onSuccess("shipped");
        assertThat(sizes).containsExactly(1L);
    }

    @Test
    void isCountedByAClosedTracker() {
        tracker.close();
        TaskHandle<String> task = spawn(tracker, "ship", source);
        assertThat(tracker.isDrained()).isFalse();
        source.onComplete();
        assertThat(tracker.isDrained()).isTrue();
        assertThat(task.isFinished()).isTrue();
    }

    @Test
    void isRefusedByAClosedGroup() {
        TaskGroup group = TaskGroup.builder("group").build();
        group.close();
        assertThatThrownBy(() -> spawn(group, "ship", source)).isInstanceOf(GroupClosedException.class);
        assertThat(source.hasObservers()).isFalse();
    }

    @Test
    void isRetriedByItsGroup() {
        TaskGroup group = TaskGroup.builder("group")
                .executor(Runnable::run)
                .onError(ErrorPolicy.retry(1, Backoff.none()))
                .build();
        AtomicInteger attempts = new AtomicInteger();
        TaskHandle<Integer> task = spawn(group, "ship", Maybe.fromCallable(() -> {
            if (attempts.incrementAndGet() == 1) {
                throw failure;
            }
            return attempts.get();
        }));
        task.join().test().assertResult(2);
        assertThat(group.counts().succeeded()).isOne();
    }

    @Test
    void isAwaitedOnEveryThread() {
        AtomicInteger ended = new AtomicInteger();
        for (int i = 0; i < 1_000; i++) {
            spawn(
                    tracker,
                    "count",
                    Completable.fromRunnable(ended::incrementAndGet).subscribeOn(Schedulers.computation()));
        }
        tracker.close();
        RxTracking.whenDrained(tracker).blockingAwait();
        assertThat(ended).hasValue(1_000);
    }

    @Test
    void failsIfItsSourceThrowsInSubscribe() {
        TaskGroup group = TaskGroup.builder("group").build();
        Maybe<String> throwing = new Maybe<>() {
            @Override
            protected void subscribeActual(MaybeObserver<? super String> observer) {
                throw failure;
            }
        };
        for (TaskHandle<String> task : List.of(spawn(tracker, "ship", throwing), spawn(group, "ship", throwing))) {
            assertThat(task.isFinished()).isTrue();
            task.join().test().assertError(error -> causes(error).contains(failure));
        }
        assertThat(undeliverable.take())
                .isNotEmpty()
                .allMatch(error -> causes(error).contains(failure));
        assertThat(tracker.size()).isZero();
        assertThat(group.counts().failed()).isOne();
    }

    private static List<Throwable> causes(Throwable error) {
        List<Throwable> causes = new ArrayList<>();
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            causes.add(cause);
        }
        return causes;
    }

    @Test
    @SuppressWarnings("NullAway")
    void rejectsBadArguments() {
        assertThatNullPointerException()
                .isThrownBy(() -> spawn((TaskTracker) null, "ship", Maybe.empty()))
                .withMessage("tracker must not be null");
        assertThatNullPointerException()
                .isThrownBy(() -> spawn((TaskGroup) null, "ship", Maybe.empty()))
                .withMessage("group must not be null");
        assertThatNullPointerException()
                .isThrownBy(() -> spawn(tracker, "ship", (Maybe<String>) null))
                .withMessage("task must not be null");
        assertThatNullPointerException()
                .isThrownBy(() -> spawn(tracker, "ship", (Single<String>) null))
                .withMessage("task must not be null");
        assertThatIllegalArgumentException().isThrownBy(() -> spawn(tracker, " ", source));
        assertThat(tracker.size()).isZero();
    }

    @Test
    void leavesNothingCountedIfSubscribingThrowsAFatalError() {
        LinkageError fatal = new LinkageError("fatal");
        List<Maybe<String>> tasks = List.of(
                Maybe.defer(() -> {
                    throw fatal;
                }),
                Maybe.just("order").map(order -> {
                    throw fatal;
                }),
                Maybe.fromCallable(() -> {
                    throw fatal;
                }));
        for (Maybe<String> task : tasks) {
            assertThat(catchThrowable(() -> spawn(tracker, "ship", task))).isSameAs(fatal);
            assertThat(tracker.size()).isZero();
            assertThat(tracker.runningTasks()).isEmpty();
            TaskGroup group = TaskGroup.builder("group").build();
            assertThat(catchThrowable(() -> spawn(group, "ship", task))).isSameAs(fatal);
            assertThat(group.snapshot().counts())
                    .returns(1L, TaskCounts::failed)
                    .returns(0L, TaskCounts::cancelled)
                    .returns(0L, TaskCounts::active);
        }
    }

    @Test
    void isNotAbortedByThePolicyThatJudgesItsLastError() {
        AtomicReference<TaskHandle<String>> task = new AtomicReference<>();
        AtomicBoolean wasAborted = new AtomicBoolean(true);
        ErrorPolicy aborting = new ErrorPolicy() {
            @Override
            public Decision onError(Failure last) {
                wasAborted.set(Objects.requireNonNull(task.get()).abort());
                return Decision.fail();
            }

            @Override
            public boolean isTerminal() {
                return true;
            }
        };
        TaskGroup group = TaskGroup.builder("group").onError(aborting).build();
        task.set(spawn(group, "ship", source));
        TestObserver<String> joiner = Objects.requireNonNull(task.get()).join().test();
        source.onError(failure);
        joiner.assertError(failure);
        assertThat(wasAborted).isFalse();
        assertThat(group.snapshot().counts().failed()).isOne();
    }
}
