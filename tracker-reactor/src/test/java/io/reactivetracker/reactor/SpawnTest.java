// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import static io.reactivetracker.reactor.ReactorTracking.spawn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.reactivetracker.RunningTask;
import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.TrackerClosedException;
import io.reactivetracker.group.Decision;
import io.reactivetracker.group.ErrorPolicy;
import io.reactivetracker.group.Failure;
import io.reactivetracker.group.TaskCounts;
import io.reactivetracker.group.TaskGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

class SpawnTest {

    @RegisterExtension
    final Dropped dropped = new Dropped();

    private final TaskTracker tracker = TaskTracker.create("orders");
    private final Sinks.One<String> source = Sinks.one();
    private final IllegalStateException failure = new IllegalStateException("no ship");

    @Test
    void startsTheTaskAtOnceAndCountsItUntilItEnds() {
        AtomicBoolean subscribed = new AtomicBoolean();
        TaskHandle<String> task = spawn(tracker, source.asMono().doOnSubscribe(s -> subscribed.set(true)));
        assertThat(subscribed).isTrue();
        assertThat(tracker.size()).isOne();
        assertThat(task.isFinished()).isFalse();
        source.tryEmitValue("shipped");
        assertThat(task.isFinished()).isTrue();
        assertThat(tracker.size()).isZero();
    }

    @Test
    void takesTheGivenNameOrThatOfThePipeline() {
        Mono<String> named = source.asMono().name("from the pipeline");
        TaskHandle<String> given = spawn(tracker, "given", named);
        TaskHandle<String> byOptions = spawn(tracker, TaskOptions.named("by options"), named);
        TaskHandle<String> ofPipeline = spawn(tracker, TaskOptions.strict(), named);
        TaskHandle<String> unnamed = spawn(tracker, TaskOptions.strict(), source.asMono());
        assertThat(List.of(given.name(), byOptions.name(), ofPipeline.name(), unnamed.name()))
                .containsExactly("given", "by options", "from the pipeline", "spawned");
        assertThat(tracker.runningTasks())
                .extracting(RunningTask::name)
                .containsExactly("given", "by options", "from the pipeline", "spawned");
        assertThat(tracker.runningTasks()).extracting(RunningTask::id).contains(given.id(), unnamed.id());
        source.tryEmitValue("shipped");
        assertThat(tracker.size()).isZero();
    }

    @Test
    void aClosedTrackerRefusesAStrictTask() {
        AtomicBoolean subscribed = new AtomicBoolean();
        Mono<String> task = source.asMono().doOnSubscribe(s -> subscribed.set(true));
        tracker.close();
        assertThatExceptionOfType(TrackerClosedException.class)
                .isThrownBy(() -> spawn(tracker, TaskOptions.strict(), task));
        assertThat(subscribed).isFalse();
        assertThat(tracker.size()).isZero();
        TaskHandle<String> lenient = spawn(tracker, "lenient", task);
        assertThat(tracker.size()).isOne();
        assertThat(lenient.abort()).isTrue();
    }

    @Test
    void aTaskOfAGroupTakesTheGivenNameOrThatOfThePipelineOrGroup() {
        TaskGroup group = TaskGroup.builder("shipping").build();
        Mono<String> named = source.asMono().name("from the pipeline");
        assertThat(List.of(
                        spawn(group, "given", named).name(),
                        spawn(group, TaskOptions.named("by options"), named).name(),
                        spawn(group, TaskOptions.defaults(), named).name(),
                        spawn(group, source.asMono()).name()))
                .containsExactly("given", "by options", "from the pipeline", "shipping");
        source.tryEmitValue("shipped");
        assertThat(group.counts().pending() + group.counts().active()).isZero();
    }

    @Test
    void aJoinBeforeOrAfterTheEndGetsTheValue() {
        TaskHandle<String> task = spawn(tracker, source.asMono());
        List<String> seen = new ArrayList<>();
        task.join().subscribe(seen::add);
        task.join().subscribe(seen::add);
        source.tryEmitValue("shipped");
        StepVerifier.create(task.join()).expectNext("shipped").verifyComplete();
        assertThat(seen).containsExactly("shipped", "shipped");
    }

    @Test
    void aJoinCompletesEmptyLikeTheTask() {
        TaskHandle<String> task = spawn(tracker, Mono.empty());
        StepVerifier.create(task.join()).verifyComplete();
        assertThat(task.isFinished()).isTrue();
    }

    @Test
    void aJoinGetsTheError() {
        TaskHandle<String> task = spawn(tracker, source.asMono());
        List<Throwable> seen = new ArrayList<>();
        task.join().subscribe(value -> {}, seen::add);
        source.tryEmitError(failure);
        assertThat(seen).containsExactly(failure);
        StepVerifier.create(task.join()).verifyErrorMatches(failure::equals);
        assertThat(tracker.size()).isZero();
    }

    @Test
    void dropsTheErrorIfThereIsNoJoinAndKeepsItForALaterOne() {
        TaskHandle<String> task = spawn(tracker, Mono.error(failure));
        assertThat(dropped.takeErrors()).containsExactly(failure);
        assertThat(task.isFinished()).isTrue();
        StepVerifier.create(task.join()).verifyErrorMatches(failure::equals);
    }

    @Test
    void cancellingAJoinDoesNotStopTheTask() {
        TaskHandle<String> task = spawn(tracker, source.asMono());
        task.join().subscribe().dispose();
        assertThat(task.isFinished()).isFalse();
        assertThat(tracker.size()).isOne();
        source.tryEmitError(failure);
        assertThat(dropped.takeErrors()).containsExactly(failure);
    }

    @Test
    void canBeAborted() {
        AtomicInteger cancellations = new AtomicInteger();
        TaskHandle<String> task = spawn(tracker, source.asMono().doOnCancel(cancellations::incrementAndGet));
        List<Throwable> seen = new ArrayList<>();
        task.join().subscribe(value -> {}, seen::add);
        assertThat(task.abort()).isTrue();
        assertThat(task.abort()).isFalse();
        assertThat(cancellations).hasValue(1);
        assertThat(task.isFinished()).isTrue();
        assertThat(tracker.size()).isZero();
        assertThat(seen)
                .singleElement()
                .isInstanceOf(TaskCancelledException.class)
                .hasToString("io.reactivetracker.TaskCancelledException: task \"spawned\" #" + task.id()
                        + " of tracker \"" + tracker.name() + "\" was cancelled");
        StepVerifier.create(task.join()).verifyError(TaskCancelledException.class);
    }

    @Test
    void anAbortWithoutAJoinDropsNothing() {
        assertThat(spawn(tracker, source.asMono()).abort()).isTrue();
    }

    @Test
    void isNotAbortedOnceItHasEnded() {
        TaskHandle<String> task = spawn(tracker, Mono.just("shipped"));
        assertThat(task.abort()).isFalse();
        StepVerifier.create(task.join()).expectNext("shipped").verifyComplete();
    }

    @Test
    void dropsAnErrorThatComesAfterTheAbort() {
        List<CoreSubscriber<? super String>> subscribers = new ArrayList<>();
        TaskHandle<String> task = spawn(tracker, new Mono<>() {
            @Override
            public void subscribe(CoreSubscriber<? super String> subscriber) {
                subscriber.onSubscribe(Operators.emptySubscription());
                subscribers.add(subscriber);
            }
        });
        task.abort();
        subscribers.get(0).onError(failure);
        assertThat(dropped.takeErrors()).containsExactly(failure);
    }

    @Test
    void hasOneOutcomeHoweverItIsRaced() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            for (int round = 0; round < 2_000; round++) {
                Sinks.One<String> raced = Sinks.one();
                TaskHandle<String> task = spawn(tracker, raced.asMono());
                AtomicInteger values = new AtomicInteger();
                AtomicInteger errors = new AtomicInteger();
                task.join().subscribe(value -> values.incrementAndGet(), error -> errors.incrementAndGet());
                CyclicBarrier together = new CyclicBarrier(2);
                Future<?> completing = threads.submit(() -> {
                    together.await();
                    return raced.tryEmitValue("shipped");
                });
                Future<?> aborting = threads.submit(() -> {
                    together.await();
                    return task.abort();
                });
                completing.get();
                aborting.get();
                assertThat(values.get() + errors.get()).isOne();
                assertThat(tracker.size()).isZero();
            }
        } finally {
            threads.shutdown();
        }
    }

    @Test
    void isListedUnderTheNameOfItsMono() {
        TaskHandle<String> named = spawn(tracker, source.asMono().name("ship").map(value -> value));
        TaskHandle<String> unnamed = spawn(tracker, source.asMono());
        assertThat(named.name()).isEqualTo("ship");
        assertThat(unnamed.name()).isEqualTo("spawned");
        assertThat(tracker.runningTasks()).extracting(RunningTask::id).containsExactly(named.id(), unnamed.id());
        assertThat(tracker.runningTasks()).extracting(RunningTask::name).containsExactly("ship", "spawned");
        assertThat(named).hasToString("TaskHandle[ship #" + named.id() + ", running]");
        source.tryEmitValue("shipped");
        assertThat(named).hasToString("TaskHandle[ship #" + named.id() + ", finished]");
    }

    @Test
    void tellsTheWaitingBeforeItCountsAsEnded() {
        TaskHandle<String> task = spawn(tracker, source.asMono());
        List<Long> sizes = new ArrayList<>();
        task.join().subscribe(value -> sizes.add(tracker.size()));
        source.tryEmitValue("shipped");
        assertThat(sizes).containsExactly(1L);
    }

    @Test
    void isCountedByAClosedTrackerToo() {
        tracker.close();
        TaskHandle<String> task = spawn(tracker, source.asMono());
        assertThat(tracker.isDrained()).isFalse();
        source.tryEmitEmpty();
        assertThat(tracker.isDrained()).isTrue();
        assertThat(task.isFinished()).isTrue();
    }

    @Test
    void isWaitedForWhereverItRuns() {
        AtomicInteger ended = new AtomicInteger();
        for (int i = 0; i < 1_000; i++) {
            spawn(tracker, Mono.fromRunnable(ended::incrementAndGet).subscribeOn(Schedulers.parallel()));
        }
        tracker.close();
        ReactorTracking.whenDrained(tracker).block();
        assertThat(ended).hasValue(1_000);
    }

    @Test
    void failsAsATaskIfItsMonoThrowsInSubscribe() {
        TaskHandle<String> task = spawn(tracker, new Mono<>() {
            @Override
            public void subscribe(CoreSubscriber<? super String> subscriber) {
                throw failure;
            }
        });
        assertThat(dropped.takeErrors()).containsExactly(failure);
        StepVerifier.create(task.join()).verifyErrorMatches(failure::equals);
        assertThat(tracker.size()).isZero();
    }

    @Test
    @SuppressWarnings("NullAway")
    void nothingMayBeNull() {
        assertThatNullPointerException()
                .isThrownBy(() -> spawn((TaskTracker) null, Mono.empty()))
                .withMessage("tracker must not be null");
        assertThatNullPointerException().isThrownBy(() -> spawn(tracker, null)).withMessage("task must not be null");
        assertThat(tracker.size()).isZero();
    }

    @Test
    void leavesNothingCountedIfSubscribingThrowsAFatalError() {
        LinkageError fatal = new LinkageError("fatal");
        List<Mono<String>> tasks = List.of(
                Mono.defer(() -> {
                    throw fatal;
                }),
                Mono.just("order").map(order -> {
                    throw fatal;
                }),
                Mono.fromCallable(() -> {
                    throw fatal;
                }));
        for (Mono<String> task : tasks) {
            assertThat(catchThrowable(() -> spawn(tracker, task))).isSameAs(fatal);
            assertThat(tracker.size()).isZero();
            assertThat(tracker.runningTasks()).isEmpty();
            TaskGroup group = TaskGroup.builder("group").build();
            assertThat(catchThrowable(() -> spawn(group, task))).isSameAs(fatal);
            assertThat(group.snapshot().counts())
                    .returns(1L, TaskCounts::failed)
                    .returns(0L, TaskCounts::cancelled)
                    .returns(0L, TaskCounts::active);
        }
    }

    @Test
    void wasAbortedIfAndOnlyIfThatIsItsOutcome() throws Exception {
        ExecutorService completing = Executors.newSingleThreadExecutor();
        try {
            for (int round = 0; round < 2_000; round++) {
                Sinks.One<String> raced = Sinks.one();
                TaskHandle<String> task = spawn(tracker, raced.asMono());
                CyclicBarrier together = new CyclicBarrier(2);
                Future<?> completed = completing.submit(() -> {
                    together.await();
                    return raced.tryEmitValue("shipped");
                });
                together.await();
                boolean wasAborted = task.abort();
                completed.get();
                assertThat(task.join()
                                .map(value -> false)
                                .onErrorReturn(TaskCancelledException.class, true)
                                .block())
                        .isEqualTo(wasAborted);
            }
        } finally {
            completing.shutdown();
        }
    }

    @Test
    void isNotAbortedByThePolicyThatIsToldItsLastError() {
        AtomicReference<TaskHandle<String>> task = new AtomicReference<>();
        AtomicBoolean wasAborted = new AtomicBoolean(true);
        ErrorPolicy aborting = new ErrorPolicy() {
            @Override
            public Decision onError(Failure last) {
                wasAborted.set(Objects.requireNonNull(task.get()).abort());
                return Decision.fail();
            }

            @Override
            public boolean isTerminal() {
                return true;
            }
        };
        TaskGroup group = TaskGroup.builder("group").onError(aborting).build();
        task.set(spawn(group, source.asMono()));
        List<Throwable> outcome = new ArrayList<>();
        Objects.requireNonNull(task.get()).join().subscribe(value -> {}, outcome::add);
        source.tryEmitError(failure);
        assertThat(outcome).containsExactly(failure);
        assertThat(wasAborted).isFalse();
        assertThat(group.snapshot().counts().failed()).isOne();
    }
}
