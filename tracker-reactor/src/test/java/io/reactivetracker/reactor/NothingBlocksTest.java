// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import static io.reactivetracker.reactor.ReactorRecording.recordAs;
import static io.reactivetracker.reactor.ReactorRecording.revoke;
import static io.reactivetracker.reactor.ReactorRecording.whenSettled;
import static io.reactivetracker.reactor.ReactorTracking.cancelWith;
import static io.reactivetracker.reactor.ReactorTracking.spawn;
import static io.reactivetracker.reactor.ReactorTracking.trackWith;
import static io.reactivetracker.reactor.ReactorTracking.whenCancelled;
import static io.reactivetracker.reactor.ReactorTracking.whenDrained;
import static org.assertj.core.api.Assertions.assertThat;

import io.reactivetracker.CancellationToken;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.group.Admission;
import io.reactivetracker.group.Backoff;
import io.reactivetracker.group.ErrorPolicy;
import io.reactivetracker.group.Shutdown;
import io.reactivetracker.group.TaskGroup;
import io.reactivetracker.recorder.RecordOptions;
import io.reactivetracker.recorder.TaskAlreadyRecordedException;
import io.reactivetracker.recorder.TaskRecorder;
import io.reactivetracker.recorder.TaskStatus;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.blockhound.BlockingOperationError;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

/** BlockHound watches all tests of this module. These verify that it is active, and that no operator blocks. */
class NothingBlocksTest {

    @RegisterExtension
    final Dropped dropped = new Dropped();

    private final TaskTracker tracker = TaskTracker.create("unblocked");

    @Test
    void whatDoesBlockIsNoticed() {
        StepVerifier.create(onEventLoop(() -> {
                    try {
                        new CountDownLatch(1).await();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                }))
                .verifyErrorMatches(error ->
                        error instanceof BlockingOperationError || error.getCause() instanceof BlockingOperationError);
    }

    @Test
    void noVerbBlocks() {
        StepVerifier.create(onEventLoop(() -> {
                    CancellationToken cancellation = CancellationToken.create();
                    Flux.range(0, 100).transform(trackWith(tracker)).subscribe();
                    Flux.range(0, 100).transform(trackWith(tracker, "named")).subscribe();
                    Flux.never().transform(cancelWith(cancellation)).subscribe(value -> {}, error -> {});
                    whenCancelled(cancellation).subscribe();
                    whenDrained(tracker).subscribe();
                    TaskHandle<Object> task = spawn(tracker, Mono.never());
                    task.join().subscribe(value -> {}, error -> {});
                    tracker.runningTasks();
                    task.abort();
                    try (CancellationToken child = cancellation.child()) {
                        child.onCancel(() -> {}).close();
                    }
                    cancellation.cancel();
                    tracker.close();
                    tracker.reopen();
                    tracker.drained().toFuture().cancel(false);
                }))
                .verifyComplete();
        assertThat(tracker.size()).isZero();
    }

    @Test
    void noVerbBlocksWhenManyThreadsMeet() {
        Flux<Object> everyone = Flux.range(0, 10_000)
                .parallel(4)
                .runOn(Schedulers.parallel())
                .flatMap(n -> {
                    tracker.token("named " + n).close();
                    whenDrained(tracker).subscribe().dispose();
                    tracker.close();
                    tracker.reopen();
                    return Mono.empty().transform(trackWith(tracker, "inner"));
                })
                .sequential();
        StepVerifier.create(everyone).verifyComplete();
        assertThat(tracker.size()).isZero();
    }

    @Test
    void noVerbOfAGroupBlocks() {
        TaskGroup root = TaskGroup.builder("unblocked")
                .admission(Admission.concurrency(1).and(Admission.rate(1_000, Duration.ofSeconds(1))))
                .onError(ErrorPolicy.retry(1, Backoff.fixed(Duration.ofMillis(1))))
                .build();
        StepVerifier.create(onEventLoop(() -> {
                    TaskGroup group = root.child("child");
                    Flux.range(0, 100).transform(trackWith(group)).subscribe();
                    Flux.never().transform(trackWith(group, "named")).subscribe(value -> {}, error -> {});
                    Mono.error(new IllegalStateException())
                            .transform(trackWith(root))
                            .subscribe(value -> {}, error -> {});
                    TaskHandle<Object> task = spawn(group, Mono.never());
                    task.abort();
                    ReactorTracking.watch(root, Duration.ofMillis(1)).subscribe();
                    root.counts();
                    root.runningTasks();
                    ReactorTracking.shutdown(root, Shutdown.grace(Duration.ZERO).thenCancel(Duration.ofSeconds(1)))
                            .subscribe();
                }))
                .verifyComplete();
        StepVerifier.create(ReactorTracking.closeAndDrain(root)).verifyComplete();
        assertThat(root.counts().pending()).isZero();
    }

    @Test
    void noVerbOfARecorderBlocks() {
        TaskRecorder<Integer> recorder = TaskRecorder.create();
        StepVerifier.create(onEventLoop(() -> {
                    Mono.just("paid").transform(recordAs(recorder, 1)).subscribe();
                    Flux.range(0, 100).transform(recordAs(recorder, 2)).subscribe();
                    Disposable running =
                            Mono.never().transform(recordAs(recorder, 3)).subscribe();
                    Mono.just("joined")
                            .transform(recordAs(recorder, 3, RecordOptions.orJoin()))
                            .onErrorComplete()
                            .subscribe();
                    whenSettled(recorder, 3).subscribe();
                    running.dispose();
                    revoke(recorder, 1, Mono.empty()).subscribe();
                    ReactorRecording.status(recorder, 2).subscribe();
                }))
                .verifyComplete();
        Flux<Object> everyone = Flux.range(0, 10_000)
                .parallel(4)
                .runOn(Schedulers.parallel())
                .flatMap(n -> Mono.<Object>just(n)
                        .transform(recordAs(recorder, n % 10))
                        .onErrorComplete(TaskAlreadyRecordedException.class))
                .sequential();
        StepVerifier.create(everyone.then()).verifyComplete();
        assertThat(recorder.keys(TaskStatus.RUNNING).join()).isEmpty();
    }

    private static Mono<Void> onEventLoop(Runnable body) {
        return Mono.<Void>fromRunnable(body).subscribeOn(Schedulers.parallel());
    }
}
