// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.mutiny;

import static io.reactivetracker.mutiny.MutinyTracking.blocking;
import static io.reactivetracker.mutiny.MutinyTracking.spawn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reactivetracker.RunningTask;
import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.group.Backoff;
import io.reactivetracker.group.ErrorPolicy;
import io.reactivetracker.group.GroupClosedException;
import io.reactivetracker.group.TaskGroup;
import io.smallrye.mutiny.Context;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.helpers.test.UniAssertSubscriber;
import io.smallrye.mutiny.operators.AbstractUni;
import io.smallrye.mutiny.subscription.UniEmitter;
import io.smallrye.mutiny.subscription.UniSubscriber;
import io.smallrye.mutiny.subscription.UniSubscription;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code spawn} of trackers and groups, and the handle. */
class SpawnTest {

    @RegisterExtension
    final Dropped dropped = new Dropped();

    private final TaskTracker tracker = TaskTracker.create("orders");
    private final TaskGroup group = TaskGroup.builder("orders").build();
    private final AtomicReference<UniEmitter<? super String>> emitter = new AtomicReference<>();
    private final AtomicInteger cancels = new AtomicInteger();
    private final Uni<String> source =
            Uni.createFrom().<String>emitter(emitter::set).onCancellation().invoke(cancels::incrementAndGet);
    private final IllegalStateException failure = new IllegalStateException("no ship");

    private <T> TaskHandle<T> start(boolean inGroup, Uni<T> task) {
        return inGroup ? spawn(group, "ship", task) : spawn(tracker, "ship", task);
    }

    private long size() {
        return tracker.size() + group.counts().pending();
    }

    private void complete(String item) {
        Objects.requireNonNull(emitter.get()).complete(item);
    }

    private void fail() {
        Objects.requireNonNull(emitter.get()).fail(failure);
    }

    private static <T> UniAssertSubscriber<T> test(Uni<T> uni) {
        return uni.subscribe().withSubscriber(UniAssertSubscriber.create());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void runsAtOnceIsCountedAndTellsEveryJoinerTheItem(boolean inGroup) {
        TaskHandle<String> task = start(inGroup, source);
        assertThat(size()).isOne();
        assertThat(task.isFinished()).isFalse();
        UniAssertSubscriber<String> first = test(task.join());
        List<Long> sizes = new ArrayList<>();
        task.join().subscribe().with(item -> sizes.add(size()));
        UniAssertSubscriber<Void> ended = test(task.ended());
        ended.assertNotTerminated();

        complete("shipped");

        first.assertItem("shipped");
        assertThat(sizes).as("told before the task counts as ended").containsExactly(1L);
        ended.assertCompleted();
        test(task.join()).assertItem("shipped");
        test(task.ended()).assertCompleted();
        assertThat(task.isFinished()).isTrue();
        assertThat(task.abort()).isFalse();
        assertThat(size()).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void tellsJoinersTheFailureAndDropsOneThatNobodyWaitsFor(boolean inGroup) {
        UniAssertSubscriber<String> joiner = test(start(inGroup, source).join());
        fail();
        assertThat(joiner.getFailure()).isSameAs(failure);
        assertThat(dropped.take()).isEmpty();

        TaskHandle<String> alone = start(inGroup, source);
        fail();
        assertThat(dropped.take()).containsExactly(failure);
        assertThat(test(alone.join()).getFailure()).isSameAs(failure);
        test(alone.ended()).assertCompleted();
        assertThat(size()).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void mayHaveANullItem(boolean inGroup) {
        test(start(inGroup, Uni.createFrom().<String>nullItem()).join()).assertItem(null);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void continuesWhenAJoinIsCancelled(boolean inGroup) {
        TaskHandle<String> task = start(inGroup, source);
        test(task.join()).cancel();
        assertThat(size()).isOne();
        assertThat(cancels).hasValue(0);
        fail();
        assertThat(dropped.take()).as("nobody waits any more").containsExactly(failure);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void canBeAborted(boolean inGroup) {
        TaskHandle<String> task = start(inGroup, source);
        UniAssertSubscriber<String> joiner = test(task.join());
        assertThat(task.abort()).isTrue();
        assertThat(task.abort()).isFalse();
        assertThat(cancels).hasValue(1);
        joiner.assertFailedWith(TaskCancelledException.class, "\"ship\" #" + task.id());
        assertThat(size()).isZero();
        // An abort that nobody waits for is not reported.
        assertThat(start(inGroup, source).abort()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aJoinerThatThrowsKeepsTheOutcomeFromNobody(boolean inGroup) {
        TaskHandle<String> task = start(inGroup, source);
        AbstractUni.subscribe(task.join(), new ThrowingSubscriber(failure));
        UniAssertSubscriber<String> second = test(task.join());
        complete("shipped");
        second.assertItem("shipped");
        assertThat(dropped.take()).containsExactly(failure);
        assertThat(size()).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void failsIfItsSourceThrowsInSubscribe(boolean inGroup) {
        TaskHandle<String> task = start(inGroup, new AbstractUni<>() {
            @Override
            public void subscribe(UniSubscriber<? super String> subscriber) {
                throw failure;
            }
        });
        assertThat(task.isFinished()).isTrue();
        assertThat(test(task.join()).getFailure()).isSameAs(failure);
        assertThat(dropped.take()).containsExactly(failure);
        assertThat(size()).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void isListedUnderItsName(boolean inGroup) {
        TaskHandle<String> task = start(inGroup, source);
        assertThat(task.name()).isEqualTo("ship");
        assertThat(inGroup ? group.runningTasks() : tracker.runningTasks())
                .extracting(RunningTask::id)
                .containsExactly(task.id());
        assertThat(task).hasToString("TaskHandle[ship #" + task.id() + ", running]");
        complete("shipped");
        assertThat(task).hasToString("TaskHandle[ship #" + task.id() + ", finished]");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void hasEndedWhenTheBlockingBodyOfAnAbortedTaskHasReturned(boolean inGroup) throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        TaskHandle<String> task = start(inGroup, blocking(TaskTracker.create("other"), "body", () -> {
            begun.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException interrupted) {
                release.await();
            }
            return "late";
        }));
        begun.await();
        assertThat(task.abort()).isTrue();
        test(task.join()).assertFailedWith(TaskCancelledException.class);
        assertThat(size()).isOne();
        test(task.ended()).assertNotTerminated();
        release.countDown();
        task.ended().await().indefinitely();
        assertThat(size()).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void hasOneOutcomeInARaceOfItemAndAbort(boolean inGroup) throws Exception {
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try {
            for (int round = 0; round < 1_000; round++) {
                TaskHandle<String> task = start(inGroup, source);
                UniAssertSubscriber<String> joiner = test(task.join());
                CyclicBarrier together = new CyclicBarrier(2);
                Future<?> completed = thread.submit(() -> {
                    together.await();
                    complete("shipped");
                    return null;
                });
                together.await();
                boolean wasAborted = task.abort();
                completed.get();
                if (wasAborted) {
                    joiner.assertFailedWith(TaskCancelledException.class);
                } else {
                    joiner.assertItem("shipped");
                }
                assertThat(size()).isZero();
            }
        } finally {
            thread.shutdown();
        }
    }

    @Test
    void aClosedTrackerCountsItAndAClosedGroupRefusesIt() {
        tracker.close();
        group.close();
        spawn(tracker, "ship", source);
        assertThat(tracker.isDrained()).isFalse();
        complete("shipped");
        assertThat(tracker.isDrained()).isTrue();
        assertThatThrownBy(() -> spawn(group, "ship", source)).isInstanceOf(GroupClosedException.class);
    }

    @Test
    void isRetriedByItsGroup() {
        TaskGroup retrying = TaskGroup.builder("retrying")
                .executor(Runnable::run)
                .onError(ErrorPolicy.retry(1, Backoff.none()))
                .build();
        AtomicInteger attempts = new AtomicInteger();
        TaskHandle<Integer> task = spawn(retrying, "ship", Uni.createFrom().item(() -> {
            if (attempts.incrementAndGet() == 1) {
                throw failure;
            }
            return attempts.get();
        }));
        test(task.join()).assertItem(2);
        assertThat(retrying.counts().succeeded()).isOne();
    }

    /** A subscriber that throws when it gets the item. */
    private record ThrowingSubscriber(RuntimeException failure) implements UniSubscriber<String> {

        @Override
        public Context context() {
            return Context.empty();
        }

        @Override
        public void onSubscribe(UniSubscription subscription) {}

        @Override
        public void onItem(String item) {
            throw failure;
        }

        @Override
        public void onFailure(Throwable error) {}
    }
}
