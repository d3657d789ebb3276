// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.reactivetracker.Registration;
import io.reactivetracker.test.ManualTimer;
import io.reactivetracker.test.UncaughtFailures;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

@SuppressWarnings("FutureReturnValueIgnored") // futures of futures, and tasks whose end is seen otherwise
class GroupOnCloseTest {

    private static final Duration GRACE = Duration.ofSeconds(30);
    private static final Duration WAIT = Duration.ofSeconds(5);

    private final ManualTimer timer = new ManualTimer();
    private final TaskGroup group = DirectGroups.builder("orders").timer(timer).build();
    private final TaskGroup mails = group.child("mails");
    private final TaskGroup letters = mails.child("letters");
    private final List<String> events = Collections.synchronizedList(new ArrayList<>());

    private void noteAll() {
        group.onClose(() -> events.add("orders"));
        mails.onClose(() -> events.add("mails"));
        letters.onClose(() -> events.add("letters"));
    }

    @Test
    void aCloseTellsItsGroupAndNoGroupBelowIt() {
        noteAll();
        group.close();
        assertThat(events).containsExactly("orders");
        mails.close();
        assertThat(events).containsExactly("orders", "mails");
        group.close();
        mails.close();
        assertThat(events).containsExactly("orders", "mails");
    }

    @Test
    void aCancelTellsTheGroupAndAllGroupsBelowIt() {
        noteAll();
        mails.cancel();
        assertThat(events).containsExactly("mails", "letters");
        group.cancel();
        assertThat(events).containsExactly("mails", "letters", "orders");
    }

    @Test
    void aCloseOfTheTreeTellsAllGroups() {
        noteAll();
        assertThat(group.closeAndDrain().isDone()).isTrue();
        assertThat(events).containsExactly("orders", "mails", "letters");
    }

    @Test
    void aShutdownTellsAllGroupsAtItsBeginningAndLeavesThoseBelowATaskOpen() {
        noteAll();
        HeldWork order = HeldWork.in(group, "order");
        CompletableFuture<ShutdownReport> report = group.shutdown(Shutdown.grace(GRACE));
        assertThat(events).containsExactly("orders", "mails", "letters");
        assertThat(mails.isClosed()).isFalse();
        HeldWork mail = HeldWork.in(mails, "of the order");
        order.succeed();
        mail.succeed();
        assertThat(report.join().completed()).isEqualTo(2);
        assertThat(events).containsExactly("orders", "mails", "letters");
    }

    @Test
    void aShutdownOfIdleGroupsTellsThoseThatDrainAtOnce() {
        noteAll();
        assertThat(group.shutdown(Shutdown.grace(GRACE))).isDone();
        assertThat(events).containsExactly("orders", "mails", "letters");
    }

    @Test
    void aShutdownOfAClosedGroupTellsTheGroupsBelowIt() {
        noteAll();
        HeldWork order = HeldWork.in(group, "order");
        group.close();
        CompletableFuture<ShutdownReport> report = group.shutdown(Shutdown.grace(GRACE));
        assertThat(events).containsExactly("orders", "mails", "letters");
        order.succeed();
        assertThat(report).isDone();
    }

    @Test
    void aGroupThatIsCreatedBelowOneInShutdownBeginsToEndAtOnce() {
        HeldWork order = HeldWork.in(group, "order");
        CompletableFuture<ShutdownReport> report = group.shutdown(Shutdown.grace(GRACE));
        TaskGroup late = letters.child("late");
        late.onClose(() -> events.add("late"));
        assertThat(events).containsExactly("late");
        assertThat(late.isClosed()).isFalse();
        order.succeed();
        assertThat(report).isDone();
    }

    @Test
    void runsAnActionOnceAndAtOnceIfTheGroupHasEnded() {
        group.close();
        group.onClose(() -> events.add("late"));
        assertThat(events).containsExactly("late");
        group.cancel();
        assertThat(group.shutdown(Shutdown.grace(GRACE))).isDone();
        assertThat(events).containsExactly("late");
    }

    @Test
    void doesNotRunAnActionThatWasRemoved() {
        Registration removed = group.onClose(() -> events.add("removed"));
        removed.close();
        removed.close();
        group.cancel();
        assertThat(events).isEmpty();
    }

    @Test
    void anActionThatThrowsStopsNeitherTheOthersNorTheShutdown() {
        IllegalStateException failure = new IllegalStateException("thrown by an action");
        group.onClose(() -> {
            throw failure;
        });
        noteAll();
        try (UncaughtFailures uncaught = new UncaughtFailures()) {
            assertThat(group.shutdown(Shutdown.grace(GRACE))).isDone();
            assertThat(uncaught.seen).containsExactly(failure);
        }
        assertThat(events).containsExactly("orders", "mails", "letters");
    }

    @Test
    void anActionThatBlocksStopsNoStageOfAShutdown() throws Exception {
        HeldWork order = HeldWork.in(group, "order");
        CountDownLatch blocked = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        group.onClose(() -> {
            blocked.countDown();
            awaitQuietly(release);
        });
        CompletableFuture<CompletableFuture<ShutdownReport>> shutdown = CompletableFuture.supplyAsync(
                () -> group.shutdown(Shutdown.grace(GRACE).thenCancel(WAIT)));
        blocked.await();
        timer.advance(GRACE);
        timer.advance(WAIT);
        assertThat(group.cancellationToken().isCancelled()).isTrue();
        release.countDown();
        assertThat(shutdown.join()).isDone();
        order.succeed();
    }

    @Test
    void theTasksOfTheGroupAreCancelledAfterTheActions() {
        HeldWork order = HeldWork.in(group, "order");
        group.onClose(() -> events.add("source ended"));
        order.future().whenComplete((result, error) -> events.add("task ended"));
        group.cancel();
        assertThat(events).containsExactly("source ended", "task ended");
    }

    @Test
    void tellsEachGroupOnceWhileAShutdownRacesWithACloseAndANewChild() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(3);
        try {
            for (int round = 0; round < 500; round++) {
                TaskGroup raced = DirectGroups.builder("raced").timer(timer).build();
                TaskGroup below = raced.child("below");
                HeldWork work = HeldWork.in(raced, "work");
                AtomicInteger told = new AtomicInteger();
                AtomicInteger lateTold = new AtomicInteger();
                below.onClose(told::incrementAndGet);
                CyclicBarrier start = new CyclicBarrier(3);
                Future<?> close = threads.submit(() -> {
                    start.await();
                    return raced.close();
                });
                Future<CompletableFuture<ShutdownReport>> shutdown = threads.submit(() -> {
                    start.await();
                    return raced.shutdown(Shutdown.grace(GRACE));
                });
                Future<?> create = threads.submit(() -> {
                    start.await();
                    TaskGroup late = below.child("late");
                    return late.onClose(lateTold::incrementAndGet);
                });
                close.get();
                create.get();
                CompletableFuture<ShutdownReport> report = shutdown.get();
                assertThat(told).hasValue(1);
                assertThat(lateTold).hasValue(1);
                work.succeed();
                assertThat(report).isDone();
                assertThat(told).hasValue(1);
                assertThat(lateTold).hasValue(1);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    @SuppressWarnings("NullAway")
    void takesNoNull() {
        assertThatNullPointerException().isThrownBy(() -> group.onClose(null)).withMessage("action must not be null");
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
