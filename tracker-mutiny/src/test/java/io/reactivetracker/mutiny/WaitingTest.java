// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.mutiny;

import static io.reactivetracker.mutiny.MutinyTracking.closeAndDrain;
import static io.reactivetracker.mutiny.MutinyTracking.shutdown;
import static io.reactivetracker.mutiny.MutinyTracking.trackWith;
import static io.reactivetracker.mutiny.MutinyTracking.whenCancelled;
import static io.reactivetracker.mutiny.MutinyTracking.whenClosed;
import static io.reactivetracker.mutiny.MutinyTracking.whenDrained;
import static org.assertj.core.api.Assertions.assertThat;

import io.reactivetracker.CancellationToken;
import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.TaskToken;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.group.Shutdown;
import io.reactivetracker.group.ShutdownReport;
import io.reactivetracker.group.TaskGroup;
import io.reactivetracker.test.ManualTimer;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.helpers.test.UniAssertSubscriber;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.openjdk.jol.info.GraphLayout;

/** Waits of type {@code Uni<Void>}, and the shutdown. */
class WaitingTest {

    @RegisterExtension
    final Dropped dropped = new Dropped();

    private final TaskTracker tracker = TaskTracker.create("orders");
    private final TaskGroup group = TaskGroup.builder("orders").build();
    private final CancellationToken token = CancellationToken.create();

    private static <T> UniAssertSubscriber<T> test(Uni<T> uni) {
        return uni.subscribe().withSubscriber(UniAssertSubscriber.create());
    }

    @Test
    void whenDrainedCompletesWithNullOnceClosedAndEmpty() {
        TaskToken task = tracker.token();
        UniAssertSubscriber<Void> wait = test(whenDrained(tracker));
        tracker.close();
        wait.assertNotTerminated();
        task.close();
        wait.assertItem(null);
        test(whenDrained(tracker)).assertItem(null);

        test(Uni.createFrom().nothing().plug(trackWith(group))).cancel();
        UniAssertSubscriber<Void> ofGroup = test(whenDrained(group));
        ofGroup.assertNotTerminated();
        group.close();
        ofGroup.assertItem(null);
    }

    @Test
    void whenDrainedBeginsWithTheCallAndNotWithTheSubscription() {
        Uni<Void> wait = whenDrained(tracker);
        tracker.close();
        tracker.reopen();
        test(wait).assertItem(null);
        test(wait).assertItem(null);
        test(Uni.createFrom().deferred(() -> whenDrained(tracker))).assertNotTerminated();
    }

    @Test
    void aWaitOfLimitedTimeThatEndsWithoutADrainNamesTheTrackerItsStateAndWhatStillRuns() {
        tracker.token("ship");
        test(whenDrained(tracker, Duration.ofMillis(1)))
                .awaitFailure(failure -> assertThat(failure)
                        .isInstanceOf(TimeoutException.class)
                        .hasMessageStartingWith("not drained within PT0.001S: ")
                        .hasMessageContaining(
                                "tracker \"orders\", which is open, so it cannot drain before it is closed, and"
                                        + " counts 1 task: \"ship\" #"));
        test(whenDrained(group, Duration.ofNanos(1)))
                .awaitFailure(
                        failure -> assertThat(failure).hasMessageStartingWith("not drained within PT0.000000001S"));
    }

    @Test
    void aWaitOfLimitedTimeCompletesByTheDrain() {
        for (Duration limit : new Duration[] {Duration.ofHours(1), Duration.ofSeconds(Long.MAX_VALUE)}) {
            TaskToken task = tracker.token();
            UniAssertSubscriber<Void> wait = test(whenDrained(tracker, limit));
            tracker.close();
            wait.assertNotTerminated();
            task.close();
            wait.assertItem(null);
            tracker.reopen();
        }
    }

    @Test
    void whenClosedAndWhenCancelledCompleteBeforeTheTasksHaveEnded() {
        TaskToken task = tracker.token();
        UniAssertSubscriber<Void> closed = test(whenClosed(tracker));
        UniAssertSubscriber<Void> ofGroup = test(whenClosed(group));
        UniAssertSubscriber<Void> cancelled = test(whenCancelled(token.child()));
        closed.assertNotTerminated();
        ofGroup.assertNotTerminated();
        cancelled.assertNotTerminated();
        tracker.close();
        group.close();
        token.cancel();
        closed.assertItem(null);
        ofGroup.assertItem(null);
        cancelled.assertItem(null);
        test(whenClosed(tracker)).assertItem(null);
        test(whenCancelled(token)).assertItem(null);
        task.close();
    }

    @Test
    void waitsLeaveNothingBehindWhenTheyAreCancelled() {
        long before = GraphLayout.parseInstance(tracker, token).totalSize();
        for (int i = 0; i < 1_000; i++) {
            test(whenDrained(tracker)).cancel();
            test(whenClosed(tracker)).cancel();
            test(whenCancelled(token)).cancel();
        }
        assertThat(GraphLayout.parseInstance(tracker, token).totalSize()).isEqualTo(before);
    }

    @Test
    void whenDrainedWaitsForTasksOfOtherThreads() {
        AtomicInteger ended = new AtomicInteger();
        for (int i = 0; i < 1_000; i++) {
            Uni.createFrom()
                    .item(ended::incrementAndGet)
                    .plug(trackWith(tracker))
                    .runSubscriptionOn(Infrastructure.getDefaultExecutor())
                    .plug(trackWith(tracker))
                    .subscribe()
                    .with(item -> {});
        }
        tracker.close();
        whenDrained(tracker).await().indefinitely();
        assertThat(ended).hasValue(1_000);
    }

    @Test
    void closeAndDrainClosesTheTreeWhenSubscribedTo() {
        TaskGroup child = group.child("mails");
        Uni<Void> join = closeAndDrain(group);
        assertThat(group.isClosed()).isFalse();
        UniAssertSubscriber<?> task = test(Uni.createFrom().nothing().plug(trackWith(child)));
        UniAssertSubscriber<Void> wait = test(join);
        assertThat(child.isClosed()).isTrue();
        wait.assertNotTerminated();
        task.cancel();
        wait.assertItem(null);
    }

    @Test
    void aShutdownGoesThroughItsStagesThoughNobodyWaits() {
        ManualTimer time = new ManualTimer();
        TaskGroup timed =
                TaskGroup.builder("timed").timer(time).executor(Runnable::run).build();
        UniAssertSubscriber<?> task = test(Uni.createFrom().nothing().plug(trackWith(timed)));
        Uni<ShutdownReport> shutdown =
                shutdown(timed, Shutdown.grace(Duration.ofSeconds(30)).thenCancel(Duration.ofSeconds(5)));
        assertThat(timed.isClosed()).isFalse();
        test(shutdown).cancel();
        assertThat(timed.isClosed()).isTrue();
        UniAssertSubscriber<ShutdownReport> second = test(shutdown);
        task.assertNotTerminated();
        time.advance(Duration.ofSeconds(30));
        task.awaitFailure().assertFailedWith(TaskCancelledException.class);
        assertThat(second.awaitItem().getItem().isDrained()).isTrue();
    }
}
