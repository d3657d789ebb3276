// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import static io.reactivetracker.rxjava.RxTracking.trackWith;
import static io.reactivetracker.rxjava.RxTracking.whenCancelled;
import static io.reactivetracker.rxjava.RxTracking.whenDrained;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.reactivetracker.CancellationToken;
import io.reactivetracker.TaskToken;
import io.reactivetracker.TaskTracker;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.observers.TestObserver;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import io.reactivex.rxjava3.schedulers.Schedulers;
import io.reactivex.rxjava3.schedulers.TestScheduler;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.openjdk.jol.info.GraphLayout;

@SuppressWarnings("CheckReturnValue") // what happens to the subscription is seen in the tracker
class WaitingTest {

    @RegisterExtension
    final Undeliverable undeliverable = new Undeliverable();

    private final TaskTracker tracker = TaskTracker.create("orders");
    private final CancellationToken token = CancellationToken.create();

    @Test
    void whenDrainedCompletesOnceTheTrackerIsClosedAndEmpty() {
        TaskToken task = tracker.token();
        TestObserver<Void> wait = whenDrained(tracker).test();
        tracker.close();
        wait.assertEmpty();
        task.close();
        wait.assertResult();
        whenDrained(tracker).test().assertResult();
    }

    @Test
    void whenDrainedBeginsWithTheCallAndNotWithTheSubscription() {
        Completable wait = whenDrained(tracker);
        tracker.close();
        tracker.reopen();
        wait.test().assertResult();
        wait.test().assertResult();
        Completable.defer(() -> whenDrained(tracker)).test().assertEmpty();
    }

    @Test
    void aWaitOfLimitedTimeThatEndsWithoutADrainNamesTheTrackerItsStateAndWhatStillRuns() {
        tracker.token("ship");
        TestScheduler time = new TestScheduler();
        RxJavaPlugins.setComputationSchedulerHandler(computation -> time);
        try {
            TestObserver<Void> wait =
                    whenDrained(tracker, Duration.ofSeconds(30)).test();
            time.advanceTimeBy(29, TimeUnit.SECONDS);
            wait.assertEmpty();
            time.advanceTimeBy(1, TimeUnit.SECONDS);
            wait.assertError(failure -> {
                assertThat(failure)
                        .isInstanceOf(TimeoutException.class)
                        .hasMessageStartingWith("not drained within PT30S: ")
                        .hasMessageContaining(
                                "tracker \"orders\", which is open, so it cannot drain before it is closed, and"
                                        + " counts 1 task: \"ship\" #");
                return true;
            });
        } finally {
            RxJavaPlugins.setComputationSchedulerHandler(null);
        }
    }

    @Test
    void aWaitOfLimitedTimeCompletesByTheDrainAndLeavesNothingBehind() {
        TaskToken task = tracker.token();
        TestScheduler time = new TestScheduler();
        RxJavaPlugins.setComputationSchedulerHandler(computation -> time);
        try {
            TestObserver<Void> wait =
                    whenDrained(tracker, Duration.ofSeconds(30)).test();
            tracker.close();
            task.close();
            wait.assertResult();
            time.advanceTimeBy(1, TimeUnit.HOURS);
            wait.assertResult();
        } finally {
            RxJavaPlugins.setComputationSchedulerHandler(null);
        }
    }

    @Test
    void whenDrainedWaitsForTasksInOtherThreads() {
        AtomicInteger ended = new AtomicInteger();
        for (int i = 0; i < 1_000; i++) {
            Single.fromCallable(ended::incrementAndGet)
                    .subscribeOn(Schedulers.computation())
                    .compose(trackWith(tracker))
                    .subscribe();
        }
        tracker.close();
        whenDrained(tracker).blockingAwait();
        assertThat(ended).hasValue(1_000);
    }

    @Test
    void whenDrainedCompletesEveryOneOfAHundredThousandSubscribers() {
        AtomicInteger completions = new AtomicInteger();
        for (int i = 0; i < 100_000; i++) {
            whenDrained(tracker).subscribe(completions::incrementAndGet);
        }
        tracker.close();
        assertThat(completions).hasValue(100_000);
    }

    @Test
    void whenDrainedLeavesNothingBehindWhenItIsDisposedOf() {
        long before = GraphLayout.parseInstance(tracker).totalSize();
        for (int i = 0; i < 1_000_000; i++) {
            whenDrained(tracker).subscribe().dispose();
        }
        assertThat(GraphLayout.parseInstance(tracker).totalSize()).isEqualTo(before);
    }

    @Test
    void whenCancelledCompletesOnceTheTokenIsCancelled() {
        TestObserver<Void> wait = whenCancelled(token.child()).test();
        wait.assertEmpty();
        token.cancel();
        wait.assertResult();
        whenCancelled(token).test().assertResult();
    }

    @Test
    void whenCancelledLeavesNothingBehindWhenItIsDisposedOf() {
        long before = GraphLayout.parseInstance(token).totalSize();
        for (int i = 0; i < 1_000; i++) {
            whenCancelled(token).subscribe().dispose();
        }
        assertThat(GraphLayout.parseInstance(token).totalSize()).isEqualTo(before);
    }

    @Test
    @SuppressWarnings("NullAway")
    void nothingMayBeNull() {
        assertThatNullPointerException()
                .isThrownBy(() -> whenDrained((TaskTracker) null))
                .withMessage("tracker must not be null");
        assertThatNullPointerException().isThrownBy(() -> whenCancelled(null)).withMessage("token must not be null");
    }
}
