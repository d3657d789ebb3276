// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import static io.reactivetracker.reactor.ReactorRecording.recordAs;
import static io.reactivetracker.test.RecordStoreContract.assertKept;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.recorder.LeaseLostException;
import io.reactivetracker.recorder.RecordContext;
import io.reactivetracker.recorder.RecordStoreException;
import io.reactivetracker.recorder.SuccessNotRecordedException;
import io.reactivetracker.recorder.TaskRecord;
import io.reactivetracker.recorder.TaskRecorder;
import io.reactivetracker.recorder.TaskStatus;
import io.reactivetracker.test.ManualRecordStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.reactivestreams.Subscription;
import reactor.core.CorePublisher;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.scheduler.VirtualTimeScheduler;

/**
 * The end of a recorded subscription is recorded once, no task stays RUNNING, and the downstream gets what was
 * recorded: for each end and each time of a cancel, with sources that follow the rules and sources that run on after
 * their cancel.
 */
class RecordMatrixTest {

    private static final String KEY = "payment-1";

    /** How the source ends after it was subscribed to. */
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
        return Stream.of(true, false)
                .flatMap(isMono -> Stream.of(End.values())
                        .flatMap(end -> Stream.of(Cancel.values()).map(cancel -> Arguments.of(isMono, end, cancel))));
    }

    @RegisterExtension
    final Dropped dropped = new Dropped();

    private final VirtualTimeScheduler time = VirtualTimeScheduler.create();
    private final ManualRecordStore<String> store = new ManualRecordStore<>(Duration.ofSeconds(30));
    private final TaskRecorder<String> recorder = TaskRecorder.builder(store)
            .timer(ReactorTracking.timer(time))
            .executor(Runnable::run)
            .build();
    private final IllegalStateException failure = new IllegalStateException("no money");
    private final RuntimeException storeFailure = new IllegalStateException("no store");
    private final List<TaskStatus> statusesWhenCancelled = new ArrayList<>();

    @ParameterizedTest
    @MethodSource("everything")
    void isRecordedOnceAndToldAsItIs(boolean isMono, End end, Cancel cancel) {
        Downstream downstream = new Downstream(cancel);
        ScriptedPublisher source = new ScriptedPublisher(end, () -> {
            if (cancel == Cancel.WHILE_SUBSCRIBING) {
                downstream.cancel();
            }
        });
        CorePublisher<String> recorded = isMono
                ? Mono.from(source.asMono()).transform(recordAs(recorder, KEY))
                : source.asFlux().transform(recordAs(recorder, KEY));
        if (cancel == Cancel.WHILE_BEGINNING) {
            store.hold(ManualRecordStore.Step.BEGIN);
        } else if (cancel == Cancel.IN_THE_GRANT) {
            store.during(ManualRecordStore.Step.BEGIN, downstream::cancel);
        } else if (cancel == Cancel.WHILE_SETTLING) {
            store.hold(ManualRecordStore.Step.SETTLE);
        }

        Throwable thrown = catchThrowable(() -> recorded.subscribe(downstream));
        if (cancel == Cancel.WHILE_BEGINNING) {
            downstream.cancel();
            store.release();
        }
        if (cancel == Cancel.WHILE_RUNNING) {
            downstream.cancel();
        }
        Throwable thrownAtTheEnd = catchThrowable(() -> end(end, source));
        if (cancel == Cancel.WHILE_SETTLING) {
            downstream.cancel();
            store.release();
        }
        if (isStoreFailing(end)) {
            // The recorder retries while it holds the lease.
            time.advanceTimeBy(Duration.ofSeconds(30));
        }
        if (cancel == Cancel.AFTER) {
            downstream.cancel();
        }

        List<Throwable> droppedErrors = dropped.takeErrors();
        dropped.takeElements();
        TaskRecord record = recorder.whenSettled(KEY).getNow(null);
        assertThat(thrownAtTheEnd).isNull();
        boolean throwsFatally = end == End.THROWS_FATALLY_IN_SUBSCRIBE && cancel != Cancel.WHILE_BEGINNING;
        assertThat(thrown).isSameAs(throwsFatally && source.wasTouched ? source.fatal : null);
        boolean isCancelled = wasCancelledBeforeTheEnd(isMono, end, cancel);
        if (isStoreFailing(end) && source.wasTouched && (!isCancelled || cancel == Cancel.IN_ON_NEXT)) {
            // The outcome is unknown: the record does not change.
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
        assertThat(source.wasTouched).isEqualTo(!BEFORE_THE_SOURCE.contains(cancel));
        if (cancel == Cancel.IN_ON_SUBSCRIBE) {
            assertThat(record).isEqualTo(TaskRecord.of(TaskStatus.NOT_FOUND));
        }
        if (cancel == Cancel.WHILE_SUBSCRIBING) {
            assertThat(source.requests).isZero();
        }
        if (isCancelled) {
            assertThat(downstream.terminals).isEmpty();
            // The store failed or the lease was lost before the cancel.
            boolean isTooLate = cancel == Cancel.IN_ON_NEXT && (isStoreFailing(end) || end == End.FINDS_ITS_LEASE_LOST);
            if (cancel != Cancel.IN_ON_SUBSCRIBE && !isTooLate) {
                assertThat(record.failure()).isInstanceOf(TaskCancelledException.class);
            }
            assertThat(source.cancels > 0).isEqualTo(source.subscriber != null);
            if (source.cancels > 0 && end != End.FINDS_ITS_LEASE_LOST) {
                // The source is cancelled before the next owner can claim the key.
                assertThat(statusesWhenCancelled.get(0)).isEqualTo(TaskStatus.RUNNING);
            }
            return;
        }
        boolean isCancelledAtTheEnd = cancel == Cancel.WHILE_SETTLING && isRecordedByTheStore(end);
        assertThat(downstream.terminals).hasSize(isCancelledAtTheEnd || end == End.THROWS_FATALLY_IN_SUBSCRIBE ? 0 : 1);
        boolean isTold = !downstream.terminals.isEmpty();
        Object told = isTold ? downstream.terminals.get(0) : "nothing";
        switch (end) {
            case COMPLETES, COMPLETES_EMPTY -> {
                assertThat(record.status()).isEqualTo(TaskStatus.SUCCEEDED);
                assertThat(told).isIn("complete", "nothing");
                assertThat(downstream.elements).hasSize(end == End.COMPLETES_EMPTY || (isMono && !isTold) ? 0 : 1);
            }
            case FAILS, FAILS_AFTER_AN_ELEMENT -> {
                assertKept(record.failure(), failure);
                assertThat(told).isIn(failure, "nothing");
                assertThat(droppedErrors).hasSize(isTold ? 0 : 1);
            }
            case THROWS_IN_SUBSCRIBE, THROWS_AFTER_ON_SUBSCRIBE -> {
                assertKept(record.failure(), failure);
                assertThat(told).isIn(failure, "nothing");
            }
            case THROWS_FATALLY_IN_SUBSCRIBE -> assertKept(record.failure(), source.fatal);
            case ITS_TOKEN_IS_CANCELLED -> {
                assertThat(record.failure())
                        .isInstanceOf(TaskCancelledException.class)
                        .satisfies(cancelled -> assertKept(cancelled.getCause(), failure));
                assertThat(source.cancels).isOne();
                if (isTold) {
                    assertThat((Throwable) told)
                            .isInstanceOf(TaskCancelledException.class)
                            .hasCause(failure);
                }
            }
            case LOSES_ITS_LEASE -> {
                assertThat(record.failure()).isInstanceOf(LeaseLostException.class);
                assertThat(source.cancels).isOne();
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
                assertThat(downstream.elements).hasSize(isMono ? 0 : 1);
            }
            case COMPLETES_WHEN_THE_STORE_FAILS -> {
                Throwable notRecorded = isTold ? (Throwable) told : droppedErrors.get(0);
                assertThat(notRecorded)
                        .isInstanceOf(SuccessNotRecordedException.class)
                        .hasCauseInstanceOf(RecordStoreException.class)
                        .hasRootCause(storeFailure);
                assertThat(droppedErrors).hasSize(isTold ? 0 : 1);
                assertThat(downstream.elements).hasSize(isMono ? 0 : 1);
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

    /** Returns whether the store records the end: not if the lease is known to be lost. */
    private static boolean isRecordedByTheStore(End end) {
        return end != End.LOSES_ITS_LEASE;
    }

    private static boolean wasCancelledBeforeTheEnd(boolean isMono, End end, Cancel cancel) {
        boolean hasElement = end == End.COMPLETES
                || end == End.FAILS_AFTER_AN_ELEMENT
                || end == End.FINDS_ITS_LEASE_LOST
                || end == End.COMPLETES_WHEN_THE_STORE_FAILS;
        if (cancel == Cancel.IN_ON_NEXT) {
            return !isMono && hasElement;
        }
        // These end before the source runs.
        boolean endsInSubscribe = end == End.THROWS_IN_SUBSCRIBE
                || end == End.THROWS_FATALLY_IN_SUBSCRIBE
                || end == End.THROWS_AFTER_ON_SUBSCRIBE;
        return BEFORE_THE_SOURCE.contains(cancel)
                || cancel == Cancel.WHILE_SUBSCRIBING
                || (cancel == Cancel.WHILE_RUNNING && !endsInSubscribe);
    }

    private void end(End end, ScriptedPublisher source) {
        CoreSubscriber<? super String> subscriber = source.subscriber;
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
                subscriber
                        .currentContext()
                        .get(RecordContext.class)
                        .cancellationToken()
                        .cancel(failure);
            case LOSES_ITS_LEASE -> {
                store.loseLease();
                time.advanceTimeBy(Duration.ofSeconds(10));
            }
            case FINDS_ITS_LEASE_LOST -> {
                if (source.cancels == 0) {
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

    /** A source that ends as told, and runs on after a cancel. */
    private final class ScriptedPublisher {

        private final End end;
        private final Runnable onSubscribing;
        final Fatal fatal = new Fatal();
        boolean wasTouched;
        int cancels;
        int requests;

        @Nullable
        CoreSubscriber<? super String> subscriber;

        ScriptedPublisher(End end, Runnable onSubscribing) {
            this.end = end;
            this.onSubscribing = onSubscribing;
        }

        Flux<String> asFlux() {
            return new Flux<>() {
                @Override
                public void subscribe(CoreSubscriber<? super String> it) {
                    subscribed(it);
                }
            };
        }

        Mono<String> asMono() {
            return new Mono<>() {
                @Override
                public void subscribe(CoreSubscriber<? super String> it) {
                    subscribed(it);
                }
            };
        }

        private void subscribed(CoreSubscriber<? super String> it) {
            wasTouched = true;
            onSubscribing.run();
            if (end == End.THROWS_IN_SUBSCRIBE) {
                throw failure;
            }
            if (end == End.THROWS_FATALLY_IN_SUBSCRIBE) {
                throw fatal;
            }
            subscriber = it;
            it.onSubscribe(new Subscription() {
                @Override
                public void request(long n) {
                    requests++;
                }

                @Override
                public void cancel() {
                    cancels++;
                    statusesWhenCancelled.add(recorder.status(KEY).join());
                }
            });
            if (end == End.THROWS_AFTER_ON_SUBSCRIBE) {
                throw failure;
            }
        }
    }

    private static final class Fatal extends VirtualMachineError {
        private static final long serialVersionUID = 1L;
    }

    /** Records the signals, and cancels at the given time. */
    private static final class Downstream implements CoreSubscriber<String> {

        final List<String> elements = new ArrayList<>();
        final List<Object> terminals = new ArrayList<>();
        private final Cancel cancel;
        private @Nullable Subscription subscription;

        Downstream(Cancel cancel) {
            this.cancel = cancel;
        }

        void cancel() {
            Objects.requireNonNull(subscription).cancel();
        }

        @Override
        public void onSubscribe(Subscription s) {
            subscription = s;
            if (cancel == Cancel.IN_ON_SUBSCRIBE) {
                s.cancel();
            } else {
                s.request(Long.MAX_VALUE);
            }
        }

        @Override
        public void onNext(String element) {
            elements.add(element);
            if (cancel == Cancel.IN_ON_NEXT) {
                cancel();
            }
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
}
