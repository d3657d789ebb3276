// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import static io.reactivetracker.TaskOptions.named;
import static io.reactivetracker.TaskOptions.timeout;
import static io.reactivetracker.reactor.ReactorTracking.blocking;
import static io.reactivetracker.reactor.ReactorTracking.spawn;
import static io.reactivetracker.reactor.ReactorTracking.trackWith;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskTimeoutException;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.group.Admission;
import io.reactivetracker.group.Backoff;
import io.reactivetracker.group.ErrorPolicy;
import io.reactivetracker.group.Outcome;
import io.reactivetracker.group.TaskContext;
import io.reactivetracker.group.TaskCounts;
import io.reactivetracker.group.TaskGroup;
import io.reactivetracker.group.TaskGroupBuilder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;
import reactor.test.publisher.TestPublisher;
import reactor.test.scheduler.VirtualTimeScheduler;

/** The time limits of groups, in virtual time. */
class TimeLimitTest {

    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration LIMIT = Duration.ofSeconds(4);

    @RegisterExtension
    final Dropped dropped = new Dropped();

    private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

    private TaskGroupBuilder builder() {
        return TaskGroup.builder("orders").timer(ReactorTracking.timer(time)).executor(Runnable::run);
    }

    private static void assertTimedOut(TaskGroup group) {
        assertThat(group.counts()).isEqualTo(TaskCounts.none().with(Outcome.TIMED_OUT, 1));
    }

    /** Without and with attempts, which are two subscribers. */
    private TaskGroup group(boolean canRetry) {
        ErrorPolicy policy = canRetry ? ErrorPolicy.retry(3, Backoff.none()) : ErrorPolicy.continueOnError();
        return builder().timeout(LIMIT).onError(policy).build();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void cancelsTheUpstreamAndTellsTheDownstream(boolean canRetry) {
        TaskGroup group = group(canRetry);
        TestPublisher<String> source = TestPublisher.create();

        StepVerifier.create(source.flux().transform(trackWith(group, "ship")))
                .then(() -> source.next("box"))
                .expectNext("box")
                .then(() -> time.advanceTimeBy(LIMIT))
                .expectErrorSatisfies(error -> assertThat(error)
                        .isExactlyInstanceOf(TaskTimeoutException.class)
                        .hasMessageContaining("timed out after 4.0 s, while it was running: its limit is 4.0 s"))
                .verify();
        source.assertCancelled(1);
        assertTimedOut(group);
    }

    @Test
    void theLimitOfATaskIsInItsOptions() {
        TaskGroup group = builder().build();
        StepVerifier.create(
                        Mono.never().transform(trackWith(group, named("ship").and(timeout(LIMIT)))))
                .then(() -> time.advanceTimeBy(LIMIT))
                .verifyError(TaskTimeoutException.class);
        assertTimedOut(group);
    }

    @Test
    void aTaskThatWaitsInTheQueueIsNeverSubscribedTo() {
        TaskGroup group =
                builder().timeout(LIMIT).admission(Admission.concurrency(1)).build();
        AtomicInteger subscriptions = new AtomicInteger();
        var first = Mono.never().transform(trackWith(group)).subscribe();
        StepVerifier.create(Mono.just("box")
                        .doFirst(subscriptions::incrementAndGet)
                        .transform(trackWith(group, timeout(SECOND))))
                .then(() -> time.advanceTimeBy(SECOND))
                .expectErrorSatisfies(error -> assertThat(error).hasMessageContaining("while it was queued"))
                .verify();
        first.dispose();

        assertThat(subscriptions).hasValue(0);
        assertThat(group.counts())
                .isEqualTo(TaskCounts.none().with(Outcome.TIMED_OUT, 1).with(Outcome.CANCELLED, 1));
    }

    @Test
    void retriesAndTheirDelaysCount() {
        TaskGroup group = builder()
                .timeout(LIMIT)
                .onError(ErrorPolicy.retry(9, Backoff.fixed(Duration.ofSeconds(3))))
                .build();
        AtomicInteger attempts = new AtomicInteger();
        IllegalStateException failure = new IllegalStateException("no stock");
        StepVerifier.create(
                        Mono.error(failure).doFirst(attempts::incrementAndGet).transform(trackWith(group)))
                .then(() -> time.advanceTimeBy(LIMIT))
                .expectErrorSatisfies(error -> assertThat(error)
                        .hasMessageContaining("while it waited for attempt 3")
                        .hasCause(failure))
                .verify();

        assertThat(attempts).hasValue(2);
        time.advanceTimeBy(Duration.ofDays(1));
        assertThat(attempts).hasValue(2);
        assertTimedOut(group);
    }

    @Test
    void aTaskThatCompletesInTimeIsLeftAlone() {
        TaskGroup group = builder().timeout(LIMIT).build();
        StepVerifier.create(Mono.just("box").delayElement(SECOND, time).transform(trackWith(group)))
                .then(() -> time.advanceTimeBy(Duration.ofDays(1)))
                .expectNext("box")
                .verifyComplete();
        assertThat(group.counts()).isEqualTo(TaskCounts.none().with(Outcome.SUCCEEDED, 1));
    }

    @Test
    void aDownstreamThatCancelsFirstIsToldNothing() {
        TaskGroup group = builder().timeout(LIMIT).build();
        Flux.never().transform(trackWith(group)).subscribe().dispose();
        time.advanceTimeBy(LIMIT);
        assertThat(group.counts()).isEqualTo(TaskCounts.none().with(Outcome.CANCELLED, 1));
    }

    @Test
    void aSourceThatIgnoresTheCancelIsNotCountedAnyMore() {
        TaskGroup group = builder().timeout(LIMIT).build();
        TestPublisher<String> deaf = TestPublisher.createNoncompliant(TestPublisher.Violation.CLEANUP_ON_TERMINATE);
        List<Throwable> errors = new ArrayList<>();
        deaf.flux().transform(trackWith(group)).subscribe(box -> {}, errors::add);
        time.advanceTimeBy(LIMIT);
        assertTimedOut(group);
        deaf.error(new IllegalStateException("late"));

        assertThat(errors).singleElement().isInstanceOf(TaskTimeoutException.class);
        assertThat(dropped.takeErrors())
                .singleElement()
                .satisfies(error -> assertThat(error).hasMessage("late"));
    }

    @Test
    void anUpstreamSeesTheTimeThatIsLeftAndItsChildrenEndWithIt() {
        TaskGroup group = builder().build();
        AtomicReference<Duration> left = new AtomicReference<>();
        List<String> ends = new ArrayList<>();
        Mono<Object> child = Mono.deferContextual(context -> {
                    left.set(context.get(TaskContext.class).remaining());
                    return Mono.never();
                })
                .transform(trackWith(group, "child"))
                .doOnError(error -> ends.add("child"))
                .onErrorResume(error -> Mono.never());
        StepVerifier.create(Mono.delay(SECOND, time)
                        .then(child)
                        .transform(trackWith(group, named("parent").and(timeout(LIMIT)))))
                .then(() -> time.advanceTimeBy(SECOND))
                .then(() -> assertThat(left).hasValue(Duration.ofSeconds(3)))
                .then(() -> time.advanceTimeBy(Duration.ofSeconds(3)))
                .expectErrorSatisfies(error -> assertThat(error).hasMessageContaining("task \"parent\""))
                .verify();
        // The parent's alarm is the older one: it cancels the upstream, of which the child is a part.
        assertThat(group.counts())
                .isEqualTo(TaskCounts.none().with(Outcome.TIMED_OUT, 1).with(Outcome.CANCELLED, 1));
    }

    @Test
    void aSpawnedTaskThatNobodyWaitsForIsReported() {
        TaskGroup group = builder().timeout(LIMIT).build();
        TaskHandle<Object> handle = spawn(group, "mail", Mono.never());
        time.advanceTimeBy(LIMIT);

        assertThat(handle.isFinished()).isTrue();
        assertThat(handle.abort()).isFalse();
        StepVerifier.create(handle.join()).verifyError(TaskTimeoutException.class);
        assertThat(dropped.takeErrors()).singleElement().isInstanceOf(TaskTimeoutException.class);
        assertTimedOut(group);
    }

    @Test
    void aSpawnedTaskTellsThoseWhoWait() {
        TaskGroup group = builder().timeout(LIMIT).build();
        StepVerifier.create(spawn(group, "mail", Mono.never()).join())
                .then(() -> time.advanceTimeBy(LIMIT))
                .verifyError(TaskTimeoutException.class);
        assertTimedOut(group);
    }

    @Test
    void blockingCodeIsInterruptedAndCountedUntilItReturns() throws InterruptedException {
        TaskGroup group = builder().timeout(LIMIT).build();
        CountDownLatch began = new CountDownLatch(1);
        CountDownLatch mayReturn = new CountDownLatch(1);
        AtomicReference<Throwable> error = new AtomicReference<>();
        blocking(group, "import", () -> {
                    began.countDown();
                    try {
                        new CountDownLatch(1).await();
                    } catch (InterruptedException interrupted) {
                        mayReturn.await();
                    }
                    return "late";
                })
                .subscribe(done -> {}, error::set);
        began.await();
        time.advanceTimeBy(LIMIT);

        assertThat(error.get()).isInstanceOf(TaskTimeoutException.class);
        assertThat(group.counts()).isEqualTo(TaskCounts.none().withActive(1));
        mayReturn.countDown();
        await().untilAsserted(() -> assertTimedOut(group));
    }

    @Test
    void aTrackerRefusesALimitWhenThePipelineIsAssembled() {
        TaskTracker tracker = TaskTracker.create("imports");
        TaskOptions options = named("import").and(timeout(LIMIT));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> trackWith(tracker, options))
                .withMessageStartingWith("timeout must not be given, but was PT4S: tracker \"imports\" cannot cancel");
        assertThatIllegalArgumentException().isThrownBy(() -> spawn(tracker, options, Mono.never()));
        assertThat(tracker.size()).isZero();
    }
}
