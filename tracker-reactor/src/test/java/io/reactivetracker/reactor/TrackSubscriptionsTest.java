// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivetracker.CallSite;
import io.reactivetracker.CancellationToken;
import io.reactivetracker.Registration;
import io.reactivetracker.RunningTask;
import io.reactivetracker.SubscriptionTask;
import io.reactivetracker.TaskTracker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;

/** The public hook. What is counted in which way of subscribing is tested with the starter, which uses it. */
class TrackSubscriptionsTest {

    private final TaskTracker tracker = TaskTracker.create("subscriptions");
    private final CancellationToken token = CancellationToken.create();
    private final List<@Nullable String> pipelineNames = new ArrayList<>();
    private final Registration counting = ReactorTracking.trackSubscriptions(this::select);

    private @Nullable SubscriptionTask select(CallSite caller, @Nullable String pipelineName) {
        pipelineNames.add(pipelineName);
        return caller.type() == TrackSubscriptionsTest.class
                ? new SubscriptionTask(tracker, token, caller.toString())
                : null;
    }

    @AfterEach
    void removesTheHook() {
        counting.close();
        counting.close();
        Disposable subscription = Mono.never().subscribe();
        assertThat(tracker.size()).isZero();
        subscription.dispose();
    }

    @Test
    void aSubscriptionIsCountedUnderTheNameThatTheSelectorGives() {
        Disposable subscription = Mono.never().name("ship").subscribe();
        assertThat(pipelineNames).containsExactly("ship");
        assertThat(tracker.runningTasks())
                .singleElement()
                .extracting(RunningTask::name)
                .asString()
                .matches("TrackSubscriptionsTest\\.aSubscriptionIsCountedUnderTheNameThatTheSelectorGives:\\d+");
        subscription.dispose();
        assertThat(tracker.size()).isZero();
    }

    @Test
    void theTokenCancelsIt() {
        List<Throwable> told = new ArrayList<>();
        Disposable subscription = Flux.never().subscribe(value -> {}, told::add);
        assertThat(token.cancel()).isTrue();
        assertThat(tracker.size()).isZero();
        assertThat(told).hasSize(1);
        assertThat(subscription.isDisposed()).isTrue();
    }

    @Test
    void whatIsTrackedIsNotCounted() {
        Disposable subscription = Mono.never()
                .transform(ReactorTracking.trackWith(TaskTracker.create()))
                .doOnNext(value -> {})
                .subscribe();
        assertThat(tracker.size()).isZero();
        subscription.dispose();
    }

    @Test
    void whatOthersSeeIsNotGivenToTheSelector() {
        assertThat(Flux.range(1, 3)
                        .flatMap(i -> Mono.just(i).delayElement(Duration.ofNanos(1)))
                        .collectList()
                        .block())
                .hasSize(3);
        assertThat(pipelineNames).isEmpty();
    }

    @Test
    void theOneThatWasInstalledLastCountsAndHooksOfOthersStay() {
        List<String> seen = new ArrayList<>();
        Hooks.onLastOperator("theirs", publisher -> {
            seen.add("theirs");
            return publisher;
        });
        try {
            TaskTracker second = TaskTracker.create();
            Registration last = ReactorTracking.trackSubscriptions(
                    (caller, pipeline) -> new SubscriptionTask(second, token, "second"));
            Disposable subscription = Mono.never().subscribe();
            assertThat(second.size()).isEqualTo(1);
            assertThat(tracker.size()).isZero();
            subscription.dispose();
            last.close();
            Disposable own = Mono.never().subscribe();
            assertThat(tracker.size()).isEqualTo(1);
            own.dispose();
            assertThat(seen).hasSize(2);
        } finally {
            Hooks.resetOnLastOperator("theirs");
        }
    }

    @Test
    void whatTheSelectorThrowsFailsTheSubscription() {
        Registration failing = ReactorTracking.trackSubscriptions((caller, pipeline) -> {
            throw new IllegalStateException("no idea");
        });
        List<Throwable> told = new ArrayList<>();
        try {
            Disposable unused = Mono.never().subscribe(value -> {}, told::add);
        } finally {
            failing.close();
        }
        assertThat(told).singleElement().satisfies(error -> assertThat(error).hasMessage("no idea"));
    }
}
