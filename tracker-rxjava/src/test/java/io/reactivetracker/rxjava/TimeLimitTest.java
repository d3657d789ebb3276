// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import static io.reactivetracker.TaskOptions.named;
import static io.reactivetracker.TaskOptions.timeout;
import static io.reactivetracker.rxjava.RxTracking.spawn;
import static io.reactivetracker.rxjava.RxTracking.trackWith;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import io.reactivetracker.TaskTimeoutException;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.group.Admission;
import io.reactivetracker.group.Backoff;
import io.reactivetracker.group.ErrorPolicy;
import io.reactivetracker.group.Outcome;
import io.reactivetracker.group.TaskCounts;
import io.reactivetracker.group.TaskGroup;
import io.reactivetracker.group.TaskGroupBuilder;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.exceptions.OnErrorNotImplementedException;
import io.reactivex.rxjava3.observers.TestObserver;
import io.reactivex.rxjava3.processors.PublishProcessor;
import io.reactivex.rxjava3.schedulers.TestScheduler;
import io.reactivex.rxjava3.subscribers.TestSubscriber;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The time limits of groups, in virtual time. */
class TimeLimitTest {

    private static final Duration LIMIT = Duration.ofSeconds(4);

    @RegisterExtension
    final Undeliverable undeliverable = new Undeliverable();

    private final TestScheduler time = new TestScheduler();

    private TaskGroupBuilder builder() {
        return TaskGroup.builder("orders").timer(RxTracking.timer(time)).executor(Runnable::run);
    }

    private static void assertTimedOut(TaskGroup group, int number) {
        assertThat(group.counts()).isEqualTo(TaskCounts.none().with(Outcome.TIMED_OUT, number));
    }

    private void advance(long seconds) {
        time.advanceTimeBy(seconds, TimeUnit.SECONDS);
    }

    /** Without and with attempts, which are two subscribers. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void cancelsTheUpstreamAndTellsTheDownstream(boolean canRetry) {
        ErrorPolicy policy = canRetry ? ErrorPolicy.retry(3, Backoff.none()) : ErrorPolicy.continueOnError();
        TaskGroup group = builder().timeout(LIMIT).onError(policy).build();
        PublishProcessor<String> source = PublishProcessor.create();
        TestSubscriber<String> downstream =
                source.compose(trackWith(group, "ship")).test();
        source.onNext("box");
        advance(4);

        downstream.assertValues("box").assertError(TaskTimeoutException.class);
        downstream.assertError(error -> String.valueOf(error.getMessage())
                .contains("timed out after 4.0 s, while it was running: its limit is 4.0 s"));
        assertThat(source.hasSubscribers()).isFalse();
        assertTimedOut(group, 1);
    }

    @Test
    void itHoldsForAllTypes() {
        TaskGroup group = builder().build();
        var options = named("ship").and(timeout(LIMIT));
        TestSubscriber<Object> flowable =
                Flowable.never().compose(trackWith(group, options)).test();
        TestObserver<Object> observable =
                Observable.never().compose(trackWith(group, options)).test();
        TestObserver<Object> single =
                Single.never().compose(trackWith(group, options)).test();
        TestObserver<Object> maybe =
                Maybe.never().compose(trackWith(group, options)).test();
        TestObserver<Void> completable =
                Completable.never().compose(trackWith(group, options)).test();
        advance(4);

        flowable.assertFailure(TaskTimeoutException.class);
        observable.assertFailure(TaskTimeoutException.class);
        single.assertFailure(TaskTimeoutException.class);
        maybe.assertFailure(TaskTimeoutException.class);
        completable.assertFailure(TaskTimeoutException.class);
        assertTimedOut(group, 5);
    }

    @Test
    void aTaskThatWaitsInTheQueueIsNeverSubscribedTo() {
        TaskGroup group =
                builder().timeout(LIMIT).admission(Admission.concurrency(1)).build();
        AtomicInteger subscriptions = new AtomicInteger();
        var first = Flowable.never().compose(trackWith(group)).subscribe(box -> {}, error -> {});
        TestSubscriber<String> second = Flowable.just("box")
                .doOnSubscribe(s -> subscriptions.incrementAndGet())
                .compose(trackWith(group, timeout(Duration.ofSeconds(1))))
                .test();
        advance(1);
        first.dispose();

        second.assertError(error -> String.valueOf(error.getMessage()).contains("while it was queued"));
        assertThat(subscriptions).hasValue(0);
    }

    @Test
    void retriesAndTheirDelaysCount() {
        TaskGroup group = builder()
                .timeout(LIMIT)
                .onError(ErrorPolicy.retry(9, Backoff.fixed(Duration.ofSeconds(3))))
                .build();
        IllegalStateException failure = new IllegalStateException("no stock");
        TestSubscriber<Object> ship =
                Flowable.error(failure).compose(trackWith(group)).test();
        advance(4);

        ship.assertError(error -> String.valueOf(error.getMessage()).contains("while it waited for attempt 3")
                && failure.equals(error.getCause()));
        assertTimedOut(group, 1);
    }

    @Test
    void theSourceSeesTheTimeThatIsLeft() {
        TaskGroup group = builder().timeout(LIMIT).build();
        AtomicReference<Duration> left = new AtomicReference<>();
        TestSubscriber<Object> ship = RxTracking.defer(group, named("ship"), task -> {
                    advance(1);
                    left.set(task.remaining());
                    return Flowable.never();
                })
                .test();
        assertThat(left).hasValue(Duration.ofSeconds(3));
        advance(3);
        ship.assertFailure(TaskTimeoutException.class);
    }

    @Test
    void anObserverWithoutACallbackForErrorsIsReported() {
        TaskGroup group = builder().timeout(LIMIT).build();
        var unused = Maybe.never().compose(trackWith(group)).subscribe();
        advance(4);
        assertThat(undeliverable.take())
                .singleElement()
                .satisfies(error -> assertThat(error)
                        .isInstanceOf(OnErrorNotImplementedException.class)
                        .hasCauseInstanceOf(TaskTimeoutException.class));
        assertTimedOut(group, 1);
    }

    @Test
    void aSpawnedTaskThatNobodyWaitsForIsReported() {
        TaskGroup group = builder().timeout(LIMIT).build();
        TaskHandle<Object> handle = spawn(group, "mail", Maybe.never());
        advance(4);

        assertThat(handle.isFinished()).isTrue();
        handle.join().test().assertFailure(TaskTimeoutException.class);
        assertThat(undeliverable.take()).singleElement().isInstanceOf(TaskTimeoutException.class);
        assertTimedOut(group, 1);
    }

    @Test
    void blockingCodeIsInterruptedAndCountedUntilItReturns() throws InterruptedException {
        TaskGroup group = builder().timeout(LIMIT).build();
        CountDownLatch began = new CountDownLatch(1);
        CountDownLatch mayReturn = new CountDownLatch(1);
        TestObserver<String> result = RxTracking.<String>blocking(group, "import", () -> {
                    began.countDown();
                    try {
                        new CountDownLatch(1).await();
                    } catch (InterruptedException interrupted) {
                        mayReturn.await();
                    }
                    return "late";
                })
                .test();
        began.await();
        advance(4);

        result.assertFailure(TaskTimeoutException.class);
        assertThat(group.counts()).isEqualTo(TaskCounts.none().withActive(1));
        mayReturn.countDown();
        await().untilAsserted(() -> assertTimedOut(group, 1));
    }

    @Test
    void aTrackerRefusesALimitWhenThePipelineIsAssembled() {
        TaskTracker tracker = TaskTracker.create("imports");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> trackWith(tracker, timeout(LIMIT)))
                .withMessageStartingWith("timeout must not be given, but was PT4S: tracker \"imports\" cannot cancel");
    }
}
