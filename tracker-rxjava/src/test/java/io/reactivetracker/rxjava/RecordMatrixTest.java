// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import static io.reactivetracker.test.RecordStoreContract.assertKept;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.recorder.LeaseLostException;
import io.reactivetracker.recorder.RecordContext;
import io.reactivetracker.recorder.RecordOptions;
import io.reactivetracker.recorder.RecordStoreException;
import io.reactivetracker.recorder.RecordedFailureException;
import io.reactivetracker.recorder.SuccessNotRecordedException;
import io.reactivetracker.recorder.TaskRecord;
import io.reactivetracker.recorder.TaskRecorder;
import io.reactivetracker.recorder.TaskStatus;
import io.reactivetracker.test.ManualRecordStore;
import io.reactivex.rxjava3.core.FlowableSubscriber;
import io.reactivex.rxjava3.core.SingleObserver;
import io.reactivex.rxjava3.schedulers.TestScheduler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * However a recorded subscription ends, and whenever it is cancelled, by sources that follow the rules or go on after
 * their cancel: its end is recorded once, it does not stay RUNNING, and its downstream is told what was recorded.
 */
class RecordMatrixTest {

    private static final String KEY = "payment-1";

    /** How the source ends, once it is subscribed to. */
    enum End {
        COMPLETES,
        COMPLETES_EMPTY,
        FAILS,
        FAILS_AFTER_AN_ELEMENT,
        THROWS_IN_SUBSCRIBE,
        THROWS_FATALLY_IN_SUBSCRIBE,
        THROWS_AFTER_ON_SUBSCRIBE,
        ITS_TOKEN_IS_CANCELLED,
        LOSES_ITS_LEASE,
        FINDS_ITS_LEASE_LOST,
        COMPLETES_WHEN_THE_STORE_FAILS,
        FAILS_WHEN_THE_STORE_FAILS
    }

    /** What is recorded: the five types, and what is made of an attempt. */
    enum Type {
        FLOWABLE(Kind.FLOWABLE, false),
        OBSERVABLE(Kind.OBSERVABLE, false),
        SINGLE(Kind.SINGLE, false),
        MAYBE(Kind.MAYBE, false),
        COMPLETABLE(Kind.COMPLETABLE, false),
        FLOWABLE_OF_AN_ATTEMPT(Kind.FLOWABLE, true),
        SINGLE_OF_AN_ATTEMPT(Kind.SINGLE, true);

        private final Kind kind;
        private final boolean isMadeOfAnAttempt;

        Type(Kind kind, boolean isMadeOfAnAttempt) {
            this.kind = kind;
            this.isMadeOfAnAttempt = isMadeOfAnAttempt;
        }

        boolean passesElementsOn() {
            return kind == Kind.FLOWABLE || kind == Kind.OBSERVABLE;
        }

        /** How many elements it has told; those who have one at the most tell it with the end. */
        int elements(boolean hasElement, boolean isTold) {
            return switch (kind) {
                case FLOWABLE, OBSERVABLE -> hasElement ? 1 : 0;
                case MAYBE -> hasElement && isTold ? 1 : 0;
                // It always has one, at least to say that there is nothing.
                case SINGLE -> isTold ? 1 : 0;
                case COMPLETABLE -> 0;
            };
        }
    }

    /** When the downstream cancels. */
    enum Cancel {
        NEVER,
        IN_ON_SUBSCRIBE,
        WHILE_BEGINNING,
        IN_THE_GRANT,
        WHILE_SUBSCRIBING,
        WHILE_RUNNING,
        IN_ON_NEXT,
        WHILE_SETTLING,
        AFTER
    }

    private static final Set<Cancel> BEFORE_THE_SOURCE =
            EnumSet.of(Cancel.IN_ON_SUBSCRIBE, Cancel.WHILE_BEGINNING, Cancel.IN_THE_GRANT);

    static Stream<Arguments> everything() {
        return Stream.of(Type.values())
                .flatMap(type -> Stream.of(End.values())
                        // Who has not made its source of the attempt does not know the token.
                        .filter(end -> end != End.ITS_TOKEN_IS_CANCELLED || type.isMadeOfAnAttempt)
                        .flatMap(end -> Stream.of(Cancel.values()).map(cancel -> Arguments.of(type, end, cancel))));
    }

    @RegisterExtension
    final Undeliverable dropped = new Undeliverable();

    private final TestScheduler time = new TestScheduler();
    private final ManualRecordStore<String> store = new ManualRecordStore<>(Duration.ofSeconds(30));
    private final TaskRecorder<String> recorder = TaskRecorder.builder(store)
            .timer(RxTracking.timer(time))
            .executor(Runnable::run)
            .build();
    private final IllegalStateException failure = new IllegalStateException("no money");
    private final RuntimeException storeFailure = new IllegalStateException("no store");
    private final Fatal fatal = new Fatal();
    private final List<TaskStatus> statusesWhenCancelled = new ArrayList<>();
    private @Nullable RecordingSubscriber downstream;

    /** Goes on however often it is cancelled; null until it is subscribed to. */
    private ScriptedSource.@Nullable Signals upstream;

    private @Nullable RecordContext<String> attempt;

    @ParameterizedTest
    @MethodSource("everything")
    void isRecordedOnceAndToldAsItIs(Type type, End end, Cancel cancel) {
        RecordingSubscriber downstream = new RecordingSubscriber(TaskTracker.create(), signal -> {
            if ((cancel == Cancel.IN_ON_SUBSCRIBE && signal.equals("onSubscribe"))
                    || (cancel == Cancel.IN_ON_NEXT && signal.startsWith("onNext"))) {
                cancelDownstream();
            }
        });
        this.downstream = downstream;
        ScriptedSource source = new ScriptedSource(TaskTracker.create(), (signals, itself) -> {
            if (cancel == Cancel.WHILE_SUBSCRIBING) {
                downstream.cancel();
            }
            if (end == End.THROWS_IN_SUBSCRIBE) {
                throw failure;
            }
            if (end == End.THROWS_FATALLY_IN_SUBSCRIBE) {
                throw fatal;
            }
            upstream = signals;
            signals.onSubscribe();
            if (end == End.THROWS_AFTER_ON_SUBSCRIBE) {
                throw failure;
            }
        });
        source.whenCancelled =
                () -> statusesWhenCancelled.add(recorder.status(KEY).join());
        if (cancel == Cancel.WHILE_BEGINNING) {
            store.hold(ManualRecordStore.Step.BEGIN);
        } else if (cancel == Cancel.IN_THE_GRANT) {
            store.during(ManualRecordStore.Step.BEGIN, downstream::cancel);
        } else if (cancel == Cancel.WHILE_SETTLING) {
            store.hold(ManualRecordStore.Step.SETTLE);
        }

        Throwable thrown = catchThrowable(() -> subscribe(type, source, downstream));
        if (cancel == Cancel.WHILE_BEGINNING) {
            downstream.cancel();
            store.release();
        }
        if (cancel == Cancel.WHILE_RUNNING) {
            downstream.cancel();
        }
        Throwable thrownAtTheEnd = catchThrowable(() -> end(end));
        if (cancel == Cancel.WHILE_SETTLING) {
            downstream.cancel();
            store.release();
        }
        if (isStoreFailing(end)) {
            // It is tried again and again for as long as the lease is held.
            time.advanceTimeBy(30, TimeUnit.SECONDS);
        }
        if (cancel == Cancel.AFTER) {
            downstream.cancel();
        }

        List<Throwable> droppedErrors = dropped.take();
        boolean wasTouched = !source.sizesWhenSubscribed.isEmpty();
        int cancels = statusesWhenCancelled.size();
        TaskRecord record = recorder.whenSettled(KEY).getNow(null);
        assertThat(thrownAtTheEnd).isNull();
        boolean throwsFatally = end == End.THROWS_FATALLY_IN_SUBSCRIBE && cancel != Cancel.WHILE_BEGINNING;
        assertThat(thrown).isSameAs(throwsFatally && wasTouched ? fatal : null);
        List<Object> terminals = new ArrayList<>(downstream.errors);
        downstream.signals.stream().filter("onComplete"::equals).forEach(terminals::add);
        int elements = (int) downstream.signals.stream()
                .filter(signal -> signal.startsWith("onNext"))
                .count();
        boolean isCancelled = wasCancelledBeforeTheEnd(type, end, cancel);
        if (isStoreFailing(end) && wasTouched && (!isCancelled || cancel == Cancel.IN_ON_NEXT)) {
            // Nobody knows what became of it: the store is as it was left.
            assertThat(record).isNull();
        } else {
            assertThat(record).isNotNull();
        }
        boolean isNeverBegun = cancel == Cancel.IN_ON_SUBSCRIBE;
        boolean isKnownAsLost =
                end == End.LOSES_ITS_LEASE && store.settlements().isEmpty();
        if (isStoreFailing(end) && !isNeverBegun) {
            assertThat(store.settlements()).isNotEmpty();
        } else {
            assertThat(store.settlements()).hasSize(isNeverBegun || isKnownAsLost ? 0 : 1);
        }
        assertThat(wasTouched).isEqualTo(!BEFORE_THE_SOURCE.contains(cancel));
        if (cancel == Cancel.IN_ON_SUBSCRIBE) {
            assertThat(record).isEqualTo(TaskRecord.of(TaskStatus.NOT_FOUND));
        }
        if (cancel == Cancel.WHILE_SUBSCRIBING) {
            assertThat(source.requests).isZero();
        }
        if (isCancelled) {
            assertThat(terminals).isEmpty();
            // In which it fails or is lost before.
            boolean throwsFirst = end == End.THROWS_IN_SUBSCRIBE || end == End.THROWS_FATALLY_IN_SUBSCRIBE;
            boolean isTooLate = (cancel == Cancel.WHILE_SUBSCRIBING && throwsFirst)
                    || (cancel == Cancel.IN_ON_NEXT && (isStoreFailing(end) || end == End.FINDS_ITS_LEASE_LOST));
            if (cancel != Cancel.IN_ON_SUBSCRIBE && !isTooLate) {
                assertThat(record.failure()).isInstanceOf(TaskCancelledException.class);
            }
            assertThat(cancels > 0).isEqualTo(upstream != null);
            if (cancels > 0 && end != End.FINDS_ITS_LEASE_LOST) {
                // The next owner of the key is not to meet it.
                assertThat(statusesWhenCancelled.get(0)).isEqualTo(TaskStatus.RUNNING);
            }
            return;
        }
        boolean isCancelledAtTheEnd = cancel == Cancel.WHILE_SETTLING && isRecordedByTheStore(end);
        assertThat(terminals).hasSize(isCancelledAtTheEnd || end == End.THROWS_FATALLY_IN_SUBSCRIBE ? 0 : 1);
        boolean isTold = !terminals.isEmpty();
        Object told = isTold ? terminals.get(0) : "nothing";
        switch (end) {
            case COMPLETES, COMPLETES_EMPTY -> {
                assertThat(record.status()).isEqualTo(TaskStatus.SUCCEEDED);
                assertThat(told).isIn("onComplete", "nothing");
                assertThat(elements).isEqualTo(type.elements(end == End.COMPLETES, isTold));
            }
            case FAILS, FAILS_AFTER_AN_ELEMENT -> {
                assertKept(record.failure(), failure);
                assertThat(told).isIn(failure, "nothing");
                assertThat(droppedErrors).hasSize(isTold ? 0 : 1);
            }
            case THROWS_IN_SUBSCRIBE, THROWS_AFTER_ON_SUBSCRIBE -> {
                // As RxJava wraps what may not be thrown.
                if (isTold) {
                    assertThat((Throwable) told).hasRootCause(failure);
                    assertKept(record.failure(), (Throwable) told);
                }
                assertThat(record.failure()).isInstanceOf(RecordedFailureException.class);
            }
            case THROWS_FATALLY_IN_SUBSCRIBE -> assertKept(record.failure(), fatal);
            case ITS_TOKEN_IS_CANCELLED -> {
                assertThat(record.failure())
                        .isInstanceOf(TaskCancelledException.class)
                        .satisfies(cancelled -> assertKept(cancelled.getCause(), failure));
                assertThat(cancels).isOne();
                if (isTold) {
                    assertThat((Throwable) told)
                            .isInstanceOf(TaskCancelledException.class)
                            .hasCause(failure);
                }
            }
            case LOSES_ITS_LEASE -> {
                assertThat(record.failure()).isInstanceOf(LeaseLostException.class);
                assertThat(cancels).isOne();
                assertThat(told).isInstanceOf(TaskCancelledException.class);
                assertThat((Throwable) told)
                        .hasCauseInstanceOf(LeaseLostException.class)
                        .hasNoSuppressedExceptions();
            }
            case FINDS_ITS_LEASE_LOST -> {
                assertThat(record.failure()).isInstanceOf(LeaseLostException.class);
                if (isTold) {
                    assertThat(told).isInstanceOf(LeaseLostException.class);
                } else {
                    assertThat(droppedErrors).singleElement().isInstanceOf(LeaseLostException.class);
                }
                assertThat(elements).isEqualTo(type.passesElementsOn() ? 1 : 0);
            }
            case COMPLETES_WHEN_THE_STORE_FAILS -> {
                Throwable notRecorded = isTold ? (Throwable) told : droppedErrors.get(0);
                assertThat(notRecorded)
                        .isInstanceOf(SuccessNotRecordedException.class)
                        .hasCauseInstanceOf(RecordStoreException.class)
                        .hasRootCause(storeFailure);
                assertThat(droppedErrors).hasSize(isTold ? 0 : 1);
                assertThat(elements).isEqualTo(type.passesElementsOn() ? 1 : 0);
            }
            case FAILS_WHEN_THE_STORE_FAILS -> {
                assertThat(told).isIn(failure, "nothing");
                assertThat(failure.getSuppressed()).hasOnlyElementsOfType(RecordStoreException.class);
                assertThat(failure.getSuppressed()).hasSize(1);
            }
        }
    }

    private static boolean isStoreFailing(End end) {
        return end == End.COMPLETES_WHEN_THE_STORE_FAILS || end == End.FAILS_WHEN_THE_STORE_FAILS;
    }

    /** One whose lease is known as lost ends without the store. */
    private static boolean isRecordedByTheStore(End end) {
        return end != End.LOSES_ITS_LEASE;
    }

    private static boolean wasCancelledBeforeTheEnd(Type type, End end, Cancel cancel) {
        boolean hasElement = end == End.COMPLETES
                || end == End.FAILS_AFTER_AN_ELEMENT
                || end == End.FINDS_ITS_LEASE_LOST
                || end == End.COMPLETES_WHEN_THE_STORE_FAILS;
        if (cancel == Cancel.IN_ON_NEXT) {
            return type.passesElementsOn() && hasElement;
        }
        // Those have ended before there was anything running.
        boolean endsInSubscribe = end == End.THROWS_IN_SUBSCRIBE
                || end == End.THROWS_FATALLY_IN_SUBSCRIBE
                || end == End.THROWS_AFTER_ON_SUBSCRIBE;
        return BEFORE_THE_SOURCE.contains(cancel)
                || cancel == Cancel.WHILE_SUBSCRIBING
                || (cancel == Cancel.WHILE_RUNNING && !endsInSubscribe);
    }

    private void cancelDownstream() {
        Objects.requireNonNull(downstream).cancel();
    }

    private void subscribe(Type type, ScriptedSource source, RecordingSubscriber subscriber) {
        switch (type) {
            case FLOWABLE_OF_AN_ATTEMPT ->
                RxRecording.<String, String>recordManyAs(recorder, KEY, RecordOptions.defaults(), begun -> {
                            attempt = begun;
                            return source.asFlowable();
                        })
                        .subscribe((FlowableSubscriber<String>) subscriber);
            case SINGLE_OF_AN_ATTEMPT ->
                RxRecording.<String, String>recordAs(recorder, KEY, begun -> {
                            attempt = begun;
                            return source.asSingle();
                        })
                        .subscribe((SingleObserver<String>) subscriber);
            case FLOWABLE, OBSERVABLE, SINGLE, MAYBE, COMPLETABLE ->
                source.subscribe(type.kind, RxRecording.recordAs(recorder, KEY), subscriber);
        }
    }

    private void end(End end) {
        ScriptedSource.Signals subscriber = upstream;
        if (subscriber == null) {
            return;
        }
        switch (end) {
            case COMPLETES -> {
                subscriber.onNext("paid");
                subscriber.onComplete();
            }
            case COMPLETES_EMPTY -> subscriber.onComplete();
            case FAILS -> subscriber.onError(failure);
            case FAILS_AFTER_AN_ELEMENT -> {
                subscriber.onNext("half paid");
                subscriber.onError(failure);
            }
            case ITS_TOKEN_IS_CANCELLED ->
                Objects.requireNonNull(attempt).cancellationToken().cancel(failure);
            case LOSES_ITS_LEASE -> {
                store.loseLease();
                time.advanceTimeBy(10, TimeUnit.SECONDS);
            }
            case FINDS_ITS_LEASE_LOST -> {
                if (statusesWhenCancelled.isEmpty()) {
                    store.loseLease();
                }
                subscriber.onNext("paid");
                subscriber.onComplete();
            }
            case COMPLETES_WHEN_THE_STORE_FAILS -> {
                store.fail(ManualRecordStore.Step.SETTLE, storeFailure);
                subscriber.onNext("paid");
                subscriber.onComplete();
            }
            case FAILS_WHEN_THE_STORE_FAILS -> {
                store.fail(ManualRecordStore.Step.SETTLE, storeFailure);
                subscriber.onError(failure);
            }
            case THROWS_IN_SUBSCRIBE, THROWS_FATALLY_IN_SUBSCRIBE, THROWS_AFTER_ON_SUBSCRIBE -> {}
        }
    }

    private static final class Fatal extends VirtualMachineError {
        private static final long serialVersionUID = 1L;
    }
}
