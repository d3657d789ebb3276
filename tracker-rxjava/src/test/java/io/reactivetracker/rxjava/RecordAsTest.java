// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import static io.reactivetracker.rxjava.RxRecording.recordAs;
import static io.reactivetracker.rxjava.RxRecording.recordManyAs;
import static io.reactivetracker.rxjava.RxRecording.revoke;
import static io.reactivetracker.rxjava.RxRecording.whenSettled;
import static io.reactivetracker.rxjava.RxTracking.trackWith;
import static io.reactivetracker.test.RecordStoreContract.assertKept;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.group.TaskGroup;
import io.reactivetracker.recorder.RecordOptions;
import io.reactivetracker.recorder.RecordStoreException;
import io.reactivetracker.recorder.SuccessNotRecordedException;
import io.reactivetracker.recorder.TaskAlreadyRecordedException;
import io.reactivetracker.recorder.TaskNotSucceededException;
import io.reactivetracker.recorder.TaskRecord;
import io.reactivetracker.recorder.TaskRecorder;
import io.reactivetracker.recorder.TaskStatus;
import io.reactivetracker.test.ManualRecordStore;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.FlowableSubscriber;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.disposables.Disposable;
import io.reactivex.rxjava3.observers.TestObserver;
import io.reactivex.rxjava3.processors.PublishProcessor;
import io.reactivex.rxjava3.schedulers.Schedulers;
import io.reactivex.rxjava3.subjects.CompletableSubject;
import io.reactivex.rxjava3.subjects.SingleSubject;
import io.reactivex.rxjava3.subscribers.TestSubscriber;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

class RecordAsTest {

    private static final String KEY = "payment-1";

    @RegisterExtension
    final Undeliverable undeliverable = new Undeliverable();

    private final ManualRecordStore<String> store = new ManualRecordStore<>(null);
    private final TaskRecorder<String> recorder = store.recorder();
    private final IllegalStateException failure = new IllegalStateException("no money");

    private TaskStatus status() {
        return RxRecording.status(recorder, KEY).blockingGet();
    }

    @Test
    void allFiveTypesAreRecordedAndThenRefused() {
        Flowable.just(1).compose(recordAs(recorder, "flowable")).test().assertResult(1);
        Observable.just(1).compose(recordAs(recorder, "observable")).test().assertResult(1);
        Single.just(1).compose(recordAs(recorder, "single")).test().assertResult(1);
        Maybe.just(1).compose(recordAs(recorder, "maybe")).test().assertResult(1);
        Maybe.empty().compose(recordAs(recorder, "empty")).test().assertResult();
        Completable.complete().compose(recordAs(recorder, "completable")).test().assertResult();
        assertThat(recorder.keys(TaskStatus.SUCCEEDED).join())
                .containsExactlyInAnyOrder("flowable", "observable", "single", "maybe", "empty", "completable");
        Flowable.just(1).compose(recordAs(recorder, "single")).test().assertFailure(TaskAlreadyRecordedException.class);
        Observable.just(1)
                .compose(recordAs(recorder, "single"))
                .test()
                .assertFailure(TaskAlreadyRecordedException.class);
        Single.just(1).compose(recordAs(recorder, "single")).test().assertFailure(TaskAlreadyRecordedException.class);
        Maybe.just(1).compose(recordAs(recorder, "single")).test().assertFailure(TaskAlreadyRecordedException.class);
        Completable.complete()
                .compose(recordAs(recorder, "single"))
                .test()
                .assertFailure(TaskAlreadyRecordedException.class);
    }

    @Test
    void aRecordEndsIfTheFirstRequestThrowsWhenTheSourceAnswersLater() {
        AtomicReference<@Nullable Subscriber<? super Integer>> waiting = new AtomicReference<>();
        Flowable<Integer> later = Flowable.<Integer>unsafeCreate(waiting::set);
        later.compose(recordAs(recorder, KEY)).subscribe();
        assertThat(status()).isEqualTo(TaskStatus.RUNNING);
        AtomicInteger cancels = new AtomicInteger();
        Subscriber<? super Integer> subscriber = Objects.requireNonNull(waiting.get());
        assertThatThrownBy(() -> subscriber.onSubscribe(new Subscription() {
                    @Override
                    public void request(long n) {
                        throw new LinkageError("the source fails");
                    }

                    @Override
                    public void cancel() {
                        cancels.incrementAndGet();
                    }
                }))
                .isInstanceOf(LinkageError.class);
        assertThat(status()).isEqualTo(TaskStatus.FAILED);
        assertThat(cancels).hasValue(1);
    }

    @Test
    void aRefusedSourceIsNotTouched() {
        TestObserver<Object> running =
                Single.never().compose(recordAs(recorder, KEY)).test();
        AtomicInteger touched = new AtomicInteger();
        Single.fromCallable(touched::incrementAndGet)
                .compose(recordAs(recorder, KEY))
                .test()
                .assertError(refused -> ((TaskAlreadyRecordedException) refused).status() == TaskStatus.RUNNING);
        assertThat(touched).hasValue(0);
        running.dispose();
        assertThat(status()).isEqualTo(TaskStatus.FAILED);
    }

    @Test
    void aSingleHoldsItsValueUntilItsSuccessIsStored() {
        store.hold(ManualRecordStore.Step.SETTLE);
        TestObserver<String> single =
                Single.just("paid").compose(recordAs(recorder, KEY)).test();
        single.assertEmpty();
        store.release();
        single.assertResult("paid");
    }

    @Test
    void aFlowablePassesItsElementsOnAndHoldsItsCompletion() {
        store.hold(ManualRecordStore.Step.SETTLE);
        TestSubscriber<Integer> flowable =
                Flowable.just(1, 2).compose(recordAs(recorder, KEY)).test();
        flowable.assertValuesOnly(1, 2);
        store.release();
        flowable.assertResult(1, 2);
    }

    @Test
    void aJoinedSuccessIsEmptyAndForASingleAnError() {
        SingleSubject<String> first = SingleSubject.create();
        var unused = first.compose(recordAs(recorder, KEY)).test();
        TestObserver<Object> joined = Maybe.never()
                .compose(recordAs(recorder, KEY, RecordOptions.orJoin()))
                .test();
        TestObserver<Object> single = Single.never()
                .compose(recordAs(recorder, KEY, RecordOptions.orJoin()))
                .test();
        first.onSuccess("paid");
        joined.assertResult();
        single.assertError(error -> ((TaskAlreadyRecordedException) error).status() == TaskStatus.SUCCEEDED);
    }

    @Test
    void aTaskCanBeMadeOfItsAttempt() {
        List<Long> fences = new ArrayList<>();
        recordAs(recorder, KEY, attempt -> {
                    fences.add(attempt.fencingToken());
                    return fences.size() < 3 ? Single.<String>error(failure) : Single.just(attempt.key());
                })
                .retry()
                .test()
                .assertResult(KEY);
        assertThat(fences).containsExactly(1L, 2L, 3L);
        assertThat(store.settlements()).containsExactly(failure, failure, null);
        recordManyAs(recorder, "many", RecordOptions.defaults(), attempt -> Flowable.just(1L, attempt.fencingToken()))
                .test()
                .assertResult(1L, 1L);
        recordAs(recorder, "thrown", attempt -> {
                    throw failure;
                })
                .test()
                .assertError(failure);
        assertKept(RxRecording.failure(recorder, "thrown").blockingGet(), failure);
    }

    @Test
    void cancelledBeforeTheKeyIsGrantedItIsGivenBack() {
        store.hold(ManualRecordStore.Step.BEGIN);
        AtomicInteger touched = new AtomicInteger();
        TestObserver<Integer> task = Single.fromCallable(touched::incrementAndGet)
                .compose(recordAs(recorder, KEY))
                .test();
        task.dispose();
        store.release();
        assertThat(touched).hasValue(0);
        assertThat(status()).isEqualTo(TaskStatus.FAILED);
        task.assertEmpty();
    }

    @Test
    void cancelledWhileRunningTheSourceIsCancelledAndThatIsRecorded() {
        PublishProcessor<String> source = PublishProcessor.create();
        TestSubscriber<String> task = source.compose(recordAs(recorder, KEY)).test();
        assertThat(source.hasSubscribers()).isTrue();
        task.cancel();
        assertThat(source.hasSubscribers()).isFalse();
        assertThat(status()).isEqualTo(TaskStatus.FAILED);
        assertThat(store.settlements()).hasSize(1);
    }

    @Test
    void cancelledWhileItsEndIsStoredItIsToldNothing() {
        store.hold(ManualRecordStore.Step.SETTLE);
        TestObserver<String> task =
                Single.just("paid").compose(recordAs(recorder, KEY)).test();
        task.dispose();
        store.release();
        task.assertEmpty();
        assertThat(status()).isEqualTo(TaskStatus.SUCCEEDED);
        assertThat(store.settlements()).hasSize(1);
    }

    @Test
    void cancelledFromWithinAnElementOfAnEndlessSourceItEnds() {
        Flowable.<Integer>generate(emitter -> emitter.onNext(1))
                .compose(recordAs(recorder, KEY))
                .takeUntil(n -> true)
                .test()
                .assertResult(1);
        assertThat(status()).isEqualTo(TaskStatus.FAILED);
    }

    @Test
    void whatTheStoreFailsWithAfterTheCancelIsNotLost() {
        for (ManualRecordStore.Step step : ManualRecordStore.Step.values()) {
            ManualRecordStore<String> broken = new ManualRecordStore<>(null);
            broken.hold(ManualRecordStore.Step.BEGIN);
            broken.fail(step, failure);
            Flowable.never()
                    .compose(recordAs(broken.recorder(), KEY))
                    .subscribe()
                    .dispose();
            broken.release();
            assertThat(undeliverable.take())
                    .as("at %s", step)
                    .singleElement()
                    .satisfies(error -> assertThat(error)
                            .isInstanceOf(RecordStoreException.class)
                            .hasCause(failure));
        }
        ManualRecordStore<String> broken = new ManualRecordStore<>(null);
        TaskRecorder<String> undoing = broken.recorder();
        assertThat(undoing.record(KEY, attempt -> CompletableFuture.completedFuture("paid")))
                .isCompleted();
        broken.hold(ManualRecordStore.Step.BEGIN);
        broken.fail(ManualRecordStore.Step.BEGIN, failure);
        revoke(undoing, KEY, Completable.never()).subscribe().dispose();
        broken.release();
        assertThat(undeliverable.take()).singleElement().isInstanceOf(RecordStoreException.class);
    }

    @Test
    void oneThatCancelsWhileItIsGrantedTheKeyTouchesNothingAndGivesItBack() {
        AtomicInteger touched = new AtomicInteger();
        Requesting told = new Requesting();
        store.during(ManualRecordStore.Step.BEGIN, told::cancel);
        Flowable.fromCallable(touched::incrementAndGet)
                .compose(recordAs(recorder, KEY))
                .subscribe(told);
        assertThat(touched).hasValue(0);
        assertThat(recorder.failure(KEY).join()).isInstanceOf(TaskCancelledException.class);
        assertThat(store.settlements()).hasSize(1);
    }

    @Test
    void oneThatCancelsWhileItIsRefusedDoesNotWaitForTheOther() {
        Disposable running = Flowable.never().compose(recordAs(recorder, KEY)).subscribe();
        Requesting told = new Requesting();
        store.during(ManualRecordStore.Step.BEGIN, told::cancel);
        Flowable.never()
                .compose(recordAs(recorder, KEY, RecordOptions.orJoin()))
                .subscribe(told);
        assertThat(store.waits()).isEqualTo(0);
        assertThat(running.isDisposed()).isFalse();
        running.dispose();
        assertThat(told.terminals).isEmpty();
        Disposable joined =
                Flowable.never().compose(recordAs(recorder, "other")).subscribe();
        Disposable joining = Flowable.never()
                .compose(recordAs(recorder, "other", RecordOptions.orJoin()))
                .subscribe();
        assertThat(store.waits()).isEqualTo(1);
        joining.dispose();
        assertThat(store.waits()).isEqualTo(0);
        joined.dispose();
    }

    @Test
    void aStoreThatFailsWhileTheDownstreamCancelsIsNotLost() {
        store.fail(ManualRecordStore.Step.BEGIN, failure);
        Requesting told = new Requesting();
        store.during(ManualRecordStore.Step.BEGIN, told::cancel);
        Flowable.never().compose(recordAs(recorder, KEY)).subscribe(told);
        assertThat(told.terminals).isEmpty();
        assertThat(undeliverable.take()).singleElement().isInstanceOf(RecordStoreException.class);
    }

    /** As the letter of Reactive Streams has it: not one of the library's own subscribers. */
    private static class Requesting implements Subscriber<Object> {

        final List<Object> elements = new ArrayList<>();
        final List<Object> terminals = new ArrayList<>();
        private @Nullable Subscription subscription;

        void request(long n) {
            Objects.requireNonNull(subscription).request(n);
        }

        void cancel() {
            Objects.requireNonNull(subscription).cancel();
        }

        @Override
        public void onSubscribe(Subscription s) {
            subscription = s;
        }

        @Override
        public void onNext(Object element) {
            elements.add(element);
        }

        @Override
        public void onError(Throwable error) {
            terminals.add(error);
        }

        @Override
        public void onComplete() {
            terminals.add("complete");
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE})
    void toRequestWhatIsNotPositiveBeforeTheKeyIsGrantedIsAnErrorAndGivesTheKeyBack(long wrong) {
        AtomicInteger touched = new AtomicInteger();
        store.hold(ManualRecordStore.Step.BEGIN);
        Requesting told = new Requesting();
        Flowable.fromCallable(touched::incrementAndGet)
                .compose(recordAs(recorder, KEY))
                .subscribe(told);
        told.request(wrong);
        assertThat(told.terminals).singleElement().isInstanceOf(IllegalArgumentException.class);
        told.request(1);
        store.release();
        assertThat(touched).hasValue(0);
        assertThat(told.elements).isEmpty();
        assertThat(told.terminals).hasSize(1);
        assertThat(recorder.failure(KEY).join()).isInstanceOf(TaskCancelledException.class);
        assertThat(store.settlements()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE})
    void toRequestWhatIsNotPositiveAfterTheKeyIsGrantedIsAnErrorAndFailsTheTask(long wrong) {
        Requesting told = new Requesting();
        AtomicInteger cancels = new AtomicInteger();
        Flowable.never()
                .doOnCancel(cancels::incrementAndGet)
                .compose(recordAs(recorder, KEY))
                .subscribe(told);
        told.request(wrong);
        assertThat(told.terminals).singleElement().isInstanceOf(IllegalArgumentException.class);
        assertThat(cancels).hasValue(1);
        assertThat(recorder.failure(KEY).join()).isInstanceOf(TaskCancelledException.class);
    }

    @Test
    void aSubscriberOfRxJavasOwnThatRequestsWhatIsNotPositiveIsReportedAndItCountsAsNothing() {
        store.hold(ManualRecordStore.Step.BEGIN);
        List<Long> requested = new ArrayList<>();
        TestSubscriber<Object> task = Flowable.never()
                .doOnRequest(requested::add)
                .compose(recordAs(recorder, KEY))
                .test(0);
        task.request(0);
        task.request(-7);
        assertThat(undeliverable.take()).hasSize(2).hasOnlyElementsOfType(IllegalArgumentException.class);
        task.request(2);
        store.release();
        assertThat(requested).containsExactly(2L);
        task.assertEmpty();
        task.cancel();
    }

    @Test
    void aRefusalThatComesAfterTheCancelMakesNoDifference() {
        Disposable running = Flowable.never().compose(recordAs(recorder, KEY)).subscribe();
        store.hold(ManualRecordStore.Step.BEGIN);
        Single.never().compose(recordAs(recorder, KEY)).subscribe().dispose();
        store.release();
        assertThat(running.isDisposed()).isFalse();
        running.dispose();
    }

    @Test
    void aSuccessThatTheStoreDoesNotRecordIsAnErrorAndAFailureStaysWhatItIs() {
        store.fail(ManualRecordStore.Step.SETTLE, new IllegalStateException("no store"));
        Single.just("paid").compose(recordAs(recorder, KEY)).test().assertFailure(SuccessNotRecordedException.class);
        Single.error(failure).compose(recordAs(recorder, "other")).test().assertError(failure);
        assertThat(failure.getSuppressed())
                .hasOnlyElementsOfType(RecordStoreException.class)
                .hasSize(1);
    }

    @Test
    void aSourceThatThrowsInSubscribeFailsTheTask() {
        TestObserver<Void> task = Completable.unsafeCreate(observer -> {
                    throw failure;
                })
                .compose(recordAs(recorder, KEY))
                .test();
        undeliverable.take();
        assertThat(status()).isEqualTo(TaskStatus.FAILED);
        task.assertError(NullPointerException.class);
    }

    @Test
    void itComposesWithTrackersAndGroupsInEitherOrder() {
        TaskTracker tracker = TaskTracker.create("payments");
        TaskGroup group = TaskGroup.builder("payments").build();
        List<String> seen = new ArrayList<>();
        Single<String> source = Single.fromCallable(() -> {
            seen.add(tracker.size() + " " + group.counts().active() + " "
                    + recorder.status(KEY).join());
            return "paid";
        });
        source.compose(recordAs(recorder, KEY))
                .compose(trackWith(tracker))
                .compose(trackWith(group))
                .test()
                .assertResult("paid");
        recorder.forget(KEY).join();
        source.compose(trackWith(group))
                .compose(trackWith(tracker))
                .compose(recordAs(recorder, KEY))
                .test()
                .assertResult("paid");
        assertThat(seen).containsOnly("1 1 RUNNING").hasSize(2);
        assertThat(tracker.size()).isZero();
        TestObserver<Object> one = Single.never()
                .compose(recordAs(recorder, "a"))
                .compose(trackWith(group))
                .test();
        TestObserver<Object> two = Single.never()
                .compose(trackWith(group))
                .compose(recordAs(recorder, "b"))
                .test();
        group.cancel(failure);
        one.assertError(error -> failure.equals(error.getCause()));
        two.assertError(error -> failure.equals(error.getCause()));
        assertThat(recorder.keys(TaskStatus.RUNNING).join()).isEmpty();
        assertThat(group.counts().pending()).isZero();
    }

    @Test
    void aRevokeUndoesAndForgets() {
        Completable undo = Completable.complete();
        revoke(recorder, KEY, undo).test().assertFailure(TaskNotSucceededException.class);
        Single.just("paid").compose(recordAs(recorder, KEY)).test().assertResult("paid");
        revoke(recorder, KEY, Completable.error(failure)).test().assertError(failure);
        assertThat(status()).isEqualTo(TaskStatus.SUCCEEDED);
        revoke(recorder, KEY, Completable.never()).test().dispose();
        assertThat(status()).isEqualTo(TaskStatus.SUCCEEDED);
        List<Long> fences = new ArrayList<>();
        revoke(recorder, KEY, attempt -> undo.doOnComplete(() -> fences.add(attempt.fencingToken())))
                .test()
                .assertResult();
        assertThat(fences).containsExactly(4L);
        assertThat(status()).isEqualTo(TaskStatus.NOT_FOUND);
    }

    @Test
    void whenSettledTellsTheEnd() {
        CompletableSubject source = CompletableSubject.create();
        var unused = source.compose(recordAs(recorder, KEY)).test();
        TestObserver<TaskRecord> left =
                whenSettled(TaskRecorder.<String>create(), KEY).test();
        left.assertResult(TaskRecord.of(TaskStatus.NOT_FOUND));
        TaskRecorder<String> inMemory = TaskRecorder.create();
        var unusedNeither = Single.never().compose(recordAs(inMemory, KEY)).test();
        TestObserver<TaskRecord> cancelled = whenSettled(inMemory, KEY).test();
        cancelled.dispose();
        cancelled.assertEmpty();
        source.onComplete();
        whenSettled(recorder, KEY).test().assertResult(TaskRecord.of(TaskStatus.SUCCEEDED));
        RxRecording.failure(recorder, KEY).test().assertResult();
    }

    @Test
    void toDisposeOfAWaitUnlinksIt() {
        Disposable running = Single.never().compose(recordAs(recorder, KEY)).subscribe();
        TestObserver<TaskRecord> wait = whenSettled(recorder, KEY).test();
        assertThat(store.waits()).isEqualTo(1);
        wait.dispose();
        assertThat(store.waits()).isEqualTo(0);
        running.dispose();
        wait.assertEmpty();
    }

    @Test
    void aQueryThatTheStoreFailsIsAnError() {
        Object broken = new Object() {
            @Override
            public int hashCode() {
                throw failure;
            }

            @Override
            public boolean equals(@Nullable Object other) {
                return this == other;
            }
        };
        TaskRecorder<Object> other = TaskRecorder.create();
        RxRecording.status(other, broken).test().assertFailure(RecordStoreException.class);
        RxRecording.failure(other, broken).test().assertFailure(RecordStoreException.class);
        whenSettled(other, broken).test().assertFailure(RecordStoreException.class);
    }

    @Test
    @SuppressWarnings("NullAway") // as a user may do
    void aFunctionThatGivesNullFailsTheTask() {
        RxRecording.<String, String>recordAs(recorder, KEY, attempt -> null)
                .test()
                .assertError(error -> "the task returned null, not a source".equals(error.getMessage()));
        assertThat(recorder.failure(KEY).join())
                .hasMessage("java.lang.NullPointerException: the task returned null, not a source");
        RxRecording.<String, String>recordManyAs(recorder, KEY, RecordOptions.defaults(), attempt -> null)
                .test()
                .assertFailure(NullPointerException.class);
        Single.just("paid").compose(recordAs(recorder, KEY)).test().assertResult("paid");
        revoke(recorder, KEY, attempt -> null)
                .test()
                .assertError(error -> "undo returned null, not a Completable".equals(error.getMessage()));
        assertThat(status()).isEqualTo(TaskStatus.SUCCEEDED);
    }

    @TestFactory
    @SuppressWarnings({"NullAway", "CheckReturnValue"}) // that it is refused is the test
    Stream<DynamicTest> badArgumentsAreRefusedAtTheCall() {
        Completable undo = Completable.complete();
        return Map.<ThrowingCallable, String>of(
                        () -> recordAs(null, KEY), "recorder must not be null",
                        () -> recordAs(recorder, null), "key must not be null",
                        () -> recordAs(recorder, KEY, (RecordOptions) null), "options must not be null",
                        () -> recordManyAs(recorder, KEY, RecordOptions.defaults(), null), "task must not be null",
                        () -> revoke(recorder, null, undo), "key must not be null",
                        () -> revoke(null, KEY, undo), "recorder must not be null",
                        () -> revoke(recorder, KEY, (Completable) null), "undo must not be null",
                        () -> whenSettled(recorder, null), "key must not be null",
                        () -> RxRecording.status(recorder, null), "key must not be null",
                        () -> RxRecording.failure(null, KEY), "recorder must not be null")
                .entrySet()
                .stream()
                .map(call -> DynamicTest.dynamicTest(
                        call.getValue(),
                        () -> assertThatNullPointerException()
                                .isThrownBy(call.getKey())
                                .withMessage(call.getValue())));
    }

    @Test
    void whatThrowsDownstreamAgainstTheRulesFailsTheTask() {
        TestSubscriber<Integer> thrown = Flowable.range(0, 10)
                .compose(recordAs(recorder, KEY))
                .doOnNext(n -> {
                    throw failure;
                })
                .test();
        thrown.assertError(failure);
        assertThat(status()).isEqualTo(TaskStatus.FAILED);
        OutOfMemoryError fatal = new OutOfMemoryError("of a test");
        assertThat(catchThrowable(() -> Flowable.just(1)
                        .hide()
                        .compose(recordAs(recorder, "fatal"))
                        .subscribe(new Requesting() {
                            @Override
                            public void onNext(Object element) {
                                throw fatal;
                            }

                            @Override
                            public void onSubscribe(Subscription s) {
                                s.request(1);
                            }
                        })))
                .isSameAs(fatal);
        assertKept(recorder.failure("fatal").join(), fatal);
    }

    @Test
    void anElementHandlerThatThrowsLaterFailsTheTask() {
        PublishProcessor<String> source = PublishProcessor.create();
        Requesting careless = new Requesting() {
            @Override
            public void onSubscribe(Subscription s) {
                s.request(1);
            }

            @Override
            public void onNext(Object element) {
                throw failure;
            }
        };
        source.compose(recordAs(recorder, KEY)).subscribe(new Unguarded(careless));
        assertThat(catchThrowable(() -> source.onNext("paid"))).isSameAs(failure);
        assertKept(recorder.failure(KEY).join(), failure);
        assertThat(source.hasSubscribers()).isFalse();
    }

    @Test
    void aSourceThatThrowsWhereItIsRequestedFromFailsTheTask() {
        ScriptedSource source =
                new ScriptedSource(TaskTracker.create(), (signals, itself) -> signals.onSubscribe(), failure, null);
        Requesting told = new Requesting();
        source.asFlowable().compose(recordAs(recorder, KEY)).subscribe(new Unguarded(told));
        assertThat(catchThrowable(() -> told.request(1))).isSameAs(failure);
        assertKept(recorder.failure(KEY).join(), failure);
        assertThat(source.sizesWhenCancelled).hasSize(1);
    }

    /** By RxJava's own rules, so that nothing is put between it and what it subscribes to. */
    private record Unguarded(Requesting told) implements FlowableSubscriber<Object> {

        @Override
        public void onSubscribe(Subscription s) {
            told.onSubscribe(s);
        }

        @Override
        public void onNext(Object element) {
            told.onNext(element);
        }

        @Override
        public void onError(Throwable error) {
            told.onError(error);
        }

        @Override
        public void onComplete() {
            told.onComplete();
        }
    }

    @Test
    void amongManyThreadsEachKeySucceedsOnceAndNoneIsLeftRunning() {
        int keys = 200;
        TaskRecorder<Integer> shared = TaskRecorder.create();
        AtomicIntegerArray successes = new AtomicIntegerArray(keys);
        boolean isOver = Flowable.range(0, keys * 40)
                .parallel(4)
                .runOn(Schedulers.computation())
                .flatMap(n -> {
                    int key = n % keys;
                    int fate = ThreadLocalRandom.current().nextInt(4);
                    Single<Integer> recorded = Single.timer(1, TimeUnit.NANOSECONDS)
                            .flatMap(tick -> fate == 0 ? Single.<Integer>error(failure) : Single.just(key))
                            .compose(recordAs(shared, key))
                            .doOnSuccess(value -> successes.incrementAndGet(key));
                    Completable end = recorded.ignoreElement().onErrorComplete();
                    return (fate == 1 ? end.takeUntil(Completable.timer(1, TimeUnit.NANOSECONDS)) : end)
                            .<Integer>toFlowable();
                })
                .sequential()
                .ignoreElements()
                .blockingAwait(60, TimeUnit.SECONDS);
        assertThat(isOver).isTrue();
        assertThat(shared.keys(TaskStatus.RUNNING).join()).isEmpty();
        for (int key = 0; key < keys; key++) {
            assertThat(successes.get(key)).isLessThanOrEqualTo(1);
        }
        assertThat(shared.keys(TaskStatus.SUCCEEDED).join()).isNotEmpty();
    }
}
