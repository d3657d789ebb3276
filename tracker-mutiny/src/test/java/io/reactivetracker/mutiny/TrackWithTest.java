// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.mutiny;

import static io.reactivetracker.mutiny.MutinyTracking.blocking;
import static io.reactivetracker.mutiny.MutinyTracking.cancelWith;
import static io.reactivetracker.mutiny.MutinyTracking.resumeWith;
import static io.reactivetracker.mutiny.MutinyTracking.spawn;
import static io.reactivetracker.mutiny.MutinyTracking.trackWith;
import static io.reactivetracker.mutiny.MutinyTracking.untilClosed;
import static io.reactivetracker.mutiny.MutinyTracking.whenCancelled;
import static io.reactivetracker.mutiny.MutinyTracking.whenDrained;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.reactivetracker.RunningTask;
import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskTimeoutException;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.TrackerClosedException;
import io.reactivetracker.group.Admission;
import io.reactivetracker.group.Backoff;
import io.reactivetracker.group.Continuation;
import io.reactivetracker.group.ErrorPolicy;
import io.reactivetracker.group.GroupClosedException;
import io.reactivetracker.group.Outcome;
import io.reactivetracker.group.TaskCounts;
import io.reactivetracker.group.TaskGroup;
import io.reactivetracker.group.TaskRejectedException;
import io.reactivetracker.test.ManualTimer;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.helpers.test.AssertSubscriber;
import io.smallrye.mutiny.helpers.test.UniAssertSubscriber;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow.Subscription;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code trackWith} of trackers and groups: options, admission, policies and misuse. */
class TrackWithTest {

    @RegisterExtension
    final Dropped dropped = new Dropped();

    private final TaskTracker tracker = TaskTracker.create("orders");
    private final ManualTimer time = new ManualTimer();
    private final IllegalStateException failure = new IllegalStateException("no ship");
    private @Nullable TaskGroup lastGroup;

    private TaskGroup group(Admission admission, ErrorPolicy policy) {
        TaskGroup group = TaskGroup.builder("orders")
                .timer(time)
                .executor(Runnable::run)
                .admission(admission)
                .onError(policy)
                .build();
        lastGroup = group;
        return group;
    }

    /** Whatever a test has done, no task is left, and each was counted once. */
    @AfterEach
    void nothingIsLeftAndTheCountsAddUp() {
        if (lastGroup != null) {
            lastGroup.cancel();
            assertThat(lastGroup.counts().pending()).isZero();
            assertThat(lastGroup.counts().ended()).isEqualTo(lastGroup.counts().issued());
            assertThat(lastGroup.closeAndDrain().isDone()).isTrue();
        }
    }

    private static <T> UniAssertSubscriber<T> test(Uni<T> uni) {
        return uni.subscribe().withSubscriber(UniAssertSubscriber.create());
    }

    @Test
    void countsEachSubscriptionAndListsItsName() {
        Uni<Object> uni = Uni.createFrom().nothing().plug(trackWith(tracker, "ship"));
        assertThat(tracker.size()).isZero();
        UniAssertSubscriber<Object> first = test(uni);
        UniAssertSubscriber<Object> second = test(uni);
        assertThat(tracker.runningTasks()).extracting(RunningTask::name).containsExactly("ship", "ship");
        first.cancel();
        second.cancel();
        assertThat(tracker.size()).isZero();
    }

    @Test
    void aClosedTrackerRefusesStrictTasksBeforeTheSourceIsTouched() {
        AtomicInteger touched = new AtomicInteger();
        tracker.close();
        test(Uni.createFrom()
                        .item(touched::incrementAndGet)
                        .plug(trackWith(tracker, TaskOptions.named("ship").and(TaskOptions.strict()))))
                .assertFailedWith(TrackerClosedException.class);
        Multi.createFrom()
                .items(1, 2)
                .onSubscription()
                .invoke(touched::incrementAndGet)
                .plug(trackWith(tracker, TaskOptions.strict()))
                .subscribe()
                .withSubscriber(AssertSubscriber.create(1))
                .assertFailedWith(TrackerClosedException.class);
        assertThat(touched).hasValue(0);
        assertThat(test(Uni.createFrom().item(1).plug(trackWith(tracker))).getItem())
                .isEqualTo(1);
    }

    @Test
    void aTaskWaitsForItsAdmissionWithItsSourceUntouched() {
        TaskGroup group = group(Admission.concurrency(1), ErrorPolicy.continueOnError());
        AtomicInteger touched = new AtomicInteger();
        UniAssertSubscriber<Object> first = test(Uni.createFrom().nothing().plug(trackWith(group)));
        AssertSubscriber<Integer> second = Multi.createFrom()
                .range(0, 3)
                .onSubscription()
                .invoke(touched::incrementAndGet)
                .plug(trackWith(group, "second"))
                .subscribe()
                .withSubscriber(AssertSubscriber.create(1));
        assertThat(group.counts()).isEqualTo(TaskCounts.none().withActive(1).withQueued(1));
        assertThat(touched).hasValue(0);
        first.cancel();
        assertThat(touched).hasValue(1);
        second.assertItems(0);
        second.request(2).assertItems(0, 1, 2).assertCompleted();
    }

    @Test
    void aTaskIsRejectedOrRefusedWithItsSourceUntouched() {
        TaskGroup group = group(Admission.concurrency(1, 0), ErrorPolicy.continueOnError());
        AtomicInteger touched = new AtomicInteger();
        Uni<Integer> uni = Uni.createFrom().item(touched::incrementAndGet).plug(trackWith(group));
        UniAssertSubscriber<Object> first = test(Uni.createFrom().nothing().plug(trackWith(group)));
        test(uni).assertFailedWith(TaskRejectedException.class);
        first.cancel();
        group.close();
        test(uni).assertFailedWith(GroupClosedException.class);
        group.cancel();
        assertThat(touched).hasValue(0);
    }

    @Test
    void aCancelOfTheGroupReachesRunningAndQueuedTasks() {
        TaskGroup group = group(Admission.concurrency(1), ErrorPolicy.continueOnError());
        AtomicInteger cancels = new AtomicInteger();
        Uni<Object> uni = Uni.createFrom()
                .nothing()
                .onCancellation()
                .invoke(cancels::incrementAndGet)
                .plug(trackWith(group, "ship"));
        UniAssertSubscriber<Object> running = test(uni);
        UniAssertSubscriber<Object> queued = test(uni);
        group.cancel();
        running.assertFailedWith(TaskCancelledException.class, "task \"ship\" #");
        queued.assertFailedWith(TaskCancelledException.class, "task \"ship\" #");
        assertThat(cancels).hasValue(1);
        assertThat(group.counts()).isEqualTo(TaskCounts.none().with(Outcome.CANCELLED, 2));
    }

    @ParameterizedTest
    @EnumSource
    void aTaskWhoseSourceHasNotAnsweredIsToldOfACancelAllTheSame(Kind kind) {
        TaskGroup group = group(Admission.unlimited(), ErrorPolicy.continueOnError());
        List<ScriptedSource.Signals> upstream = new ArrayList<>();
        ScriptedSource source = new ScriptedSource(() -> group.counts().active(), upstream::add);
        Recorder downstream = new Recorder(kind, () -> group.counts().active(), signal -> {});
        source.subscribe(kind, trackWith(group), trackWith(group), downstream);
        group.cancel();
        upstream.get(0).onSubscribe();
        assertThat(downstream.signals).containsExactly("onSubscribe", "onFailure");
        assertThat(downstream.sizesAtTheEnd).containsExactly(1L);
        assertThat(source.sizesWhenCancelled).hasSize(1);
    }

    @Test
    void aCancelledPipelineWithoutACallbackForFailuresIsReported() {
        TaskGroup group = group(Admission.unlimited(), ErrorPolicy.continueOnError());
        Uni.createFrom().nothing().plug(trackWith(group)).subscribe().with(item -> {});
        group.cancel();
        assertThat(dropped.take()).singleElement().isInstanceOf(TaskCancelledException.class);
    }

    @Test
    void aTaskIsTriedAgainAtTheInstantsOfItsBackoffAndItsDemandIsKept() {
        TaskGroup group = group(Admission.unlimited(), ErrorPolicy.retry(2, Backoff.fixed(Duration.ofSeconds(1))));
        AtomicInteger attempts = new AtomicInteger();
        AssertSubscriber<Integer> downstream = Multi.createFrom()
                .deferred(() -> {
                    int attempt = attempts.incrementAndGet();
                    return attempt < 3
                            ? Multi.createBy()
                                    .concatenating()
                                    .streams(
                                            Multi.createFrom().item(attempt),
                                            Multi.createFrom().failure(failure))
                            : Multi.createFrom().items(attempt, 4, 5);
                })
                .plug(trackWith(group))
                .subscribe()
                .withSubscriber(AssertSubscriber.create(4));
        assertThat(attempts).hasValue(1);
        time.advance(Duration.ofSeconds(1));
        assertThat(attempts).hasValue(2);
        time.advance(Duration.ofSeconds(1));
        downstream.assertItems(1, 2, 3, 4).assertNotTerminated();
        downstream.request(1).assertItems(1, 2, 3, 4, 5).assertCompleted();
        assertThat(group.counts()).isEqualTo(TaskCounts.none().with(Outcome.SUCCEEDED, 1));
    }

    @Test
    void aCancelOfTheDownstreamEndsATaskBetweenTwoAttempts() {
        TaskGroup group = group(Admission.unlimited(), ErrorPolicy.retry(2, Backoff.fixed(Duration.ofSeconds(1))));
        AtomicInteger attempts = new AtomicInteger();
        UniAssertSubscriber<Object> task = test(Uni.createFrom()
                .failure(() -> {
                    attempts.incrementAndGet();
                    return failure;
                })
                .plug(trackWith(group)));
        task.cancel();
        time.advance(Duration.ofSeconds(2));
        assertThat(attempts).hasValue(1);
        assertThat(group.counts()).isEqualTo(TaskCounts.none().with(Outcome.CANCELLED, 1));
    }

    @Test
    void aRequestThatIsNotPositiveFailsATaskBeforeItIsAdmittedAndIsNotRetried() {
        TaskGroup group = group(Admission.concurrency(1), ErrorPolicy.retry(3, Backoff.none()));
        UniAssertSubscriber<Object> first = test(Uni.createFrom().nothing().plug(trackWith(group)));
        AtomicReference<Subscription> queued = new AtomicReference<>();
        List<Throwable> failures = new ArrayList<>();
        Multi.createFrom()
                .items(1, 2)
                .plug(trackWith(group))
                .subscribe()
                .with(queued::set, item -> {}, failures::add, () -> {});
        Objects.requireNonNull(queued.get()).request(0);
        assertThat(failures).singleElement().isInstanceOf(IllegalArgumentException.class);
        assertThat(group.counts()).isEqualTo(TaskCounts.none().withActive(1).with(Outcome.FAILED, 1));
        first.cancel();
    }

    @Test
    void aTaskResumesWithWhateverSourceItsPolicyHas() {
        for (Continuation continuation : List.of(
                resumeWith(task -> Uni.createFrom().item("by a uni").toMulti()),
                resumeWith(task -> Multi.createFrom().items("dropped", "by a multi")),
                (Continuation) task -> CompletableFuture.completedFuture("by a stage"))) {
            TaskGroup group = group(Admission.unlimited(), ErrorPolicy.resumeWith(1, continuation));
            Uni<String> uni = Uni.createFrom().failure(failure);
            assertThat(test(uni.plug(trackWith(group))).getItem()).startsWith("by a ");
        }
    }

    @Test
    @SuppressWarnings("NullAway") // against the rules
    void aContinuationThatReturnsNullFailsTheTask() {
        for (Continuation continuation : List.of(resumeWith(task -> null), (Continuation) task -> null)) {
            TaskGroup group = group(Admission.unlimited(), ErrorPolicy.resumeWith(1, continuation));
            test(Uni.createFrom().failure(failure).plug(trackWith(group)))
                    .assertFailedWith(
                            NullPointerException.class, "the continuation of a task has returned null, not a source");
        }
    }

    @Test
    void aTaskIsNotDisturbedByAnAttemptThatThrowsAfterItHasFailed() {
        TaskGroup group = group(Admission.unlimited(), ErrorPolicy.retry(1, Backoff.none()));
        IllegalStateException thrown = new IllegalStateException("thrown after the failure");
        AtomicInteger attempts = new AtomicInteger();
        ScriptedSource source = new ScriptedSource(() -> 0, signals -> {
            signals.onSubscribe();
            if (attempts.incrementAndGet() == 1) {
                signals.onFailure(failure);
                throw thrown;
            }
        });
        UniAssertSubscriber<String> task = test(source.asUni().plug(trackWith(group)));
        assertThat(attempts).hasValue(2);
        assertThat(group.counts().active()).as("the second attempt").isOne();
        assertThat(dropped.take()).containsExactly(thrown);
        task.cancel();
    }

    @Test
    void workThatTheSourceStartsIsAChildOfTheTaskAndThatOfTheDownstreamIsNot() {
        TaskGroup group = group(Admission.unlimited(), ErrorPolicy.continueOnError());
        List<TaskHandle<Object>> started = new ArrayList<>();
        AssertSubscriber<Integer> outer = Multi.createFrom()
                .<Integer>emitter(emitter -> {
                    started.add(spawn(group, "of the source", Uni.createFrom().nothing()));
                    emitter.emit(1);
                })
                .plug(trackWith(group, TaskOptions.timeout(Duration.ofSeconds(1))))
                .invoke(item -> started.add(
                        spawn(group, "of the downstream", Uni.createFrom().nothing())))
                .subscribe()
                .withSubscriber(AssertSubscriber.create(1));
        time.advance(Duration.ofSeconds(1));
        outer.assertFailedWith(TaskTimeoutException.class);
        assertThat(started).extracting(TaskHandle::isFinished).containsExactly(true, false);
        // The child's, since nobody joins it.
        assertThat(dropped.take()).singleElement().isInstanceOf(TaskTimeoutException.class);
    }

    @Test
    void aHundredThousandQueuedTasksDrainOnAFlatStack() {
        TaskGroup group = group(Admission.concurrency(1), ErrorPolicy.continueOnError());
        UniAssertSubscriber<Object> first = test(Uni.createFrom().nothing().plug(trackWith(group)));
        AtomicInteger ended = new AtomicInteger();
        for (int i = 0; i < 100_000; i++) {
            Uni.createFrom().item(i).plug(trackWith(group)).subscribe().with(item -> ended.incrementAndGet());
        }
        first.cancel();
        assertThat(ended).hasValue(100_000);
    }

    @Test
    void aMillionItemsPassOnManyThreads() {
        List<Integer> items = Multi.createFrom()
                .range(0, 1_000_000)
                .plug(trackWith(tracker))
                .emitOn(Infrastructure.getDefaultExecutor())
                .select()
                .where(item -> item % 100_000 == 0)
                .collect()
                .asList()
                .await()
                .indefinitely();
        assertThat(items).hasSize(10);
        assertThat(tracker.isEmpty()).isTrue();
    }

    @Test
    void takesNothingButAUniOrAMulti() {
        UnaryOperator<String> operator = trackWith(tracker);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> operator.apply("orders"))
                .withMessage("pipeline must be a Uni or a Multi, but was a java.lang.String");
        assertThatIllegalArgumentException().isThrownBy(() -> trackWith(tracker, " "));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> trackWith(tracker, TaskOptions.timeout(Duration.ofSeconds(1))));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> spawn(tracker, "", Uni.createFrom().item(1)));
        assertThatIllegalArgumentException().isThrownBy(() -> blocking(tracker, "", () -> 1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> whenDrained(tracker, Duration.ZERO))
                .withMessage("timeout must be positive, but was PT0S");
    }

    @Test
    @SuppressWarnings("NullAway") // against the rules
    void nothingMayBeNull() {
        UnaryOperator<Uni<String>> operator = trackWith(tracker);
        assertThatNullPointerException()
                .isThrownBy(() -> operator.apply(null))
                .withMessageStartingWith("pipeline must not be null: ");
        assertThatNullPointerException()
                .isThrownBy(() -> trackWith((TaskTracker) null))
                .withMessage("tracker must not be null");
        assertThatNullPointerException()
                .isThrownBy(() -> trackWith((TaskGroup) null))
                .withMessage("group must not be null");
        assertThatNullPointerException()
                .isThrownBy(() -> trackWith(tracker, (TaskOptions) null))
                .withMessage("options must not be null");
        assertThatNullPointerException().isThrownBy(() -> cancelWith(null)).withMessage("token must not be null");
        assertThatNullPointerException()
                .isThrownBy(() -> untilClosed((TaskTracker) null))
                .withMessage("tracker must not be null");
        assertThatNullPointerException()
                .isThrownBy(() -> spawn(tracker, "ship", null))
                .withMessage("task must not be null");
        assertThatNullPointerException()
                .isThrownBy(() -> blocking(tracker, "ship", null))
                .withMessage("body must not be null");
        assertThatNullPointerException()
                .isThrownBy(() -> whenDrained((TaskGroup) null))
                .withMessage("group must not be null");
        assertThatNullPointerException().isThrownBy(() -> whenCancelled(null)).withMessage("token must not be null");
        assertThatNullPointerException().isThrownBy(() -> resumeWith(null)).withMessage("source must not be null");
    }
}
