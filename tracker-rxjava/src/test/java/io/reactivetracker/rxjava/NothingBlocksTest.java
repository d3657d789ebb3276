// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import static io.reactivetracker.rxjava.RxRecording.recordAs;
import static io.reactivetracker.rxjava.RxRecording.recordManyAs;
import static io.reactivetracker.rxjava.RxRecording.revoke;
import static io.reactivetracker.rxjava.RxRecording.whenSettled;
import static io.reactivetracker.rxjava.RxTracking.cancelWith;
import static io.reactivetracker.rxjava.RxTracking.trackWith;
import static io.reactivetracker.rxjava.RxTracking.whenDrained;
import static org.assertj.core.api.Assertions.assertThat;

import io.reactivetracker.CancellationToken;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.group.Admission;
import io.reactivetracker.group.TaskGroup;
import io.reactivetracker.recorder.RecordOptions;
import io.reactivetracker.recorder.TaskAlreadyRecordedException;
import io.reactivetracker.recorder.TaskRecorder;
import io.reactivetracker.recorder.TaskStatus;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.disposables.Disposable;
import io.reactivex.rxjava3.functions.Action;
import io.reactivex.rxjava3.schedulers.Schedulers;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.blockhound.BlockingOperationError;

/** BlockHound watches all tests of this module; here it is shown to be awake, and each verb to please it. */
class NothingBlocksTest {

    @RegisterExtension
    final Undeliverable undeliverable = new Undeliverable();

    private final TaskTracker tracker = TaskTracker.create("unblocked");

    /** On a thread that must not block. */
    private static void onComputation(Action body) {
        Completable.fromAction(body).subscribeOn(Schedulers.computation()).blockingAwait();
    }

    @Test
    void whatDoesBlockIsNoticed() {
        Throwable noticed = Maybe.fromAction(() -> new CountDownLatch(1).await())
                .subscribeOn(Schedulers.computation())
                .materialize()
                .blockingGet()
                .getError();
        assertThat(noticed).isInstanceOf(BlockingOperationError.class);
    }

    @Test
    void noVerbBlocks() {
        TaskGroup group = TaskGroup.builder("unblocked")
                .admission(Admission.concurrency(1))
                .build();
        onComputation(() -> {
            CancellationToken cancellation = CancellationToken.create();
            Flowable.range(0, 100).compose(trackWith(tracker)).subscribe();
            Observable.range(0, 100).compose(trackWith(tracker, "named")).subscribe();
            Disposable cut = Flowable.never().compose(cancelWith(cancellation)).subscribe(value -> {}, error -> {});
            whenDrained(tracker).subscribe();
            Single.just(1).compose(trackWith(group)).subscribe();
            Disposable queued = Maybe.never().compose(trackWith(group)).subscribe();
            Completable.never().compose(trackWith(group)).subscribe().dispose();
            queued.dispose();
            cancellation.cancel();
            assertThat(cut.isDisposed()).isTrue();
            tracker.close();
        });
        assertThat(tracker.isDrained()).isTrue();
        assertThat(group.counts().pending()).isZero();
    }

    @Test
    void noVerbOfARecorderBlocks() {
        TaskRecorder<Integer> recorder = TaskRecorder.create();
        onComputation(() -> {
            Single.just("paid").compose(recordAs(recorder, 1)).subscribe();
            Flowable.range(0, 100).compose(recordAs(recorder, 2)).subscribe();
            Disposable running =
                    Observable.never().compose(recordAs(recorder, 3)).subscribe(value -> {}, error -> {});
            Maybe.just("joined")
                    .compose(recordAs(recorder, 3, RecordOptions.orJoin()))
                    .onErrorComplete()
                    .subscribe();
            Completable.complete()
                    .compose(recordAs(recorder, 3))
                    .onErrorComplete()
                    .subscribe();
            recordAs(recorder, 4, attempt -> Single.just(attempt.fencingToken()))
                    .subscribe();
            recordManyAs(recorder, 5, RecordOptions.defaults(), attempt -> Flowable.just(attempt.fencingToken()))
                    .subscribe();
            whenSettled(recorder, 3).subscribe();
            running.dispose();
            revoke(recorder, 1, Completable.complete()).subscribe();
            RxRecording.status(recorder, 2).subscribe();
            RxRecording.failure(recorder, 3).subscribe();
        });
        assertThat(recorder.status(1).join()).isEqualTo(TaskStatus.NOT_FOUND);
        assertThat(recorder.keys(TaskStatus.SUCCEEDED).join()).containsExactlyInAnyOrder(2, 4, 5);
        assertThat(recorder.keys(TaskStatus.FAILED).join()).containsExactly(3);
    }

    @Test
    void noVerbOfARecorderBlocksWhenManyThreadsMeet() {
        TaskRecorder<Integer> recorder = TaskRecorder.create();
        boolean isOver = Flowable.range(0, 10_000)
                .parallel(4)
                .runOn(Schedulers.computation())
                .flatMap(n -> Maybe.just(n)
                        .compose(recordAs(recorder, n % 10))
                        .onErrorComplete(TaskAlreadyRecordedException.class::isInstance)
                        .toFlowable())
                .sequential()
                .ignoreElements()
                .blockingAwait(60, TimeUnit.SECONDS);
        assertThat(isOver).isTrue();
        assertThat(recorder.keys(TaskStatus.RUNNING).join()).isEmpty();
    }
}
