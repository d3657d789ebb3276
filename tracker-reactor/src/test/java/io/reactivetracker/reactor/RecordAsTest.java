// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import static io.reactivetracker.reactor.ReactorRecording.recordAs;
import static io.reactivetracker.reactor.ReactorRecording.recordManyAs;
import static io.reactivetracker.reactor.ReactorRecording.revoke;
import static io.reactivetracker.reactor.ReactorRecording.whenSettled;
import static io.reactivetracker.reactor.ReactorTracking.trackWith;
import static io.reactivetracker.test.RecordStoreContract.assertKept;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.group.Backoff;
import io.reactivetracker.group.ErrorPolicy;
import io.reactivetracker.group.TaskContext;
import io.reactivetracker.group.TaskGroup;
import io.reactivetracker.recorder.RecordContext;
import io.reactivetracker.recorder.RecordOptions;
import io.reactivetracker.recorder.RecordStoreException;
import io.reactivetracker.recorder.TaskAlreadyRecordedException;
import io.reactivetracker.recorder.TaskNotSucceededException;
import io.reactivetracker.recorder.TaskRecord;
import io.reactivetracker.recorder.TaskRecorder;
import io.reactivetracker.recorder.TaskStatus;
import io.reactivetracker.test.ManualRecordStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Disposable;
import reactor.core.Scannable;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;
import reactor.test.publisher.TestPublisher;
import reactor.util.context.Context;

class RecordAsTest {

    private static final String KEY = "payment-1";

    @RegisterExtension
    final Dropped dropped = new Dropped();

    private final ManualRecordStore<String> store = new ManualRecordStore<>(null);
    private final TaskRecorder<String> recorder = store.recorder();
    private final IllegalStateException failure = new IllegalStateException("no money");

    private TaskStatus status() {
        return Objects.requireNonNull(ReactorRecording.status(recorder, KEY).block());
    }

    @Test
    void aTaskRunsOnceAndIsRefusedAfterItsSuccess() {
        AtomicInteger runs = new AtomicInteger();
        Mono<Integer> task = Mono.fromCallable(runs::incrementAndGet).transform(recordAs(recorder, KEY));
        StepVerifier.create(task).expectNext(1).verifyComplete();
        assertThat(status()).isEqualTo(TaskStatus.SUCCEEDED);
        StepVerifier.create(task)
                .verifyErrorSatisfies(refused -> assertThat(refused)
                        .isInstanceOfSatisfying(TaskAlreadyRecordedException.class, it -> {
                            assertThat(it.status()).isEqualTo(TaskStatus.SUCCEEDED);
                            assertThat(it.key()).isEqualTo(KEY);
                        }));
        assertThat(runs).hasValue(1);
    }

    @Test
    void aTaskIsRefusedWhileAnotherRunsAndTheSourceIsNotTouched() {
        Disposable running = Flux.never().transform(recordAs(recorder, KEY)).subscribe();
        TestPublisher<String> source = TestPublisher.create();
        StepVerifier.create(source.flux().transform(recordAs(recorder, KEY)))
                .verifyErrorSatisfies(refused -> assertThat(((TaskAlreadyRecordedException) refused).status())
                        .isEqualTo(TaskStatus.RUNNING));
        source.assertWasNotSubscribed();
        running.dispose();
        assertThat(status()).isEqualTo(TaskStatus.FAILED);
    }

    @Test
    void aMonoHoldsItsValueUntilItsSuccessIsStored() {
        store.hold(ManualRecordStore.Step.SETTLE);
        List<String> seen = new ArrayList<>();
        Mono.just("paid").transform(recordAs(recorder, KEY)).subscribe(seen::add);
        assertThat(seen).isEmpty();
        store.release();
        assertThat(seen).containsExactly("paid");
    }

    @Test
    void aFluxPassesItsElementsOnAndHoldsItsCompletion() {
        store.hold(ManualRecordStore.Step.SETTLE);
        StepVerifier.create(Flux.just("a", "b").transform(recordAs(recorder, KEY)))
                .expectNext("a", "b")
                .then(() -> assertThat(recorder.status(KEY).join()).isEqualTo(TaskStatus.RUNNING))
                .then(store::release)
                .verifyComplete();
        assertThat(status()).isEqualTo(TaskStatus.SUCCEEDED);
    }

    @Test
    void oneThatJoinsASuccessCompletesEmptyAndOneThatJoinsAFailureFailsAlike() {
        Sinks.One<String> first = Sinks.one();
        first.asMono().transform(recordAs(recorder, KEY)).onErrorComplete().subscribe();
        AtomicInteger touched = new AtomicInteger();
        Mono<Integer> joining =
                Mono.fromCallable(touched::incrementAndGet).transform(recordAs(recorder, KEY, RecordOptions.orJoin()));
        StepVerifier.create(joining)
                .then(() -> first.tryEmitError(failure))
                .verifyErrorSatisfies(error -> assertKept(error, failure));
        assertThat(touched).hasValue(0);
        Sinks.One<String> second = Sinks.one();
        second.asMono().transform(recordAs(recorder, KEY)).subscribe();
        StepVerifier.create(joining).then(() -> second.tryEmitValue("paid")).verifyComplete();
        StepVerifier.create(joining).verifyComplete();
        assertThat(touched).hasValue(0);
    }

    @Test
    void theAttemptIsInTheContextBesideWhatWasThere() {
        List<Object> seen = new ArrayList<>();
        Mono<String> task = Mono.<String>deferContextual(context -> {
                    RecordContext<?> attempt = context.get(RecordContext.class);
                    seen.add(attempt.key());
                    seen.add(attempt.fencingToken());
                    seen.add(context.get("user"));
                    return Mono.error(failure);
                })
                .transform(recordAs(recorder, KEY))
                .contextWrite(Context.of("user", "ada"));
        StepVerifier.create(task).verifyError();
        StepVerifier.create(task).verifyError();
        assertThat(seen).containsExactly(KEY, 1L, "ada", KEY, 2L, "ada");
    }

    @Test
    void aTaskCanBeMadeOfItsAttempt() {
        StepVerifier.create(recordAs(recorder, KEY, attempt -> Mono.just(attempt.key() + " " + attempt.fencingToken())))
                .expectNext("payment-1 1")
                .verifyComplete();
        StepVerifier.create(recordManyAs(
                        recorder, "many", RecordOptions.defaults(), attempt -> Flux.just(1L, attempt.fencingToken())))
                .expectNext(1L, 1L)
                .verifyComplete();
        StepVerifier.create(recordAs(recorder, "joined", RecordOptions.orJoin(), attempt -> Mono.just(1)))
                .expectNext(1)
                .verifyComplete();
    }

    @Test
    void aFunctionThatThrowsOrGivesNullFailsTheTask() {
        StepVerifier.create(recordAs(recorder, KEY, attempt -> {
                    throw failure;
                }))
                .verifyErrorSatisfies(error -> assertThat(error).isSameAs(failure));
        assertKept(ReactorRecording.failure(recorder, KEY).block(), failure);
        StepVerifier.create(ReactorRecording.<String, String>recordAs(recorder, KEY, attempt -> nothing()))
                .verifyError(NullPointerException.class);
        assertThat(status()).isEqualTo(TaskStatus.FAILED);
    }

    @SuppressWarnings("NullAway") // as a user may do
    private static Mono<String> nothing() {
        return null;
    }

    @Test
    void aRetryOutsideMakesEachAttemptATask() {
        List<Long> fences = new ArrayList<>();
        StepVerifier.create(recordAs(recorder, KEY, attempt -> {
                            fences.add(attempt.fencingToken());
                            return fences.size() < 3 ? Mono.error(failure) : Mono.just("paid");
                        })
                        .retry())
                .expectNext("paid")
                .verifyComplete();
        assertThat(fences).containsExactly(1L, 2L, 3L);
        assertThat(store.settlements()).containsExactly(failure, failure, null);
    }

    @Test
    void aRetryInsideIsOneTask() {
        AtomicInteger runs = new AtomicInteger();
        StepVerifier.create(Mono.fromCallable(() -> {
                            if (runs.incrementAndGet() < 3) {
                                throw failure;
                            }
                            return "paid";
                        })
                        .retry()
                        .transform(recordAs(recorder, KEY)))
                .expectNext("paid")
                .verifyComplete();
        assertThat(store.settlements()).hasSize(1).containsOnlyNulls();
    }

    @Test
    void itComposesWithATrackerInEitherOrder() {
        TaskTracker tracker = TaskTracker.create("payments");
        List<String> seen = new ArrayList<>();
        Flux<String> source = Flux.defer(
                () -> Flux.just(tracker.size() + " " + recorder.status(KEY).join()));
        StepVerifier.create(source.transform(recordAs(recorder, KEY))
                        .transform(trackWith(tracker))
                        .doOnNext(seen::add)
                        .doOnComplete(() -> seen.add(
                                tracker.size() + " " + recorder.status(KEY).join())))
                .expectNextCount(1)
                .verifyComplete();
        recorder.forget(KEY).join();
        StepVerifier.create(source.transform(trackWith(tracker))
                        .transform(recordAs(recorder, KEY))
                        .doOnNext(seen::add)
                        .doOnComplete(() -> seen.add(
                                tracker.size() + " " + recorder.status(KEY).join())))
                .expectNextCount(1)
                .verifyComplete();
        assertThat(seen).containsExactly("1 RUNNING", "1 SUCCEEDED", "1 RUNNING", "1 SUCCEEDED");
        assertThat(tracker.size()).isZero();
        // A refused task is counted only by a trackWith downstream of it.
        AtomicInteger touched = new AtomicInteger();
        StepVerifier.create(source.doOnSubscribe(s -> touched.incrementAndGet())
                        .transform(trackWith(tracker))
                        .transform(recordAs(recorder, KEY)))
                .verifyError(TaskAlreadyRecordedException.class);
        assertThat(touched).hasValue(0);
        tracker.close();
        assertThat(tracker.isDrained()).isTrue();
    }

    @Test
    void itComposesWithAGroupInEitherOrder() {
        TaskGroup group = TaskGroup.builder("payments")
                .onError(ErrorPolicy.retry(2, Backoff.none()))
                .build();
        AtomicInteger runs = new AtomicInteger();
        List<String> seen = new ArrayList<>();
        Mono<String> source = Mono.deferContextual(context -> {
            seen.add(context.<TaskContext>get(TaskContext.class).attempt() + " "
                    + context.<RecordContext<?>>get(RecordContext.class).fencingToken());
            return runs.incrementAndGet() % 2 == 1 ? Mono.error(failure) : Mono.just("paid");
        });
        // The group retries downstream: each attempt is a task of the recorder.
        StepVerifier.create(source.transform(recordAs(recorder, KEY)).transform(trackWith(group)))
                .expectNext("paid")
                .verifyComplete();
        assertThat(store.settlements()).containsExactly(failure, null);
        recorder.forget(KEY).join();
        store.settlements().clear();
        // The group retries upstream: all attempts are one task.
        StepVerifier.create(source.transform(trackWith(group)).transform(recordAs(recorder, KEY)))
                .expectNext("paid")
                .verifyComplete();
        assertThat(store.settlements()).hasSize(1).containsOnlyNulls();
        assertThat(seen).containsExactly("1 1", "2 2", "1 3", "2 3");
        Disposable first = Mono.never()
                .transform(recordAs(recorder, "a"))
                .transform(trackWith(group))
                .onErrorComplete()
                .subscribe();
        Disposable second = Mono.never()
                .transform(trackWith(group))
                .transform(recordAs(recorder, "b"))
                .onErrorComplete()
                .subscribe();
        group.cancel(failure);
        assertThat(first.isDisposed()).isTrue();
        assertThat(second.isDisposed()).isTrue();
        assertThat(recorder.failure("a").join()).isInstanceOf(TaskCancelledException.class);
        assertThat(recorder.failure("b").join())
                .isInstanceOf(TaskCancelledException.class)
                .satisfies(cancelled -> assertKept(cancelled.getCause(), failure));
        assertThat(group.counts().pending()).isZero();
    }

    @Test
    void aRevokeUndoesAndForgets() {
        Flux<Integer> undo = Flux.range(0, 3);
        StepVerifier.create(revoke(recorder, KEY, undo)).verifyError(TaskNotSucceededException.class);
        Mono.just("paid").transform(recordAs(recorder, KEY)).block();
        StepVerifier.create(revoke(recorder, KEY, Mono.error(failure)))
                .verifyErrorSatisfies(error -> assertThat(error).isSameAs(failure));
        assertThat(status()).isEqualTo(TaskStatus.SUCCEEDED);
        revoke(recorder, KEY, Flux.never()).subscribe().dispose();
        assertThat(status()).isEqualTo(TaskStatus.SUCCEEDED);
        AtomicReference<TaskStatus> during = new AtomicReference<>();
        StepVerifier.create(revoke(
                        recorder,
                        KEY,
                        undo.doOnComplete(() -> during.set(recorder.status(KEY).join()))))
                .verifyComplete();
        assertThat(during).hasValue(TaskStatus.REVOKING);
        assertThat(status()).isEqualTo(TaskStatus.NOT_FOUND);
    }

    @Test
    void whenSettledTellsTheEndAndACancelUnlinksIt() {
        Sinks.Empty<String> source = Sinks.empty();
        source.asMono().transform(recordAs(recorder, KEY)).subscribe();
        CompletableFuture<TaskRecord> wait = new CompletableFuture<>();
        TaskRecorder<String> watched = TaskRecorder.create();
        assertThat(Objects.requireNonNull(whenSettled(watched, KEY).block()).status())
                .isEqualTo(TaskStatus.NOT_FOUND);
        Disposable given = whenSettled(recorder, KEY).subscribe(wait::complete);
        given.dispose();
        StepVerifier.create(whenSettled(recorder, KEY))
                .then(source::tryEmitEmpty)
                .expectNext(TaskRecord.of(TaskStatus.SUCCEEDED))
                .verifyComplete();
        assertThat(wait).isNotDone();
        StepVerifier.create(ReactorRecording.failure(recorder, KEY)).verifyComplete();
    }

    @Test
    void whatTheStoreFailsWithAfterTheCancelIsNotLost() {
        for (ManualRecordStore.Step step : ManualRecordStore.Step.values()) {
            ManualRecordStore<String> broken = new ManualRecordStore<>(null);
            broken.hold(ManualRecordStore.Step.BEGIN);
            broken.fail(step, failure);
            Flux.never().transform(recordAs(broken.recorder(), KEY)).subscribe().dispose();
            broken.release();
            assertThat(dropped.takeErrors())
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
        revoke(undoing, KEY, Mono.never()).subscribe().dispose();
        broken.release();
        assertThat(dropped.takeErrors()).singleElement().isInstanceOf(RecordStoreException.class);
    }

    @Test
    void oneThatCancelsWhileItIsGrantedTheKeyTouchesNothingAndGivesItBack() {
        AtomicInteger touched = new AtomicInteger();
        Requesting told = new Requesting();
        store.during(ManualRecordStore.Step.BEGIN, told::cancel);
        Mono.fromCallable(touched::incrementAndGet)
                .transform(recordAs(recorder, KEY))
                .subscribe(told);
        assertThat(touched).hasValue(0);
        assertThat(recorder.failure(KEY).join()).isInstanceOf(TaskCancelledException.class);
        assertThat(store.settlements()).hasSize(1);
    }

    @Test
    void oneThatCancelsWhileItIsRefusedDoesNotWaitForTheOther() {
        Disposable running = Flux.never().transform(recordAs(recorder, KEY)).subscribe();
        Requesting told = new Requesting();
        store.during(ManualRecordStore.Step.BEGIN, told::cancel);
        Flux.never().transform(recordAs(recorder, KEY, RecordOptions.orJoin())).subscribe(told);
        assertThat(store.waits()).isEqualTo(0);
        assertThat(running.isDisposed()).isFalse();
        running.dispose();
        assertThat(told.terminals).isEmpty();
        Disposable joined = Flux.never().transform(recordAs(recorder, "other")).subscribe();
        Disposable joining = Flux.never()
                .transform(recordAs(recorder, "other", RecordOptions.orJoin()))
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
        Flux.never().transform(recordAs(recorder, KEY)).subscribe(told);
        assertThat(told.terminals).isEmpty();
        assertThat(dropped.takeErrors()).singleElement().isInstanceOf(RecordStoreException.class);
    }

    /** A strict subscriber by the rules of Reactive Streams, not one of Reactor's own. */
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
        Mono.fromCallable(touched::incrementAndGet)
                .transform(recordAs(recorder, KEY))
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
        Flux.never()
                .doOnCancel(cancels::incrementAndGet)
                .transform(recordAs(recorder, KEY))
                .subscribe(told);
        told.request(wrong);
        assertThat(told.terminals).singleElement().isInstanceOf(IllegalArgumentException.class);
        assertThat(cancels).hasValue(1);
        assertThat(recorder.failure(KEY).join()).isInstanceOf(TaskCancelledException.class);
    }

    @Test
    void aRefusalThatComesAfterTheCancelMakesNoDifference() {
        Disposable running = Flux.never().transform(recordAs(recorder, KEY)).subscribe();
        store.hold(ManualRecordStore.Step.BEGIN);
        Mono.never().transform(recordAs(recorder, KEY)).subscribe().dispose();
        store.release();
        assertThat(running.isDisposed()).isFalse();
        running.dispose();
    }

    @Test
    void aStoreThatFailsBeforeTheBeginningIsTheError() {
        store.fail(ManualRecordStore.Step.BEGIN, failure);
        TestPublisher<String> source = TestPublisher.create();
        StepVerifier.create(source.mono().transform(recordAs(recorder, KEY)))
                .verifyErrorSatisfies(error -> assertThat(error)
                        .isInstanceOf(RecordStoreException.class)
                        .hasCause(failure));
        source.assertWasNotSubscribed();
    }

    @Test
    void whatThrowsDownstreamFailsTheTask() {
        Throwable thrown = catchThrowable(
                () -> Flux.just("a").hide().transform(recordAs(recorder, KEY)).subscribe(new BaseSubscriber<>() {
                    @Override
                    protected void hookOnSubscribe(Subscription subscription) {
                        subscription.request(1);
                    }

                    @Override
                    protected void hookOnNext(String value) {
                        throw new FatalError();
                    }
                }));
        assertThat(thrown).isInstanceOf(FatalError.class);
        assertKept(recorder.failure(KEY).join(), thrown);
        Throwable inOnSubscribe = catchThrowable(
                () -> Flux.just("a").transform(recordAs(recorder, "other")).subscribe(new BaseSubscriber<>() {
                    @Override
                    protected void hookOnSubscribe(Subscription subscription) {
                        throw new FatalError();
                    }
                }));
        assertThat(inOnSubscribe).isInstanceOf(FatalError.class);
        assertThat(recorder.status("other").join()).isEqualTo(TaskStatus.NOT_FOUND);
    }

    @Test
    void anElementHandlerThatThrowsAgainstTheRulesFailsTheTask() {
        StepVerifier.create(Flux.range(0, 10).transform(recordAs(recorder, KEY)).doOnNext(n -> {
                    throw failure;
                }))
                .verifyErrorSatisfies(error -> assertThat(error).isSameAs(failure));
        assertThat(status()).isEqualTo(TaskStatus.FAILED);
    }

    private static final class FatalError extends VirtualMachineError {
        private static final long serialVersionUID = 1L;
    }

    @Test
    void demandIsKeptAsItIsAlsoWhileTheKeyIsWaitedFor() {
        store.hold(ManualRecordStore.Step.BEGIN);
        TestPublisher<String> source = TestPublisher.create();
        StepVerifier.create(source.flux().transform(recordAs(recorder, KEY)), 2)
                .expectSubscription()
                .then(source::assertWasNotSubscribed)
                .then(store::release)
                .then(() -> source.assertMinRequested(2).assertMaxRequested(2))
                .thenRequest(3)
                .then(() -> source.assertMinRequested(5).assertMaxRequested(5))
                .then(() -> source.next("a", "b").complete())
                .expectNext("a", "b")
                .verifyComplete();
    }

    /** A subscriber by Reactor's own rules, which are less strict. */
    private static final class Lenient extends Requesting implements CoreSubscriber<Object> {}

    @Test
    void aSubscriberOfReactorsOwnMayRequestWhatIsNotPositiveAndItCountsAsNothing() {
        store.hold(ManualRecordStore.Step.BEGIN);
        TestPublisher<Object> source = TestPublisher.create();
        Lenient told = new Lenient();
        source.flux().transform(recordAs(recorder, KEY)).subscribe(told);
        told.request(0);
        told.request(-7);
        told.request(2);
        store.release();
        source.assertMinRequested(2).assertMaxRequested(2);
        told.cancel();
        assertThat(told.terminals).isEmpty();
    }

    @Test
    void whatIsWrongToRequestIsForTheSourceToAnswerIfThereIsOne() {
        List<Long> requested = new ArrayList<>();
        Flux<Object> source = new Flux<>() {
            @Override
            public void subscribe(CoreSubscriber<? super Object> subscriber) {
                subscriber.onSubscribe(new Subscription() {
                    @Override
                    public void request(long n) {
                        requested.add(n);
                        if (n <= 0) {
                            subscriber.onError(failure);
                        }
                    }

                    @Override
                    public void cancel() {}
                });
            }
        };
        Lenient told = new Lenient();
        source.transform(recordAs(recorder, KEY)).subscribe(told);
        told.request(1);
        told.request(-1);
        assertThat(requested).containsExactly(1L, -1L);
        assertThat(told.terminals).containsExactly(failure);
        assertKept(recorder.failure(KEY).join(), failure);
    }

    @Test
    void anEndlessSourceThatAnswersTheFirstRequestCanBeCancelledFromWithin() {
        StepVerifier.create(Flux.<Integer>generate(sink -> sink.next(1))
                        .transform(recordAs(recorder, KEY))
                        .takeUntil(n -> true))
                .expectNext(1)
                .verifyComplete();
        assertThat(status()).isEqualTo(TaskStatus.FAILED);
    }

    @Test
    void theStepsCanBeScannedAndHooked() {
        List<String> lifted = new ArrayList<>();
        Hooks.onEachOperator("recording", Operators.lift((step, subscriber) -> {
            lifted.add(step.stepName());
            return subscriber;
        }));
        try {
            Flux<Integer> flux = Flux.range(0, 2).name("pay").transform(recordAs(recorder, KEY));
            assertThat(Scannable.from(flux).name()).isEqualTo("pay");
            StepVerifier.create(flux).expectNext(0, 1).verifyComplete();
            Mono<Integer> mono = Mono.just(1).transform(recordAs(recorder, "mono"));
            assertThat(Scannable.from(mono).steps().toList()).contains("source(MonoJust)");
            StepVerifier.create(mono).expectNext(1).verifyComplete();
        } finally {
            Hooks.resetOnEachOperator("recording");
        }
        assertThat(lifted).contains("recordAs");
        Scannable plain = Scannable.from(Mono.just(1).transform(recordAs(recorder, "plain")));
        assertThat(plain.steps()).containsExactly("source(MonoJust)", "recordAs");
        assertThat(plain.scan(Scannable.Attr.RUN_STYLE)).isEqualTo(Scannable.Attr.RunStyle.ASYNC);

        Disposable running =
                Flux.never().transform(recordAs(recorder, "scanned")).subscribe();
        Scannable step = ((Scannable) running)
                .parents()
                .filter(it -> it.stepName().equals("recordAs"))
                .findFirst()
                .orElseThrow();
        assertThat(step.scan(Scannable.Attr.PARENT)).isNotNull();
        assertThat(step.scan(Scannable.Attr.ACTUAL)).isSameAs(running);
        assertThat(step.scan(Scannable.Attr.TERMINATED)).isFalse();
        running.dispose();
        assertThat(step.scan(Scannable.Attr.CANCELLED)).isTrue();
    }

    @Test
    @SuppressWarnings("NullAway") // as a user may do
    void badArgumentsAreRefusedAtTheCall() {
        assertThatNullPointerException()
                .isThrownBy(() -> recordAs(recorder, null))
                .withMessageContaining("key");
        assertThatNullPointerException()
                .isThrownBy(() -> revoke(recorder, KEY, null))
                .withMessageContaining("undo");
        assertThatNullPointerException()
                .isThrownBy(() -> recordAs(recorder, KEY, (RecordOptions) null))
                .withMessageContaining("options");
    }

    @Test
    void amongManyThreadsEachKeySucceedsOnceAndNoneIsLeftRunning() {
        int keys = 200;
        TaskRecorder<Integer> shared = TaskRecorder.create();
        AtomicIntegerArray inside = new AtomicIntegerArray(keys);
        AtomicIntegerArray successes = new AtomicIntegerArray(keys);
        AtomicInteger overlaps = new AtomicInteger();
        Flux<Object> everyone = Flux.range(0, keys * 40)
                .parallel(4)
                .runOn(Schedulers.parallel())
                .flatMap(n -> {
                    int key = n % keys;
                    int fate = ThreadLocalRandom.current().nextInt(4);
                    Mono<Object> work = Mono.defer(() -> {
                        if (inside.incrementAndGet(key) != 1 && key % 2 == 0) {
                            overlaps.incrementAndGet();
                        }
                        return Mono.delay(Duration.ofNanos(1)).flatMap(tick -> {
                            inside.decrementAndGet(key);
                            return fate == 0 ? Mono.error(failure) : Mono.just(key);
                        });
                    });
                    Mono<Object> recorded = work.transform(recordAs(shared, key))
                            .doOnNext(value -> successes.incrementAndGet(key))
                            .onErrorComplete();
                    // Cancelled code may still run when the next owner begins, so overlaps of these keys are not
                    // counted.
                    return fate == 1 && key % 2 == 1
                            ? recorded.takeUntilOther(Mono.delay(Duration.ofNanos(1)))
                            : recorded;
                })
                .sequential();
        StepVerifier.create(everyone.then()).expectComplete().verify(Duration.ofSeconds(60));
        dropped.takeErrors();
        // takeUntilOther drops a value that comes at the moment of the cancel.
        assertThat(dropped.takeElements())
                .allSatisfy(key -> assertThat((Integer) key % 2).isOne());
        assertThat(overlaps).hasValue(0);
        assertThat(shared.keys(TaskStatus.RUNNING).join()).isEmpty();
        int succeeded = 0;
        for (int key = 0; key < keys; key++) {
            assertThat(successes.get(key)).isLessThanOrEqualTo(1);
            if (shared.status(key).join() == TaskStatus.SUCCEEDED) {
                succeeded++;
            } else {
                assertThat(successes.get(key)).isZero();
            }
        }
        assertThat(succeeded).isPositive();
    }
}
