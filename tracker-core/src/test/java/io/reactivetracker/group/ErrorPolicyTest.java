// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import static io.reactivetracker.group.HeldWork.errorOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.reactivetracker.CancellationToken;
import io.reactivetracker.Registration;
import io.reactivetracker.RunningTask;
import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskTimer;
import io.reactivetracker.adapter.PublisherContinuation;
import io.reactivetracker.test.ManualTimer;
import io.reactivetracker.test.UncaughtFailures;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@SuppressWarnings("FutureReturnValueIgnored") // a continuation's result is an Object, and is not ignored
class ErrorPolicyTest {

    private static final Duration SECOND = Duration.ofSeconds(1);

    private final ManualTimer timer = new ManualTimer();
    private final IOException error = new IOException("no ship");

    // ---- continueOnError

    @Test
    void keepGoingLetsOneTaskFailAndTheOthersGoOn() {
        TaskGroup group = group(ErrorPolicy.continueOnError());
        HeldWork other = HeldWork.in(group, "other");
        assertThat(errorOf(failing(group))).isSameAs(error);
        assertThat(group.isClosed()).isFalse();
        other.succeed();
        assertThat(other.future()).isCompletedWithValue("done");
        assertThat(group.counts())
                .isEqualTo(TaskCounts.none().with(Outcome.SUCCEEDED, 1).with(Outcome.FAILED, 1));
    }

    @Test
    void aGroupThatIsGivenNoPolicyKeepsGoing() {
        assertThat(DirectGroups.builder("orders").build().policy()).isSameAs(ErrorPolicy.continueOnError());
    }

    // ---- cancelOnError

    @Test
    void cancelOnErrorCancelsTheGroupWithTheErrorAsCause() {
        TaskGroup group = group(ErrorPolicy.cancelOnError());
        HeldWork other = HeldWork.in(group, "other");
        assertThat(errorOf(failing(group))).isSameAs(error);
        assertThat(group.cancellationToken().cause()).isSameAs(error);
        assertThat(errorOf(other.future()))
                .isInstanceOf(TaskCancelledException.class)
                .hasCause(error);
        other.succeed();
        assertThat(group.counts())
                .isEqualTo(TaskCounts.none().with(Outcome.FAILED, 1).with(Outcome.CANCELLED, 1));
    }

    @Test
    void cancelOnErrorOfAChildLeavesItsParentAndItsSiblingAlone() {
        TaskGroup group = group(ErrorPolicy.continueOnError());
        TaskGroup child =
                group.childBuilder("mails").onError(ErrorPolicy.cancelOnError()).build();
        TaskGroup sibling = group.child("bills");
        failIn(child);
        assertThat(child.cancellationToken().isCancelled()).isTrue();
        assertThat(group.cancellationToken().isCancelled()).isFalse();
        assertThat(sibling.cancellationToken().isCancelled()).isFalse();
        assertThat(succeeding(group)).isCompletedWithValue("done");
        assertThat(succeeding(sibling)).isCompletedWithValue("done");
    }

    // D8: a match cancels the group itself, not a token that no task reads.
    @Test
    void cancelOnErrorHeedsNoErrorButThoseThatMatch() {
        TaskGroup group = group(ErrorPolicy.cancelOnError(failure -> failure instanceof IOException));
        failIn(group, new IllegalStateException("another"));
        assertThat(group.cancellationToken().isCancelled()).isFalse();
        failIn(group, error);
        assertThat(group.cancellationToken().isCancelled()).isTrue();
        assertThat(group.cancellationToken().cause()).isSameAs(error);
    }

    @Test
    void thePolicyIsAskedAboutTheErrorItselfAndNotAboutItsWrapping() {
        TaskGroup group = group(ErrorPolicy.cancelOnError(failure -> failure.equals(error)));
        CompletableFuture<String> future = failing(group, new CompletionException(error));
        assertThat(errorOf(future)).isSameAs(error);
        assertThat(group.cancellationToken().isCancelled()).isTrue();
    }

    @Test
    void aBodyThatThrowsHasFailedLikeAnyOther() {
        TaskGroup group = group(ErrorPolicy.cancelOnError());
        AssertionError thrown = new AssertionError("broken");
        CompletableFuture<String> future = group.submit(TaskOptions.named("bill"), task -> {
            throw thrown;
        });
        assertThat(errorOf(future)).isSameAs(thrown);
        assertThat(group.cancellationToken().cause()).isSameAs(thrown);
        assertThat(group.counts()).isEqualTo(TaskCounts.none().with(Outcome.FAILED, 1));
    }

    @Test
    void aPolicyIsNotAskedAboutATaskThatEndsByACancelOfItsOwn() {
        AtomicInteger asked = new AtomicInteger();
        TaskGroup group = group(failure -> {
            asked.incrementAndGet();
            return Decision.cancelGroup();
        });
        CancellationException cancel = new CancellationException("not wanted any more");
        assertThat(failing(group, cancel)).isCancelled();
        CompletableFuture<String> thrown = group.submit(TaskOptions.named("bill"), task -> {
            throw cancel;
        });
        assertThat(thrown).isCancelled();
        HeldWork cancelled = HeldWork.in(group, "bill");
        cancelled.future().cancel(true);
        cancelled.fail(error);
        assertThat(asked).hasValue(0);
        assertThat(group.isClosed()).isFalse();
        assertThat(group.counts()).isEqualTo(TaskCounts.none().with(Outcome.CANCELLED, 3));
    }

    @Test
    void aPolicyIsNotAskedAboutATaskThatIsRejected() {
        TaskGroup group = DirectGroups.builder("orders")
                .timer(timer)
                .admission(Admission.concurrency(1, 0))
                .onError(ErrorPolicy.cancelOnError())
                .build();
        HeldWork first = HeldWork.in(group, "first");
        assertThat(errorOf(succeeding(group))).isInstanceOf(TaskRejectedException.class);
        assertThat(group.cancellationToken().isCancelled()).isFalse();
        first.succeed();
        assertThat(group.counts())
                .isEqualTo(TaskCounts.none().with(Outcome.SUCCEEDED, 1).with(Outcome.REJECTED, 1));
    }

    @Test
    void aTaskThatRanAndFailsBecauseAnotherGroupRejectedAnotherHasFailed() {
        AtomicInteger asked = new AtomicInteger();
        TaskGroup full = DirectGroups.builder("mails")
                .timer(timer)
                .admission(Admission.concurrency(1, 0))
                .build();
        HeldWork first = HeldWork.in(full, "first");
        TaskGroup group = group(failure -> {
            asked.incrementAndGet();
            return Decision.fail();
        });
        CompletableFuture<String> future = group.submit(TaskOptions.named("bill"), task -> succeeding(full));
        assertThat(errorOf(future)).isInstanceOf(TaskRejectedException.class);
        assertThat(asked).hasValue(1);
        assertThat(group.counts()).isEqualTo(TaskCounts.none().with(Outcome.FAILED, 1));
        assertThat(full.counts()).isEqualTo(TaskCounts.none().withActive(1).with(Outcome.REJECTED, 1));
        first.succeed();
    }

    // ---- cancelAfter

    // D6: dynamo counts by task, so its count never exceeds one.
    @Test
    void cancelAfterCountsErrorsAcrossTheTasksOfTheGroup() {
        TaskGroup group = group(ErrorPolicy.cancelAfterErrors(3));
        HeldWork other = HeldWork.in(group, "other");
        failIn(group);
        succeedIn(group);
        failIn(group);
        assertThat(group.cancellationToken().isCancelled()).isFalse();
        failIn(group);
        assertThat(group.cancellationToken().isCancelled()).isTrue();
        other.succeed();
        assertThat(group.counts())
                .isEqualTo(TaskCounts.none()
                        .with(Outcome.SUCCEEDED, 1)
                        .with(Outcome.FAILED, 3)
                        .with(Outcome.CANCELLED, 1));
    }

    @Test
    void cancelAfterOneCancelsAtTheFirstError() {
        TaskGroup group = group(ErrorPolicy.cancelAfterErrors(1));
        failIn(group);
        assertThat(group.cancellationToken().isCancelled()).isTrue();
    }

    @Test
    void cancelAfterStartsAtZeroForEachChild() {
        TaskGroup group = group(ErrorPolicy.cancelAfterErrors(2));
        failIn(group);
        TaskGroup child = group.child("mails");
        failIn(child);
        assertThat(child.cancellationToken().isCancelled()).isFalse();
        assertThat(group.cancellationToken().isCancelled()).isFalse();
        failIn(child);
        assertThat(child.cancellationToken().isCancelled()).isTrue();
        assertThat(group.cancellationToken().isCancelled()).isFalse();
        failIn(group);
        assertThat(group.cancellationToken().isCancelled()).isTrue();
    }

    @Test
    void aCountingPolicyThatIsGivenToTwoGroupsCountsThemTogether() {
        ErrorPolicy policy = ErrorPolicy.cancelAfterErrors(2);
        TaskGroup one = group(policy);
        TaskGroup two = group(policy);
        failIn(one);
        failIn(two);
        assertThat(one.cancellationToken().isCancelled()).isFalse();
        assertThat(two.cancellationToken().isCancelled()).isTrue();
    }

    @Test
    void cancelAfterStillCancelsWhenItIsAskedBeyondItsNumber() {
        ErrorPolicy policy = ErrorPolicy.cancelAfterErrors(2);
        TaskGroup one = group(policy);
        failIn(one);
        failIn(one);
        TaskGroup two = group(policy);
        failIn(two);
        assertThat(two.cancellationToken().isCancelled()).isTrue();
    }

    // ---- cancelAtErrorRate

    // D7: dynamo's never cancels.
    @Test
    void cancelAtRateCancelsWhenTheLastOfItsErrorsIsExactlyAtTheEndOfTheSpan() {
        TaskGroup group = group(ErrorPolicy.cancelAtErrorRate(3, Duration.ofSeconds(10)));
        failIn(group);
        timer.advance(Duration.ofSeconds(5));
        failIn(group);
        timer.advance(Duration.ofSeconds(5));
        assertThat(group.cancellationToken().isCancelled()).isFalse();
        failIn(group);
        assertThat(group.cancellationToken().isCancelled()).isTrue();
        assertThat(group.cancellationToken().cause()).isSameAs(error);
    }

    @Test
    void cancelAtRateForgetsAnErrorOneNanosecondAfterItsSpan() {
        TaskGroup group = group(ErrorPolicy.cancelAtErrorRate(3, Duration.ofSeconds(10)));
        failIn(group); // at 0 s
        timer.advance(Duration.ofSeconds(5));
        failIn(group); // at 5 s
        timer.advance(Duration.ofSeconds(5).plusNanos(1));
        failIn(group); // at 10 s and a nanosecond
        assertThat(group.cancellationToken().isCancelled()).isFalse();
        timer.advance(Duration.ofSeconds(5).minusNanos(1));
        failIn(group); // at 15 s
        assertThat(group.cancellationToken().isCancelled()).isTrue();
    }

    @Test
    void cancelAtRateNeverCancelsForErrorsThatAreFarApart() {
        TaskGroup group = group(ErrorPolicy.cancelAtErrorRate(2, SECOND));
        for (int i = 0; i < 1_000; i++) {
            failIn(group);
            timer.advance(SECOND.plusNanos(1));
        }
        assertThat(group.cancellationToken().isCancelled()).isFalse();
        assertThat(group.counts().failed()).isEqualTo(1_000);
    }

    @Test
    void cancelAtRateOfOneErrorCancelsAtTheFirst() {
        TaskGroup group = group(ErrorPolicy.cancelAtErrorRate(1, Duration.ofNanos(1)));
        failIn(group);
        assertThat(group.cancellationToken().isCancelled()).isTrue();
    }

    @Test
    void cancelAtRateStartsAtZeroForEachChild() {
        TaskGroup group = group(ErrorPolicy.cancelAtErrorRate(2, SECOND));
        failIn(group);
        TaskGroup child = group.child("mails");
        failIn(child);
        assertThat(child.cancellationToken().isCancelled()).isFalse();
        failIn(child);
        assertThat(child.cancellationToken().isCancelled()).isTrue();
        assertThat(group.cancellationToken().isCancelled()).isFalse();
    }

    @Test
    void cancelAtRateTakesASpanLongerThanAnyClock() {
        TaskGroup group = group(ErrorPolicy.cancelAtErrorRate(2, Duration.ofSeconds(Long.MAX_VALUE)));
        failIn(group);
        timer.advance(Duration.ofDays(365));
        failIn(group);
        assertThat(group.cancellationToken().isCancelled()).isTrue();
    }

    // ---- retry

    @Test
    void retryTriesAgainAtTheRightInstants() {
        TaskGroup group = group(ErrorPolicy.retry(3, Backoff.exponential(SECOND, Duration.ofSeconds(3))));
        List<Long> instants = new ArrayList<>();
        long start = timer.nanoTime();
        CompletableFuture<String> future = group.submit(TaskOptions.named("ship"), task -> {
            instants.add(Duration.ofNanos(timer.nanoTime() - start).toMillis());
            return CompletableFuture.failedFuture(error);
        });
        timer.advance(SECOND.minusNanos(1));
        assertThat(instants).containsExactly(0L);
        timer.advance(Duration.ofNanos(1));
        assertThat(instants).containsExactly(0L, 1_000L);
        timer.advance(Duration.ofSeconds(10));
        assertThat(instants).containsExactly(0L, 1_000L, 3_000L, 6_000L);
        assertThat(errorOf(future)).isSameAs(error);
        assertThat(timer.pending()).isZero();
    }

    @Test
    void aTaskThatSucceedsAtALaterAttemptIsOneTaskAndHasSucceeded() {
        TaskGroup group = group(ErrorPolicy.retry(3, Backoff.fixed(SECOND)));
        HeldWork work = HeldWork.in(group, "ship");
        assertThat(work.task().attempt()).isEqualTo(1);
        work.fail(error);
        assertThat(group.counts()).isEqualTo(TaskCounts.none().withActive(1));
        timer.advance(SECOND);
        assertThat(work.task().attempt()).isEqualTo(2);
        assertThat(group.counts()).isEqualTo(TaskCounts.none().withActive(1));
        work.succeed();
        assertThat(work.future()).isCompletedWithValue("done");
        assertThat(group.counts()).isEqualTo(TaskCounts.none().with(Outcome.SUCCEEDED, 1));
    }

    @Test
    void aTaskThatFailsAtItsLastAttemptHasFailedOnceWithTheLastError() {
        TaskGroup group = group(ErrorPolicy.retry(2, Backoff.none()));
        HeldWork work = HeldWork.in(group, "ship");
        work.fail(new IOException("first"));
        work.fail(new IOException("second"));
        assertThat(work.attempts()).isEqualTo(3);
        work.fail(error);
        assertThat(work.attempts()).isEqualTo(3);
        assertThat(errorOf(work.future())).isSameAs(error);
        assertThat(group.counts()).isEqualTo(TaskCounts.none().with(Outcome.FAILED, 1));
        assertThat(timer.pending()).isZero();
    }

    @Test
    void aTaskKeepsItsIdAndItsNameThroughAllAttempts() {
        TaskGroup group = group(ErrorPolicy.retry(2, Backoff.none()));
        List<Long> ids = new ArrayList<>();
        CompletableFuture<String> future = group.submit(TaskOptions.named("ship"), task -> {
            ids.add(task.id());
            assertThat(task.name()).isEqualTo("ship");
            assertThat(group.runningTasks()).extracting(RunningTask::id).containsExactly(task.id());
            return CompletableFuture.failedFuture(error);
        });
        assertThat(errorOf(future)).isSameAs(error);
        assertThat(ids).hasSize(3).containsOnly(ids.get(0));
    }

    @Test
    void attemptsWithoutAWaitTakeNoStackHoweverManyTheyAre() {
        TaskGroup group = DirectGroups.builder("orders")
                .timer(timer)
                .maxAttempts(100_001)
                .onError(ErrorPolicy.retry(100_000, Backoff.none()))
                .build();
        AtomicInteger attempts = new AtomicInteger();
        CompletableFuture<String> future = group.submit(TaskOptions.named("ship"), task -> {
            attempts.incrementAndGet();
            return CompletableFuture.failedFuture(error);
        });
        assertThat(errorOf(future)).isSameAs(error);
        assertThat(attempts).hasValue(100_001);
    }

    @Test
    void anotherTaskHasItsAttemptsForItself() {
        TaskGroup group = group(ErrorPolicy.retry(1, Backoff.none()));
        HeldWork one = HeldWork.in(group, "one");
        HeldWork two = HeldWork.in(group, "two");
        one.fail(error);
        two.fail(error);
        assertThat(one.attempts()).isEqualTo(2);
        assertThat(two.attempts()).isEqualTo(2);
        one.succeed();
        two.succeed();
        assertThat(group.counts()).isEqualTo(TaskCounts.none().with(Outcome.SUCCEEDED, 2));
    }

    @Test
    void aClockThatDoesNotTakeTheWaitFailsTheTaskAndSaysSo() {
        IllegalStateException stopped = new IllegalStateException("the clock has stopped");
        TaskGroup group = DirectGroups.builder("orders")
                .timer(new TaskTimer() {
                    @Override
                    public long nanoTime() {
                        return 0;
                    }

                    @Override
                    public Registration schedule(Duration delay, Runnable action) {
                        throw stopped;
                    }
                })
                .onError(ErrorPolicy.retry(3, Backoff.fixed(SECOND)))
                .build();
        assertThat(errorOf(failing(group))).isSameAs(error).hasSuppressedException(stopped);
        assertThat(group.counts()).isEqualTo(TaskCounts.none().with(Outcome.FAILED, 1));
    }

    // ---- permits between attempts

    @Test
    void aTaskKeepsItsPermitBetweenItsAttempts() {
        ConcurrencyLimit limit = Admission.concurrency(1);
        TaskGroup group = limited(limit, ErrorPolicy.retry(1, Backoff.fixed(SECOND)));
        HeldWork first = HeldWork.in(group, "first");
        HeldWork second = HeldWork.in(group, "second");
        first.fail(error);
        assertThat(second.attempts()).isZero();
        assertThat(limit.active()).isEqualTo(1);
        assertThat(group.counts()).isEqualTo(TaskCounts.none().withQueued(1).withActive(1));
        timer.advance(SECOND);
        assertThat(first.attempts()).isEqualTo(2);
        first.succeed();
        assertThat(second.attempts()).isEqualTo(1);
        second.succeed();
        assertThat(limit.active()).isZero();
    }

    // D4: dynamo requests the permit again before it releases the old one, and deadlocks.
    @Test
    void aTaskThatGivesItsPermitUpDoesNotWaitForItself() {
        ConcurrencyLimit limit = Admission.concurrency(1);
        TaskGroup group = limited(limit, ErrorPolicy.retry(5, Backoff.none()).releasingPermit());
        HeldWork work = HeldWork.in(group, "ship");
        work.fail(error);
        work.fail(error);
        assertThat(work.attempts()).isEqualTo(3);
        assertThat(limit.active()).isEqualTo(1);
        work.succeed();
        assertThat(work.future()).isCompletedWithValue("done");
        assertThat(limit.active()).isZero();
    }

    // D4
    @Test
    void aTaskThatGivesItsPermitUpQueuesBehindTheOthers() {
        TaskGroup group = limited(
                Admission.concurrency(1), ErrorPolicy.retry(5, Backoff.none()).releasingPermit());
        HeldWork first = HeldWork.in(group, "first");
        HeldWork second = HeldWork.in(group, "second");
        HeldWork third = HeldWork.in(group, "third");
        first.fail(error);
        assertThat(List.of(first.attempts(), second.attempts(), third.attempts()))
                .containsExactly(1, 1, 0);
        assertThat(group.counts()).isEqualTo(TaskCounts.none().withQueued(2).withActive(1));
        second.succeed();
        assertThat(List.of(first.attempts(), second.attempts(), third.attempts()))
                .containsExactly(1, 1, 1);
        third.succeed();
        assertThat(first.attempts()).isEqualTo(2);
        first.succeed();
        assertThat(group.counts()).isEqualTo(TaskCounts.none().with(Outcome.SUCCEEDED, 3));
    }

    @Test
    void aTaskThatGivesItsPermitUpHoldsNothingWhileItWaits() {
        ConcurrencyLimit limit = Admission.concurrency(1);
        TaskGroup group =
                limited(limit, ErrorPolicy.retry(5, Backoff.fixed(SECOND)).releasingPermit());
        HeldWork work = HeldWork.in(group, "ship");
        work.fail(error);
        assertThat(limit.active()).isZero();
        assertThat(group.counts()).isEqualTo(TaskCounts.none().withQueued(1));
        assertThat(group.runningTasks()).isEmpty();
        HeldWork other = HeldWork.in(group, "other");
        assertThat(other.attempts()).isEqualTo(1);
        timer.advance(SECOND);
        assertThat(work.attempts()).isEqualTo(1);
        other.succeed();
        assertThat(work.attempts()).isEqualTo(2);
        work.succeed();
        assertThat(limit.active()).isZero();
    }

    @Test
    void aTaskThatGaveItsPermitUpMayBeRejectedWhenItAsksAgain() {
        ConcurrencyLimit limit = Admission.concurrency(1, 0);
        TaskGroup group =
                limited(limit, ErrorPolicy.retry(5, Backoff.fixed(SECOND)).releasingPermit());
        HeldWork work = HeldWork.in(group, "ship");
        work.fail(error);
        HeldWork other = HeldWork.in(group, "other");
        timer.advance(SECOND);
        assertThat(errorOf(work.future())).isInstanceOf(TaskRejectedException.class);
        assertThat(group.counts()).isEqualTo(TaskCounts.none().withActive(1).with(Outcome.REJECTED, 1));
        other.succeed();
        assertThat(limit.active()).isZero();
    }

    @Test
    void admissionIsAskedOnceUnlessThePermitIsGivenUp() {
        AtomicInteger asked = new AtomicInteger();
        Admission counting = candidate -> {
            asked.incrementAndGet();
            return Admission.unlimited().admit(candidate);
        };
        ErrorPolicy once = ErrorPolicy.resumeWith(1, task -> CompletableFuture.completedFuture("resumed"));
        assertThat(failing(limited(counting, once))).isCompletedWithValue("resumed");
        assertThat(asked).hasValue(1);
        assertThat(failing(limited(counting, once.releasingPermit()))).isCompletedWithValue("resumed");
        assertThat(asked).hasValue(3);
    }

    // ---- resumeWith and resumeWithCarried

    @Test
    void resumeWithGoesOnWithSomethingElse() {
        List<Integer> attempts = new ArrayList<>();
        TaskGroup group = group(ErrorPolicy.resumeWith(1, task -> {
            attempts.add(task.attempt());
            return CompletableFuture.completedFuture("by hand");
        }));
        assertThat(failing(group)).isCompletedWithValue("by hand");
        assertThat(attempts).containsExactly(2);
        assertThat(group.counts()).isEqualTo(TaskCounts.none().with(Outcome.SUCCEEDED, 1));
    }

    // D14: dynamo continues as long as the errors carry a continuation.
    @Test
    void resumptionsHaveANumberAndThenTheTaskFails() {
        AtomicInteger resumed = new AtomicInteger();
        TaskGroup group = group(ErrorPolicy.resumeWith(3, task -> {
            resumed.incrementAndGet();
            return CompletableFuture.failedFuture(error);
        }));
        assertThat(errorOf(failing(group, new IOException("first")))).isSameAs(error);
        assertThat(resumed).hasValue(3);
        assertThat(group.counts()).isEqualTo(TaskCounts.none().with(Outcome.FAILED, 1));
    }

    @Test
    void aContinuationWithAPublisherFailsATaskOfPlainJava() {
        PublisherContinuation publisher = task -> subscriber -> {};
        TaskGroup group = group(ErrorPolicy.resumeWith(1, publisher));
        assertThat(errorOf(failing(group)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("a continuation with a publisher cannot resume a task of plain Java");
        assertThat(group.counts()).isEqualTo(TaskCounts.none().with(Outcome.FAILED, 1));
    }

    @Test
    @SuppressWarnings("NullAway")
    void aContinuationThatMakesNullFailsItsTask() {
        TaskGroup group = group(ErrorPolicy.resumeWith(1, task -> null));
        assertThat(errorOf(failing(group)))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("the continuation of the task returned null, not a stage");
    }

    @Test
    void aContinuationThatThrowsFailsItsTask() {
        IllegalStateException thrown = new IllegalStateException("nothing to go on with");
        TaskGroup group = group(ErrorPolicy.resumeWith(1, task -> {
            throw thrown;
        }));
        assertThat(errorOf(failing(group))).isSameAs(thrown);
        assertThat(group.counts()).isEqualTo(TaskCounts.none().with(Outcome.FAILED, 1));
    }

    @Test
    void resumeWithCarriedGoesOnWithWhatTheErrorCarries() {
        TaskGroup group = group(ErrorPolicy.resumeWithCarried(1));
        assertThat(failing(group, carrying("resumed"))).isCompletedWithValue("resumed");
        assertThat(group.counts()).isEqualTo(TaskCounts.none().with(Outcome.SUCCEEDED, 1));
    }

    @Test
    void resumeWithCarriedLetsATaskFailWhoseErrorCarriesNothing() {
        TaskGroup group = group(ErrorPolicy.resumeWithCarried(1));
        assertThat(errorOf(failing(group))).isSameAs(error);
    }

    @Test
    void eachResumptionMayCarryTheNext() {
        ResumableException second =
                new ResumableException(error, task -> CompletableFuture.completedFuture("attempt " + task.attempt()));
        ResumableException first = new ResumableException(error, task -> CompletableFuture.failedFuture(second));
        assertThat(failing(group(ErrorPolicy.resumeWithCarried(3)), first)).isCompletedWithValue("attempt 3");
        assertThat(failing(group(ErrorPolicy.resumeWithCarried(2)), first)).isCompletedWithValue("attempt 3");
        assertThat(errorOf(failing(group(ErrorPolicy.resumeWithCarried(1)), first)))
                .isSameAs(second);
        assertThat(errorOf(failing(group(ErrorPolicy.continueOnError()), first)))
                .isSameAs(first);
    }

    @Test
    void aCarriedContinuationAndThePolicysMayFollowEachOther() {
        TaskGroup group = group(ErrorPolicy.resumeWithCarried(3)
                .andThen(ErrorPolicy.resumeWith(3, task -> CompletableFuture.completedFuture("policy's"))));
        ResumableException carrier = new ResumableException(error, task -> CompletableFuture.failedFuture(error));
        assertThat(failing(group, carrier)).isCompletedWithValue("policy's");
    }

    @Test
    void anErrorThatCarriesAContinuationHasItsCauseAndItsMessage() {
        ResumableException carrier = carrying("resumed");
        assertThat(carrier).hasCause(error).hasMessageContaining("no ship");
        assertThat(carrier.continuation()).isNotNull();
    }

    // ---- composition

    @Test
    void andThenAsksTheNextOnlyAboutFailuresThatEndTheTask() {
        TaskGroup group = group(ErrorPolicy.retry(1, Backoff.none()).andThen(ErrorPolicy.cancelAfterErrors(2)));
        failIn(group);
        assertThat(group.cancellationToken().isCancelled()).isFalse();
        failIn(group);
        assertThat(group.cancellationToken().isCancelled()).isTrue();
        assertThat(group.counts()).isEqualTo(TaskCounts.none().with(Outcome.FAILED, 2));
    }

    @Test
    void andThenDoesNotAskTheNextIfTheFirstCancels() {
        AtomicInteger asked = new AtomicInteger();
        TaskGroup group = group(ErrorPolicy.cancelOnError().andThen(failure -> {
            asked.incrementAndGet();
            return Decision.fail();
        }));
        failIn(group);
        assertThat(asked).hasValue(0);
    }

    @Test
    void aCompositionStartsAtZeroForEachChild() {
        TaskGroup group = group(ErrorPolicy.retry(1, Backoff.none())
                .andThen(ErrorPolicy.cancelAfterErrors(2))
                .releasingPermit());
        failIn(group);
        TaskGroup child = group.child("mails");
        failIn(child);
        assertThat(child.cancellationToken().isCancelled()).isFalse();
        failIn(child);
        assertThat(child.cancellationToken().isCancelled()).isTrue();
        assertThat(group.cancellationToken().isCancelled()).isFalse();
    }

    @Test
    void aCompositionIsFinalOnlyIfAllOfItIs() {
        ErrorPolicy retry = ErrorPolicy.retry(1, Backoff.none());
        ErrorPolicy counting = ErrorPolicy.cancelAfterErrors(1);
        assertThat(counting.isTerminal()).isTrue();
        assertThat(ErrorPolicy.continueOnError().isTerminal()).isTrue();
        assertThat(ErrorPolicy.cancelOnError().isTerminal()).isTrue();
        assertThat(ErrorPolicy.cancelAtErrorRate(1, SECOND).isTerminal()).isTrue();
        assertThat(ErrorPolicy.cancelParentOnError().isTerminal()).isTrue();
        assertThat(retry.isTerminal()).isFalse();
        assertThat(ErrorPolicy.resumeWithCarried(1).isTerminal()).isFalse();
        assertThat(counting.andThen(ErrorPolicy.cancelParentOnError()).isTerminal())
                .isTrue();
        assertThat(counting.andThen(retry).isTerminal()).isFalse();
        assertThat(retry.andThen(counting).isTerminal()).isFalse();
        assertThat(counting.releasingPermit().isTerminal()).isTrue();
        assertThat(retry.releasingPermit().isTerminal()).isFalse();
    }

    // test_continuation_loop_with_global_threshold_policy
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void aThresholdThatIsAskedFirstCountsEveryAttempt(int errors) {
        TaskGroup group = group(ErrorPolicy.cancelAfterErrors(errors).andThen(ErrorPolicy.resumeWithCarried(9)));
        ResumableException carrier = new ResumableException(
                error, task -> CompletableFuture.failedFuture(task.attempt() == 2 ? carrying("resumed") : error));
        CompletableFuture<String> future = failing(group, carrier);
        assertThat(group.cancellationToken().isCancelled()).isEqualTo(errors < 3);
        if (errors < 3) {
            assertThat(errorOf(future)).isInstanceOf(ResumableException.class);
        } else {
            assertThat(future).isCompletedWithValue("resumed");
        }
    }

    // test_custom_error_response_with_cancellation_token
    @Test
    void aPolicyOfOnesOwnMayCancelSomethingElseToo() {
        CancellationToken other = CancellationToken.create();
        TaskGroup group = group(failure -> {
            other.cancel(failure.error());
            return Decision.cancelGroup();
        });
        assertThat(errorOf(failing(group))).isSameAs(error);
        assertThat(other.cause()).isSameAs(error);
        assertThat(group.cancellationToken().cause()).isSameAs(error);
        assertThat(group.counts()).isEqualTo(TaskCounts.none().with(Outcome.FAILED, 1));
    }

    @Test
    void givingUpThePermitChangesNoDecisionThatEndsTheTask() {
        TaskGroup group = group(ErrorPolicy.cancelOnError().releasingPermit());
        assertThat(errorOf(failing(group))).isSameAs(error);
        assertThat(group.cancellationToken().cause()).isSameAs(error);
    }

    // ---- user-defined policies

    @Test
    void aPolicyOfOnesOwnSeesTheTaskTheAttemptAndTheTime() {
        List<String> seen = new ArrayList<>();
        TaskGroup group = group(failure -> {
            seen.add(failure.task().name() + " " + failure.attempt() + " "
                    + failure.elapsed().toMillis() + " " + failure.error().getMessage() + " "
                    + (failure.nanoTime() == timer.nanoTime()));
            return failure.attempt() < 3 ? Decision.retry(SECOND) : Decision.fail();
        });
        HeldWork work = HeldWork.in(group, "ship");
        timer.advance(Duration.ofMillis(200));
        work.fail(error);
        timer.advance(SECOND);
        work.fail(error);
        timer.advance(SECOND);
        work.fail(error);
        assertThat(seen)
                .containsExactly("ship 1 200 no ship true", "ship 2 1200 no ship true", "ship 3 2200 no ship true");
    }

    /** A policy that retries each task twice and then ends it. */
    private static ErrorPolicy twicePerTask() {
        return new ErrorPolicy() {
            @Override
            public Decision onError(Failure failure) {
                throw new AssertionError("only the policy of a task is asked");
            }

            @Override
            public ErrorPolicy forTask() {
                AtomicInteger left = new AtomicInteger(2);
                return failure -> left.getAndDecrement() > 0 ? Decision.retry(Duration.ZERO) : Decision.fail();
            }
        };
    }

    @Test
    void aPolicyMayKeepStateForEachTask() {
        for (ErrorPolicy policy : List.of(
                twicePerTask(),
                twicePerTask().releasingPermit(),
                twicePerTask().andThen(ErrorPolicy.continueOnError()),
                ErrorPolicy.continueOnError().andThen(twicePerTask()))) {
            TaskGroup group = group(policy);
            HeldWork one = HeldWork.in(group, "one");
            HeldWork two = HeldWork.in(group, "two");
            for (int i = 0; i < 3; i++) {
                one.fail(error);
                two.fail(error);
            }
            assertThat(one.attempts()).isEqualTo(3);
            assertThat(two.attempts()).isEqualTo(3);
            assertThat(group.counts()).isEqualTo(TaskCounts.none().with(Outcome.FAILED, 2));
        }
    }

    @Test
    void aPolicyMayPassFailuresOnToAnother() {
        ErrorPolicy retry = ErrorPolicy.retry(2, Backoff.none());
        TaskGroup group = group(failure -> retry.onError(failure));
        HeldWork work = HeldWork.in(group, "ship");
        for (int i = 0; i < 3; i++) {
            work.fail(error);
        }
        assertThat(work.attempts()).isEqualTo(3);
        assertThat(errorOf(work.future())).isSameAs(error);
    }

    @Test
    void aPolicyThatThrowsLetsTheTaskFailWithItsOwnError() {
        IllegalStateException broken = new IllegalStateException("broken policy");
        TaskGroup group = group(failure -> {
            throw broken;
        });
        assertThat(errorOf(failing(group))).isSameAs(error).hasSuppressedException(broken);
        assertThatItStaysTrueAndCanShutDown(group);
    }

    @Test
    void aPolicyThatThrowsTheErrorItIsAskedAboutLetsTheTaskFailWithIt() {
        IllegalStateException thrown = new IllegalStateException("thrown back");
        TaskGroup group = group(failure -> {
            throw thrown;
        });
        assertThat(errorOf(failing(group, thrown))).isSameAs(thrown).hasNoSuppressedExceptions();
        assertThatItStaysTrueAndCanShutDown(group);
    }

    @Test
    @SuppressWarnings("NullAway")
    void aPolicyThatReturnsNullLetsTheTaskFailWithItsOwnError() {
        TaskGroup group = group(failure -> null);
        CompletableFuture<String> future = failing(group);
        assertThat(errorOf(future)).isSameAs(error);
        assertThat(error.getSuppressed())
                .singleElement()
                .satisfies(suppressed -> assertThat(suppressed)
                        .isInstanceOf(NullPointerException.class)
                        .hasMessage("the error policy returned null, not a decision"));
        assertThatItStaysTrueAndCanShutDown(group);
    }

    @Test
    @SuppressWarnings("NullAway")
    void aPolicyThatReturnsNullWithinACompositionLetsTheTaskFailToo() {
        ErrorPolicy broken = failure -> null;
        TaskGroup group = group(broken.andThen(ErrorPolicy.continueOnError()).releasingPermit());
        assertThat(errorOf(failing(group))).isSameAs(error);
        assertThatItStaysTrueAndCanShutDown(group);
    }

    @Test
    @SuppressWarnings("NullAway")
    void aPolicyWithoutAPolicyForATaskLetsItFail() {
        ErrorPolicy broken = new ErrorPolicy() {
            @Override
            public Decision onError(Failure failure) {
                return Decision.cancelGroup();
            }

            @Override
            public ErrorPolicy forTask() {
                return null;
            }
        };
        assertThat(errorOf(failing(group(broken)))).isSameAs(error);
        assertThat(error.getSuppressed())
                .singleElement()
                .satisfies(
                        suppressed -> assertThat(suppressed).hasMessage("forTask() of the error policy returned null"));
    }

    // D14
    @Test
    void aPolicyThatRetriesForEverIsHeldToTheMostAttempts() {
        TaskGroup group = DirectGroups.builder("orders")
                .timer(timer)
                .maxAttempts(5)
                .onError(failure -> Decision.retry(Duration.ZERO))
                .build();
        AtomicInteger attempts = new AtomicInteger();
        CompletableFuture<String> future = group.submit(TaskOptions.named("ship"), task -> {
            attempts.incrementAndGet();
            return CompletableFuture.failedFuture(error);
        });
        assertThat(attempts).hasValue(5);
        assertThat(errorOf(future)).isSameAs(error);
        assertThat(error.getSuppressed())
                .singleElement()
                .satisfies(suppressed -> assertThat(suppressed)
                        .hasMessage(
                                "task \"ship\" failed 5 times, as often as group \"orders\" lets it try: have its policy"
                                        + " give up, or raise maxAttempts"));
        assertThatItStaysTrueAndCanShutDown(group);
    }

    // D14
    @Test
    void attemptsAreBoundWithoutASettingAndTheBoundIsTheChildsToo() {
        ErrorPolicy forEver = failure -> Decision.resume(task -> CompletableFuture.failedFuture(error));
        TaskGroup group = group(forEver);
        AtomicInteger attempts = new AtomicInteger();
        TaskGroup child = group.childBuilder("mails")
                .onError(failure -> {
                    attempts.incrementAndGet();
                    return forEver.onError(failure);
                })
                .build();
        assertThat(errorOf(failing(group))).isSameAs(error);
        assertThat(errorOf(failing(child))).isSameAs(error);
        assertThat(attempts).hasValueGreaterThanOrEqualTo(999).hasValueLessThanOrEqualTo(1_000);
    }

    @Test
    void aPolicyThatRetriesForEverStopsWhenItsGroupIsCancelled() {
        TaskGroup group = group(failure -> Decision.retry(SECOND));
        HeldWork work = HeldWork.in(group, "ship");
        work.fail(error);
        timer.advance(SECOND);
        work.fail(error);
        group.cancel();
        assertThat(timer.pending()).isZero();
        assertThat(work.future()).isCancelled();
        assertThat(group.counts()).isEqualTo(TaskCounts.none().with(Outcome.CANCELLED, 1));
        assertThat(group.drained().isDone()).isTrue();
    }

    @Test
    void aDecisionToGoOnIsNotHeededFromAPolicyThatIsFinal() {
        TaskGroup group = group(new ErrorPolicy() {
            @Override
            public Decision onError(Failure failure) {
                return Decision.retry(Duration.ZERO);
            }

            @Override
            public boolean isTerminal() {
                return true;
            }
        });
        HeldWork work = HeldWork.in(group, "ship");
        work.fail(error);
        assertThat(work.attempts()).isEqualTo(1);
        assertThat(errorOf(work.future())).isSameAs(error);
    }

    @Test
    void aPolicyIsItsChildrensToo() {
        ErrorPolicy own = failure -> Decision.fail();
        assertThat(group(own).child("mails").policy()).isSameAs(own);
        assertThat(group(own)
                        .childBuilder("mails")
                        .onError(ErrorPolicy.cancelParentOnError())
                        .build()
                        .policy())
                .isSameAs(ErrorPolicy.cancelParentOnError());
    }

    @Test
    @SuppressWarnings("NullAway")
    void aPolicyThatHasNoneForAChildFailsTheChildAndLeavesTheParentAsItWas() {
        TaskGroup group = group(new ErrorPolicy() {
            @Override
            public Decision onError(Failure failure) {
                return Decision.fail();
            }

            @Override
            public ErrorPolicy forChild() {
                return null;
            }
        });
        assertThatNullPointerException()
                .isThrownBy(() -> group.child("mails"))
                .withMessage("forChild() of the parent's error policy returned null");
        assertThat(group.children()).isEmpty();
        assertThat(group.closeAndDrain().isDone()).isTrue();
    }

    // ---- bad input

    @Test
    void refusesNumbersThatAreNotPositiveByName() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ErrorPolicy.cancelAfterErrors(0))
                .withMessage("errors must be positive, but was 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ErrorPolicy.cancelAtErrorRate(-1, SECOND))
                .withMessageStartingWith("errors must be positive, but was -1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ErrorPolicy.cancelAtErrorRate(1, Duration.ZERO))
                .withMessage("within must be positive, but was PT0S");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ErrorPolicy.cancelAtErrorRate(1, SECOND.negated()))
                .withMessage("within must be positive, but was PT-1S");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ErrorPolicy.retry(0, Backoff.none()))
                .withMessageStartingWith("retries must be positive, but was 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ErrorPolicy.resumeWith(0, task -> CompletableFuture.completedFuture("x")))
                .withMessageStartingWith("resumptions must be positive, but was 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ErrorPolicy.resumeWithCarried(Integer.MIN_VALUE))
                .withMessageStartingWith("resumptions must be positive, but was -2147483648");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Decision.retry(SECOND.negated()))
                .withMessage("delay must not be negative, but was PT-1S");
    }

    @Test
    @SuppressWarnings("NullAway")
    void refusesNullByName() {
        assertThatNullPointerException()
                .isThrownBy(() -> ErrorPolicy.cancelOnError(null))
                .withMessage("matching must not be null");
        assertThatNullPointerException()
                .isThrownBy(() -> ErrorPolicy.cancelAtErrorRate(1, null))
                .withMessage("within must not be null");
        assertThatNullPointerException()
                .isThrownBy(() -> ErrorPolicy.retry(1, null))
                .withMessage("backoff must not be null");
        assertThatNullPointerException()
                .isThrownBy(() -> ErrorPolicy.resumeWith(1, null))
                .withMessage("continuation must not be null");
        assertThatNullPointerException()
                .isThrownBy(() -> ErrorPolicy.continueOnError().andThen(null))
                .withMessage("next must not be null");
        assertThatNullPointerException().isThrownBy(() -> Decision.retry(null)).withMessage("delay must not be null");
        assertThatNullPointerException()
                .isThrownBy(() -> Decision.resume(null))
                .withMessage("continuation must not be null");
        assertThatNullPointerException()
                .isThrownBy(() -> new ResumableException(null, task -> CompletableFuture.completedFuture("x")))
                .withMessage("cause must not be null");
        assertThatNullPointerException()
                .isThrownBy(() -> new ResumableException(error, null))
                .withMessage("continuation must not be null");
    }

    // ---- several policies in sequence

    @Test
    void aFallbackIsAskedForWhenTheRetriesBeforeItAreUsedUp() {
        AtomicInteger bodies = new AtomicInteger();
        TaskGroup group = group(ErrorPolicy.retry(3, Backoff.none())
                .andThen(ErrorPolicy.resumeWith(1, task -> CompletableFuture.completedFuture("fallback"))));
        assertThat(group.<String>submit(TaskOptions.named("ship"), task -> {
                    bodies.incrementAndGet();
                    return CompletableFuture.failedFuture(error);
                }))
                .isCompletedWithValue("fallback");
        assertThat(bodies).hasValue(4);
    }

    @Test
    void theRetriesAfterAResumptionAreAllMade() {
        AtomicInteger bodies = new AtomicInteger();
        AtomicInteger resumptions = new AtomicInteger();
        TaskGroup group = group(ErrorPolicy.resumeWith(1, task -> {
                    resumptions.incrementAndGet();
                    return CompletableFuture.failedFuture(error);
                })
                .andThen(ErrorPolicy.retry(3, Backoff.none())));
        CompletableFuture<String> future = group.submit(TaskOptions.named("ship"), task -> {
            bodies.incrementAndGet();
            return CompletableFuture.failedFuture(error);
        });
        assertThat(errorOf(future)).isSameAs(error);
        assertThat(resumptions).hasValue(1);
        assertThat(bodies).hasValue(1 + 3);
    }

    @Test
    void ofTwoResumptionsInTurnTheSecondIsAskedForWhenTheFirstHasFailed() {
        TaskGroup group = group(ErrorPolicy.resumeWith(1, task -> CompletableFuture.failedFuture(error))
                .andThen(ErrorPolicy.resumeWith(1, task -> CompletableFuture.completedFuture("second mirror"))));
        assertThat(failing(group)).isCompletedWithValue("second mirror");
    }

    @Test
    void eachTaskHasItsOwnRetries() {
        ErrorPolicy policy = ErrorPolicy.retry(2, Backoff.none());
        TaskGroup group = group(policy);
        for (int i = 0; i < 3; i++) {
            AtomicInteger bodies = new AtomicInteger();
            assertThat(group.submit(TaskOptions.named("ship"), task -> {
                        bodies.incrementAndGet();
                        return CompletableFuture.failedFuture(error);
                    }))
                    .isCompletedExceptionally();
            assertThat(bodies).hasValue(3);
        }
    }

    // ---- errors that are not retried

    @Test
    void aBrokenVirtualMachineOrProgramIsNotRetried() {
        TaskGroup group = group(ErrorPolicy.retry(3, Backoff.none()));
        for (Error broken : List.of(
                new OutOfMemoryError("heap"), new StackOverflowError(), new NoClassDefFoundError("io/shop/Ship"))) {
            AtomicInteger attempts = new AtomicInteger();
            CompletableFuture<String> future = group.submit(TaskOptions.named("ship"), task -> {
                attempts.incrementAndGet();
                throw broken;
            });
            assertThat(errorOf(future)).isSameAs(broken);
            assertThat(attempts).as(broken.toString()).hasValue(1);
        }
    }

    @Test
    void onlyWhatMatchesIsRetried() {
        TaskGroup group = group(ErrorPolicy.retry(3, Backoff.none(), IOException.class::isInstance));
        AtomicInteger attempts = new AtomicInteger();
        IllegalStateException hopeless = new IllegalStateException("no such ship");
        CompletableFuture<String> future = group.submit(TaskOptions.named("ship"), task -> {
            attempts.incrementAndGet();
            return CompletableFuture.failedFuture(task.attempt() == 1 ? error : hopeless);
        });
        assertThat(errorOf(future)).isSameAs(hopeless);
        assertThat(attempts).hasValue(2);
    }

    // ---- retained references

    @Test
    void anExceptionThatFailsManyTasksDoesNotGrowWithEach() {
        TaskGroup group = DirectGroups.builder("orders")
                .timer(timer)
                .onError(failure -> Decision.retry(Duration.ZERO))
                .maxAttempts(2)
                .build();
        for (int i = 0; i < 100; i++) {
            TaskOptions named = TaskOptions.named("ship " + i);
            assertThat(group.submit(named, task -> CompletableFuture.failedFuture(error)))
                    .isCompletedExceptionally();
        }
        assertThat(error.getSuppressed()).hasSizeBetween(1, 8);
    }

    @Test
    void theAlarmOfATaskThatFailedAtOnceIsTakenBackWhenTheTaskIsCancelled() {
        TaskGroup group = group(ErrorPolicy.retry(3, Backoff.fixed(SECOND)));
        CompletableFuture<String> future = failing(group);
        assertThat(timer.pending()).isOne();
        future.cancel(false);
        assertThat(timer.pending()).isZero();
        assertThat(group.closeAndDrain().isDone()).isTrue();
    }

    @Test
    void aTaskIsCancelledInItsBackoffThoughTheTimersRegistrationThrows() {
        TaskTimer broken = new TaskTimer() {
            @Override
            public long nanoTime() {
                return timer.nanoTime();
            }

            @Override
            public Registration schedule(Duration delay, Runnable action) {
                return () -> {
                    throw new IllegalStateException("scheduler disposed");
                };
            }
        };
        TaskGroup group = DirectGroups.builder("orders")
                .timer(broken)
                .onError(ErrorPolicy.retry(3, Backoff.fixed(SECOND)))
                .build();
        HeldWork work = HeldWork.in(group, "ship");
        work.fail(error);
        try (UncaughtFailures uncaught = new UncaughtFailures()) {
            group.cancel();
            assertThat(uncaught.seen).singleElement().isInstanceOf(IllegalStateException.class);
        }
        assertThat(work.future()).isCancelled();
        assertThat(group.closeAndDrain().isDone()).isTrue();
    }

    private TaskGroup group(ErrorPolicy policy) {
        return DirectGroups.builder("orders").timer(timer).onError(policy).build();
    }

    private TaskGroup limited(Admission admission, ErrorPolicy policy) {
        return DirectGroups.builder("orders")
                .timer(timer)
                .admission(admission)
                .onError(policy)
                .build();
    }

    private ResumableException carrying(String value) {
        return new ResumableException(error, task -> CompletableFuture.completedFuture(value));
    }

    private CompletableFuture<String> failing(TaskGroup group) {
        return failing(group, error);
    }

    private static CompletableFuture<String> failing(TaskGroup group, Throwable failure) {
        return group.submit(TaskOptions.named("ship"), task -> CompletableFuture.failedFuture(failure));
    }

    private static CompletableFuture<String> succeeding(TaskGroup group) {
        return group.submit(TaskOptions.named("ship"), task -> CompletableFuture.completedFuture("done"));
    }

    private void failIn(TaskGroup group) {
        failIn(group, error);
    }

    private static void failIn(TaskGroup group, Throwable failure) {
        assertThat(failing(group, failure)).isCompletedExceptionally();
    }

    private static void succeedIn(TaskGroup group) {
        assertThat(succeeding(group)).isCompletedWithValue("done");
    }

    private static void assertThatItStaysTrueAndCanShutDown(TaskGroup group) {
        assertThat(group.counts()).isEqualTo(TaskCounts.none().with(Outcome.FAILED, 1));
        assertThat(succeeding(group)).isCompletedWithValue("done");
        assertThat(group.shutdown(Shutdown.grace(Duration.ZERO)).join().isDrained())
                .isTrue();
    }
}
