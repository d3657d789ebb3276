// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import static io.reactivetracker.recorder.Outcomes.assertRecorded;
import static io.reactivetracker.recorder.Outcomes.failureOf;
import static io.reactivetracker.recorder.Outcomes.refusalOf;
import static io.reactivetracker.recorder.Outcomes.resultOf;
import static io.reactivetracker.recorder.RecordOptions.orJoin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.reactivetracker.Registration;
import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.TaskTimer;
import io.reactivetracker.test.ManualTimer;
import io.reactivetracker.test.UncaughtFailures;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** A store that fails at each step in each possible way, and a slow store. */
@SuppressWarnings("FutureReturnValueIgnored") // the outcome of the work is checked elsewhere
class BrokenStoreTest {

    private static final String KEY = "payment-1";

    private final IllegalStateException outage = new IllegalStateException("connection reset");
    private final IllegalStateException failure = new IllegalStateException("declined");
    private final BreakableStore store = new BreakableStore();
    private final ManualTimer clock = new ManualTimer();
    private final TaskRecorder<String> recorder = recorder();

    private TaskRecorder<String> recorder() {
        return TaskRecorder.builder(store).timer(clock).executor(Runnable::run).build();
    }

    private final HeldBody body = new HeldBody();

    /** The ways in which a store fails. */
    private enum Way {
        THROWS,
        FAILS,
        FAILS_AS_A_DEPENDENT,
        CANNOT_BE_LISTENED_TO,
        GIVES_NO_STAGE,
        GIVES_NO_ANSWER;

        @SuppressWarnings("NullAway") // a store may return null
        <T> CompletionStage<T> brokenBy(RuntimeException outage) {
            return switch (this) {
                case THROWS -> throw outage;
                case FAILS -> CompletableFuture.failedFuture(outage);
                case FAILS_AS_A_DEPENDENT -> CompletableFuture.failedFuture(new CompletionException(outage));
                case CANNOT_BE_LISTENED_TO -> new Deaf<>(outage);
                case GIVES_NO_STAGE -> null;
                case GIVES_NO_ANSWER -> CompletableFuture.completedFuture(null);
            };
        }

        boolean tells() {
            return this != GIVES_NO_STAGE && this != GIVES_NO_ANSWER;
        }
    }

    /** A stage that throws when a listener is added. */
    private static final class Deaf<T> extends CompletableFuture<T> {

        private final RuntimeException failure;

        Deaf(RuntimeException failure) {
            this.failure = failure;
        }

        @Override
        public CompletableFuture<T> whenComplete(BiConsumer<? super T, ? super Throwable> action) {
            throw failure;
        }
    }

    private Stream<DynamicTest> inEachWay(Consumer<Way> test) {
        return Stream.of(Way.values()).map(way -> DynamicTest.dynamicTest(way.name(), () -> test.accept(way)));
    }

    private void assertClear(Throwable thrown, String step, Way way) {
        assertThat(thrown)
                .isInstanceOf(RecordStoreException.class)
                .hasMessageStartingWith("the store failed at " + step);
        if (way.tells()) {
            assertThat(thrown).hasCause(outage).hasMessageEndingWith(": " + outage);
        } else {
            assertThat(thrown)
                    .hasCauseInstanceOf(NullPointerException.class)
                    .hasMessageEndingWith("the store's answer was null");
        }
    }

    @TestFactory
    Stream<DynamicTest> whatCannotBeBegunIsNotStarted() {
        return inEachWay(way -> {
            store.brokenAt = Map.of("begin", way, "beginRevoke", way);
            String task = "beginning task \"payment-1\": ";
            assertClear(failureOf(recorder.record(KEY, body)), task, way);
            assertClear(failureOf(recorder.record(KEY, orJoin(), body)), task, way);
            try (UncaughtFailures uncaught = new UncaughtFailures()) {
                assertClear(failureOf(recorder.begin(KEY, RecordOptions.defaults())), task, way);
                // The caller has the failure already, so it is not reported again.
                assertThat(uncaught.seen).isEmpty();
            }
            String revoke = "beginning to revoke task \"payment-1\": ";
            assertClear(failureOf(recorder.revoke(KEY, body)), revoke, way);
            assertClear(failureOf(recorder.beginRevoke(KEY)), revoke, way);
            assertThat(body.starts()).isZero();
        });
    }

    @TestFactory
    Stream<DynamicTest> aClockThatThrowsFailsTheStageAndNotTheCall() {
        TaskTimer broken = new TaskTimer() {
            @Override
            public Registration schedule(Duration delay, Runnable action) {
                throw outage;
            }

            @Override
            public long nanoTime() {
                throw outage;
            }
        };
        TaskRecorder<String> other = TaskRecorder.create(store, broken);
        return Map.<String, Supplier<CompletableFuture<?>>>of(
                        "record", () -> other.record(KEY, body),
                        "revoke", () -> other.revoke(KEY, body),
                        "begin", () -> other.begin(KEY, RecordOptions.defaults()),
                        "beginRevoke", () -> other.beginRevoke(KEY))
                .entrySet()
                .stream()
                .map(question -> DynamicTest.dynamicTest(question.getKey(), () -> {
                    assertThat(failureOf(question.getValue().get()))
                            .isInstanceOf(RecordStoreException.class)
                            .hasCause(outage);
                    assertThat(body.starts()).isZero();
                    assertThat(resultOf(recorder.status(KEY))).isEqualTo(TaskStatus.NOT_FOUND);
                }));
    }

    @Test
    void aTimerThatCannotRenewALeaseFailsTheStageAndGivesTheKeyBack() {
        store.lease = Duration.ofSeconds(30);
        TaskTimer broken = new TaskTimer() {
            @Override
            public Registration schedule(Duration delay, Runnable action) {
                throw outage;
            }

            @Override
            public long nanoTime() {
                return 0;
            }
        };
        assertThat(failureOf(TaskRecorder.create(store, broken).record(KEY, body)))
                .isSameAs(outage);
        assertThat(body.starts()).isZero();
        assertRecorded(resultOf(recorder.failure(KEY)), outage);
    }

    @Test
    void workThatCannotBeListenedToHasFailed() {
        assertThat(failureOf(recorder.record(KEY, attempt -> new Deaf<>(failure))))
                .isSameAs(failure);
        assertRecorded(resultOf(recorder.failure(KEY)), failure);
    }

    @TestFactory
    Stream<DynamicTest> aSuccessThatAStoreWithoutLeasesCannotRecordIsToldAsNotRecorded() {
        return inEachWay(way -> {
            store.brokenAt = Map.of("succeed", way);
            try (UncaughtFailures uncaught = new UncaughtFailures()) {
                CompletableFuture<String> run =
                        recorder.record(way.name(), attempt -> CompletableFuture.completedFuture("receipt"));
                assertNotRecorded(failureOf(run), way.name(), way);
                assertThat(uncaught.seen).isEmpty();
            }
        });
    }

    private void assertNotRecorded(Throwable thrown, String key, Way way) {
        assertThat(thrown).isInstanceOfSatisfying(SuccessNotRecordedException.class, notRecorded -> {
            assertThat(notRecorded.key()).isEqualTo(key);
            assertThat(notRecorded.fencingToken()).isPositive();
            assertThat(notRecorded).hasMessageContaining("succeeded, but the store did not confirm that");
            assertClear(
                    Objects.requireNonNull(notRecorded.getCause()), "recording the end of task \"" + key + "\": ", way);
        });
    }

    @TestFactory
    Stream<DynamicTest> aSuccessIsRecordedAgainAndAgainWhileTheLeaseIsHeld() {
        return inEachWay(way -> {
            store.lease = Duration.ofSeconds(30);
            store.brokenAt = Map.of("succeed", way);
            CompletableFuture<String> run =
                    recorder.record(way.name(), attempt -> CompletableFuture.completedFuture("receipt"));
            // Renewals are answered, so the key is held for longer than one lease.
            clock.advance(Duration.ofSeconds(100));
            assertThat(run).isNotDone();
            assertThat(resultOf(recorder.status(way.name()))).isEqualTo(TaskStatus.RUNNING);
            store.brokenAt = Map.of();
            clock.advance(Duration.ofSeconds(3));
            assertThat(run).isCompletedWithValue("receipt");
            assertThat(resultOf(recorder.status(way.name()))).isEqualTo(TaskStatus.SUCCEEDED);
            assertThat(clock.pending()).isZero();
        });
    }

    @TestFactory
    Stream<DynamicTest> aSuccessThatWasNotRecordedWhenTheLeaseIsOverIsToldAsThat() {
        return inEachWay(way -> {
            store.lease = Duration.ofSeconds(30);
            store.brokenAt = Map.of("succeed", way, "renew", way);
            CompletableFuture<String> run =
                    recorder.record(way.name(), attempt -> CompletableFuture.completedFuture("receipt"));
            clock.advance(Duration.ofSeconds(30).minusNanos(1));
            assertThat(run).isNotDone();
            clock.advance(Duration.ofNanos(1));
            assertNotRecorded(failureOf(run), way.name(), way);
            clock.advance(Duration.ofSeconds(30));
            assertThat(clock.pending()).isZero();
        });
    }

    @Test
    void aSuccessThatTheStoreNeverAnswersIsToldWhenTheLeaseIsOver() {
        store.lease = Duration.ofSeconds(30);
        store.brokenAt = Map.of("renew", Way.FAILS);
        CompletableFuture<String> run = recorder.record(KEY, body);
        store.held.get(0).answer = new CompletableFuture<>();
        body.work.complete("receipt");
        clock.advance(Duration.ofSeconds(30));
        assertThat(failureOf(run))
                .isInstanceOf(SuccessNotRecordedException.class)
                .hasRootCauseMessage("no answer while the lease was held");
        assertThat(clock.pending()).isZero();
    }

    @Test
    void anEndThatIsRefusedWhileItIsTriedAgainIsALostLease() {
        store.lease = Duration.ofSeconds(30);
        store.brokenAt = Map.of("succeed", Way.FAILS);
        CompletableFuture<String> run = recorder.record(KEY, body);
        body.work.complete("receipt");
        store.held.get(0).answer = CompletableFuture.completedFuture(false);
        clock.advance(Duration.ofSeconds(3));
        assertThat(failureOf(run)).isInstanceOf(LeaseLostException.class);
        assertThat(clock.pending()).isZero();
    }

    @Test
    void aRenewalThatIsRefusedSinceTheEndWasRecordedJustBeforeLosesNothing() {
        store.lease = Duration.ofSeconds(30);
        CompletableFuture<String> run = recorder.record(KEY, body);
        CompletableFuture<Boolean> slow = new CompletableFuture<>();
        store.held.get(0).answer = slow;
        body.work.complete("receipt");
        store.renewals = CompletableFuture.completedFuture(false);
        clock.advance(Duration.ofSeconds(10));
        assertThat(run).isNotDone();
        slow.complete(true);
        assertThat(run).isCompletedWithValue("receipt");
    }

    @Test
    void aFailureIsRecordedAgainAndAgainToo() {
        store.lease = Duration.ofSeconds(30);
        store.brokenAt = Map.of("fail", Way.FAILS);
        CompletableFuture<String> run = recorder.record(KEY, attempt -> CompletableFuture.failedFuture(failure));
        clock.advance(Duration.ofSeconds(20));
        assertThat(run).isNotDone();
        store.brokenAt = Map.of();
        clock.advance(Duration.ofSeconds(3));
        assertThat(failureOf(run)).isSameAs(failure).hasNoSuppressedExceptions();
        assertRecorded(resultOf(recorder.failure(KEY)), failure);
    }

    @Test
    void aTimerThatRefusesToTryAgainEndsTheTrying() {
        store.lease = Duration.ofSeconds(30);
        store.brokenAt = Map.of("succeed", Way.FAILS);
        TaskTimer once = new TaskTimer() {
            private int alarms;

            @Override
            public Registration schedule(Duration delay, Runnable action) {
                if (alarms++ > 0) {
                    throw failure;
                }
                return () -> {};
            }

            @Override
            public long nanoTime() {
                return 0;
            }
        };
        TaskRecorder<String> other =
                TaskRecorder.builder(store).timer(once).executor(Runnable::run).build();
        assertThat(failureOf(other.record(KEY, attempt -> CompletableFuture.completedFuture("receipt"))))
                .isInstanceOf(SuccessNotRecordedException.class)
                .satisfies(told -> assertThat(
                                Objects.requireNonNull(told.getCause()).getSuppressed())
                        .containsExactly(failure));
    }

    @TestFactory
    Stream<DynamicTest> aFailureThatCannotBeRecordedReachesItsSubscriberWithWhatTheStoreSaid() {
        return inEachWay(way -> {
            store.brokenAt = Map.of("fail", way);
            IllegalStateException own = new IllegalStateException("declined");
            assertThat(failureOf(recorder.record(way.name(), attempt -> CompletableFuture.failedFuture(own))))
                    .isSameAs(own);
            assertThat(own.getSuppressed())
                    .singleElement()
                    .satisfies(thrown -> assertClear(thrown, "recording the end of task ", way));
        });
    }

    @TestFactory
    Stream<DynamicTest> anAdapterIsToldThatTheEndCouldNotBeRecorded() {
        return inEachWay(way -> {
            store.brokenAt = Map.of("succeed", way, "fail", way);
            assertNotRecorded(failureOf(begin("s-" + way).succeed()), "s-" + way, way);
            assertClear(failureOf(begin("f-" + way).fail(failure)), "recording the end of task ", way);
        });
    }

    private RecordedTask<String> begin(String key) {
        return Objects.requireNonNull(resultOf(recorder.begin(key, RecordOptions.defaults())));
    }

    @TestFactory
    Stream<DynamicTest> aCancelIsACancelWhateverTheStoreSays() {
        return inEachWay(way -> {
            store.brokenAt = Map.of("fail", way);
            CompletableFuture<String> run = recorder.record(way.name(), new HeldBody());
            assertThat(run.cancel(true)).isTrue();
            assertThat(failureOf(run)).isInstanceOf(TaskCancelledException.class);
            assertThat(failureOf(run).getSuppressed())
                    .singleElement()
                    .satisfies(thrown -> assertClear(thrown, "recording the end of task ", way));
        });
    }

    @TestFactory
    Stream<DynamicTest> aQueryThatFailsSaysWhichAndWhy() {
        return inEachWay(way -> {
            store.brokenAt = Map.of("find", way, "keys", way, "counts", way, "forget", way);
            assertClear(failureOf(recorder.status(KEY)), "looking at task \"payment-1\": ", way);
            assertClear(failureOf(recorder.failure(KEY)), "looking at task \"payment-1\": ", way);
            assertClear(failureOf(recorder.keys(TaskStatus.RUNNING)), "listing the keys that are RUNNING: ", way);
            assertClear(failureOf(recorder.counts()), "counting: ", way);
            assertClear(failureOf(recorder.forget(KEY)), "forgetting task \"payment-1\": ", way);
        });
    }

    @TestFactory
    Stream<DynamicTest> aWaitOutlivesALookThatFails() {
        return inEachWay(way -> {
            String key = way.name();
            HeldBody held = new HeldBody();
            CompletableFuture<String> run = recorder.record(key, held);
            store.brokenAt = Map.of("find", way);
            CompletableFuture<TaskRecord> wait = recorder.whenSettled(key);
            CompletableFuture<String> joined = recorder.record(key, orJoin(), body);
            clock.advance(Duration.ofSeconds(10));
            assertThat(wait).isNotDone();
            assertThat(joined).isNotDone();
            store.brokenAt = Map.of();
            held.work.complete("receipt");
            assertThat(run).isCompleted();
            clock.advance(Duration.ofSeconds(1));
            assertThat(resultOf(wait).status()).isEqualTo(TaskStatus.SUCCEEDED);
            assertThat(joined).isCompletedWithValue(null);
            assertThat(clock.pending()).isZero();
        });
    }

    @Test
    void aLateAnswerRunsTheBodyAndTellsTheOutcomeByTheExecutor() {
        List<Runnable> queue = new ArrayList<>();
        TaskRecorder<String> other =
                TaskRecorder.builder(store).timer(clock).executor(queue::add).build();
        CompletableFuture<RecordStore.Claim> answer = new CompletableFuture<>();
        store.slowBegin = answer;
        CompletableFuture<String> run = other.record(KEY, body);
        BreakableStore.BreakableClaim claim = store.claim(KEY);
        CompletableFuture<Boolean> ended = new CompletableFuture<>();
        claim.answer = ended;
        answer.complete(claim);
        assertThat(body.starts()).isZero();
        queue.remove(0).run();
        assertThat(body.starts()).isOne();
        body.work.complete("receipt");
        ended.complete(true);
        assertThat(run).isNotDone();
        queue.remove(0).run();
        assertThat(run).isCompletedWithValue("receipt");
        assertThat(queue).isEmpty();
    }

    @Test
    void aLeaseThatIsGrantedLateIsRenewedBeforeTheExecutorHasAThreadForTheBody() {
        List<Runnable> queue = new ArrayList<>();
        TaskRecorder<String> other =
                TaskRecorder.builder(store).timer(clock).executor(queue::add).build();
        store.lease = Duration.ofSeconds(30);
        CompletableFuture<RecordStore.Claim> answer = new CompletableFuture<>();
        store.slowBegin = answer;
        other.record(KEY, body);
        answer.complete(store.claim(KEY));
        assertThat(clock.pending()).isOne();
        clock.advance(Duration.ofMinutes(5));
        queue.remove(0).run();
        assertThat(body.attempt().cancellationToken().isCancelled()).isFalse();
    }

    @Test
    void theTokenOfALostLeaseIsCancelledByTheExecutor() {
        List<Runnable> queue = new ArrayList<>();
        TaskRecorder<String> other =
                TaskRecorder.builder(store).timer(clock).executor(queue::add).build();
        store.lease = Duration.ofSeconds(30);
        store.brokenAt = Map.of("renew", Way.FAILS);
        other.record(KEY, body);
        clock.advance(Duration.ofSeconds(30));
        assertThat(body.attempt().cancellationToken().isCancelled()).isFalse();
        queue.remove(0).run();
        assertThat(body.attempt().cancellationToken().cause()).isInstanceOf(LeaseLostException.class);
    }

    @Test
    void aBodyThatTheExecutorRefusesFailsItsTask() {
        TaskRecorder<String> other = TaskRecorder.builder(store)
                .timer(clock)
                .executor(refused -> {
                    throw failure;
                })
                .build();
        CompletableFuture<RecordStore.Claim> answer = new CompletableFuture<>();
        store.slowBegin = answer;
        CompletableFuture<String> run = other.record(KEY, body);
        answer.complete(store.claim(KEY));
        assertThat(failureOf(run)).isSameAs(failure);
        assertThat(body.starts()).isZero();
        assertRecorded(resultOf(store.memory.find(KEY).toCompletableFuture()).failure(), failure);
    }

    @Test
    void messagesAreRedactedBeforeTheyAreRecorded() {
        TaskRecorder<String> other = TaskRecorder.builder(store)
                .timer(clock)
                .redactMessages(message -> message.replaceAll("\\d+", "#"))
                .build();
        IllegalStateException secret = new IllegalStateException("card 4111", new IllegalStateException("pin 1234"));
        assertThat(failureOf(other.record(KEY, attempt -> CompletableFuture.failedFuture(secret))))
                .isSameAs(secret)
                .hasMessage("card 4111");
        assertThat(resultOf(other.failure(KEY)))
                .isInstanceOfSatisfying(
                        RecordedFailureException.class,
                        kept -> assertThat(kept.failureMessage()).isEqualTo("card #"))
                .hasNoCause();
        CompletableFuture<String> cancelled = other.record(KEY, body);
        body.attempt().cancellationToken().cancel(secret);
        assertThat(failureOf(cancelled)).hasCause(secret);
        assertThat(resultOf(other.failure(KEY)))
                .isInstanceOf(TaskCancelledException.class)
                .hasMessageContaining("card #")
                .hasMessageNotContaining("4111");
    }

    @Test
    void aMessageThatCannotBeRedactedIsNotRecorded() {
        TaskRecorder<String> other = TaskRecorder.builder(RecordStore.<String>inMemory())
                .redactMessages(message -> {
                    throw new UnsupportedOperationException(message);
                })
                .build();
        other.record(KEY, attempt -> CompletableFuture.failedFuture(failure));
        assertThat(resultOf(other.failure(KEY)))
                .hasMessageContaining("its message could not be read: java.lang.UnsupportedOperationException")
                .hasMessageNotContaining("declined");
    }

    @Test
    void aWaitThatCannotBeMadeFails() {
        store.brokenWait = true;
        assertThat(failureOf(recorder.whenSettled(KEY)))
                .isInstanceOf(RecordStoreException.class)
                .hasMessageStartingWith("the store failed at waiting for the end of task \"payment-1\": ")
                .hasCause(outage);
        recorder.record(KEY, body);
        assertThat(failureOf(recorder.record(KEY, orJoin(), body))).hasCause(outage);
    }

    @Test
    void aStoreThatSaysNoReachesItsSubscriberAsALostLease() {
        CompletableFuture<String> run = recorder.record(KEY, body);
        store.held.get(0).answer = CompletableFuture.completedFuture(false);
        body.work.complete("receipt");
        assertThat(failureOf(run)).isInstanceOf(LeaseLostException.class).hasNoCause();
    }

    @Test
    void whoIsCancelledWhileTheStoreStillThinksGivesTheKeyBack() {
        CompletableFuture<RecordStore.Claim> answer = new CompletableFuture<>();
        store.slowBegin = answer;
        CompletableFuture<String> run = recorder.record(KEY, body);
        assertThat(run.cancel(true)).isTrue();
        assertThat(failureOf(run)).isInstanceOf(TaskCancelledException.class);
        assertThat(resultOf(recorder.status(KEY))).isEqualTo(TaskStatus.NOT_FOUND);
        answer.complete(store.memory.begin(KEY).toCompletableFuture().join());
        assertThat(body.starts()).isZero();
        assertThat(resultOf(recorder.failure(KEY))).isInstanceOf(TaskCancelledException.class);
    }

    @Test
    void anAdapterThatTakesItsWishBackWhileTheStoreStillThinksGivesTheKeyBack() {
        CompletableFuture<RecordStore.Claim> answer = new CompletableFuture<>();
        store.slowBegin = answer;
        CompletableFuture<RecordedTask<String>> wish = recorder.begin(KEY, RecordOptions.defaults());
        assertThat(wish.cancel(true)).isTrue();
        answer.complete(store.memory.begin(KEY).toCompletableFuture().join());
        assertThat(resultOf(recorder.failure(KEY))).isInstanceOf(TaskCancelledException.class);

        resultOf(store.memory.begin(KEY).toCompletableFuture()).succeed();
        CompletableFuture<RecordStore.Claim> another = new CompletableFuture<>();
        store.slowBegin = another;
        assertThat(recorder.beginRevoke(KEY).cancel(true)).isTrue();
        RecordStore.Claim claim =
                store.memory.beginRevoke(KEY).toCompletableFuture().join();
        assertThat(resultOf(recorder.status(KEY))).isEqualTo(TaskStatus.REVOKING);
        another.complete(claim);
        assertThat(resultOf(recorder.status(KEY))).isEqualTo(TaskStatus.SUCCEEDED);
    }

    /** The recorder's queries on a key, by name. */
    private Map<String, Supplier<CompletableFuture<?>>> questions() {
        return Map.of(
                "record", () -> recorder.record(KEY, body),
                "record or join", () -> recorder.record(KEY, orJoin(), body),
                "revoke", () -> recorder.revoke(KEY, body),
                "begin", () -> recorder.begin(KEY, RecordOptions.defaults()),
                "begin or join", () -> recorder.begin(KEY, orJoin()),
                "beginRevoke", () -> recorder.beginRevoke(KEY));
    }

    private Stream<DynamicTest> ofEachQuestion(Consumer<Supplier<CompletableFuture<?>>> test) {
        return questions().entrySet().stream()
                .map(question -> DynamicTest.dynamicTest(question.getKey(), () -> test.accept(question.getValue())));
    }

    /** Returns the uncaught failures if the store answers after the query was cancelled. */
    private List<Throwable> uncaughtAfterCancel(
            Supplier<CompletableFuture<?>> question, Consumer<CompletableFuture<RecordStore.Claim>> late) {
        CompletableFuture<RecordStore.Claim> answer = new CompletableFuture<>();
        store.slowBegin = answer;
        try (UncaughtFailures uncaught = new UncaughtFailures()) {
            assertThat(question.get().cancel(true)).isTrue();
            late.accept(answer);
            return uncaught.seen;
        }
    }

    @TestFactory
    Stream<DynamicTest> whatTheStoreFailsWithAfterACancelIsNotLost() {
        return ofEachQuestion(question -> {
            assertThat(uncaughtAfterCancel(question, answer -> answer.completeExceptionally(outage)))
                    .singleElement()
                    .satisfies(thrown -> assertThat(thrown)
                            .isInstanceOf(RecordStoreException.class)
                            .hasMessageContaining(KEY)
                            .hasCause(outage));
            store.lease = Duration.ZERO;
            assertThat(uncaughtAfterCancel(question, answer -> answer.complete(store.claim("leased"))))
                    .singleElement()
                    .satisfies(thrown -> assertThat(thrown).hasMessageContaining("PT0S"));
            store.lease = null;
            assertThat(resultOf(recorder.forget("leased"))).isTrue();
        });
    }

    @TestFactory
    Stream<DynamicTest> thatAKeyCouldNotBeGivenBackIsNotLost() {
        return ofEachQuestion(question -> {
            store.brokenAt = Map.of("fail", Way.FAILS);
            assertThat(uncaughtAfterCancel(question, answer -> answer.complete(store.claim("kept " + question))))
                    .singleElement()
                    .satisfies(thrown -> assertClear(thrown, "recording the end of task ", Way.FAILS));
        });
    }

    @TestFactory
    Stream<DynamicTest> aRefusalThatComesAfterACancelMakesNoDifference() {
        return ofEachQuestion(question -> {
            for (Throwable refusal : List.of(
                    new TaskAlreadyRecordedException(KEY, TaskStatus.REVOKING),
                    new TaskAlreadyRecordedException(KEY, TaskStatus.RUNNING),
                    new TaskAlreadyRecordedException(KEY, TaskStatus.SUCCEEDED),
                    new TaskNotSucceededException(KEY, TaskStatus.FAILED))) {
                assertThat(uncaughtAfterCancel(question, answer -> answer.completeExceptionally(refusal)))
                        .isEmpty();
            }
        });
    }

    @Test
    void oneThatHasLeftTheTaskItJoinedIsToldNothingAndNobodyElseIs() {
        recorder.record(KEY, body);
        try (UncaughtFailures uncaught = new UncaughtFailures()) {
            assertThat(recorder.begin(KEY, orJoin()).cancel(true)).isTrue();
            assertThat(recorder.record(KEY, orJoin(), body).cancel(true)).isTrue();
            body.work.completeExceptionally(failure);
            assertThat(uncaught.seen).isEmpty();
        }
    }

    /** An execution of work that never ends, with its own hook for dropped errors. */
    private static final class HookedExecution extends RecordedExecution<String> {

        private final Consumer<Throwable> hook;

        HookedExecution(ClaimRequest<String> request, Consumer<Throwable> hook) {
            super(request);
            this.hook = hook;
        }

        /** Starts the execution; cancelling the future cancels it. */
        CompletableFuture<?> start() {
            sendRequest();
            return new CompletableFuture<>() {
                @Override
                public boolean cancel(boolean mayInterrupt) {
                    cancelExecution();
                    return true;
                }
            };
        }

        @Override
        protected void startWork(RecordedTask<String> begun) {}

        @Override
        protected void cancelWork() {}

        @Override
        protected void emitComplete() {}

        @Override
        protected void emitError(Throwable error) {}

        @Override
        protected void drop(Throwable error) {
            hook.accept(error);
        }
    }

    @Test
    void anAdapterHasItsOwnHookForDroppedErrors() {
        List<Throwable> dropped = new ArrayList<>();
        for (ClaimRequest<String> request : List.of(
                ClaimRequest.task(recorder, KEY, RecordOptions.defaults()), ClaimRequest.revoke(recorder, KEY))) {
            Supplier<CompletableFuture<?>> question = () -> new HookedExecution(request, dropped::add).start();
            assertThat(uncaughtAfterCancel(question, answer -> answer.completeExceptionally(outage)))
                    .isEmpty();
            assertThat(dropped)
                    .singleElement()
                    .satisfies(thrown -> assertThat(thrown)
                            .isInstanceOf(RecordStoreException.class)
                            .hasCause(outage));
            dropped.clear();
        }
        IllegalStateException another = new IllegalStateException("of the hook");
        ClaimRequest<String> request = ClaimRequest.task(recorder, KEY, RecordOptions.defaults());
        Supplier<CompletableFuture<?>> careless = () -> new HookedExecution(request, thrown -> {
                    throw another;
                })
                .start();
        assertThat(uncaughtAfterCancel(careless, answer -> answer.completeExceptionally(outage)))
                .containsExactly(another);
    }

    @Test
    void aFailureThatComesAfterATimeoutOfTheFutureIsNotLost() {
        Supplier<CompletableFuture<?>> impatient = () -> {
            CompletableFuture<String> run = recorder.record(KEY, body);
            run.completeExceptionally(failure);
            return new CompletableFuture<>();
        };
        assertThat(uncaughtAfterCancel(impatient, answer -> answer.completeExceptionally(outage)))
                .singleElement()
                .isInstanceOf(RecordStoreException.class);
    }

    @Test
    void aRefusalThatComesLateIsToldLate() {
        CompletableFuture<RecordStore.Claim> answer = new CompletableFuture<>();
        store.slowBegin = answer;
        CompletableFuture<String> run = recorder.record(KEY, body);
        assertThat(run).isNotDone();
        answer.completeExceptionally(
                new CompletionException(new TaskAlreadyRecordedException(KEY, TaskStatus.RUNNING)));
        assertThat(refusalOf(run)).isEqualTo(TaskStatus.RUNNING);
        assertThat(body.starts()).isZero();
    }

    @Test
    void whatBeganLateRunsAndEnds() {
        CompletableFuture<RecordStore.Claim> answer = new CompletableFuture<>();
        store.slowBegin = answer;
        CompletableFuture<String> run = recorder.record(KEY, body);
        answer.complete(store.memory.begin(KEY).toCompletableFuture().join());
        assertThat(body.starts()).isOne();
        body.work.complete("receipt");
        assertThat(run).isCompletedWithValue("receipt");
        assertThat(resultOf(recorder.status(KEY))).isEqualTo(TaskStatus.SUCCEEDED);
    }

    @Test
    void theOutcomeIsToldWhenTheStoreHasTakenIt() {
        CompletableFuture<String> run = recorder.record(KEY, body);
        CompletableFuture<Boolean> slow = new CompletableFuture<>();
        store.held.get(0).answer = slow;
        body.work.complete("receipt");
        assertThat(run).isNotDone();
        // The outcome is decided, so it is too late to cancel.
        assertThat(run.cancel(true)).isFalse();
        slow.complete(true);
        assertThat(run).isCompletedWithValue("receipt");
    }

    @Test
    void theOutcomeIsToldWhenASlowStoreHasFailed() {
        CompletableFuture<String> run = recorder.record(KEY, body);
        CompletableFuture<Boolean> slow = new CompletableFuture<>();
        store.held.get(0).answer = slow;
        body.work.complete("receipt");
        assertThat(run).isNotDone();
        slow.completeExceptionally(outage);
        assertThat(failureOf(run))
                .isInstanceOf(SuccessNotRecordedException.class)
                .hasRootCause(outage);
    }

    @Test
    void aPollIntervalThatIsNoneIsRefused() {
        store.interval = Duration.ZERO;
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TaskRecorder.create(store))
                .withMessage("the store's poll interval must be positive, but was PT0S");
    }

    @Test
    void aLeaseThatIsNoneIsRefusedAndGivenBack() {
        store.lease = Duration.ZERO;
        assertThat(failureOf(recorder.record(KEY, body)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the lease that the store gave must be positive, but was PT0S");
        assertThat(body.starts()).isZero();
        assertThat(resultOf(recorder.status(KEY))).isEqualTo(TaskStatus.FAILED);
    }

    @Test
    void aLeaseFromAStoreThatSaidItGivesNoneIsRefusedAndGivenBack() {
        store.interval = null;
        store.lease = Duration.ofSeconds(30);
        TaskRecorder<String> other = TaskRecorder.create(store, new ManualTimer());
        assertThat(failureOf(other.record(KEY, body)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("the store gave a lease, but has no poll interval");
        assertThat(resultOf(other.status(KEY))).isEqualTo(TaskStatus.FAILED);
    }

    @Test
    void aKeyThatCannotEvenBeGivenBackIsToldOf() {
        store.lease = Duration.ZERO;
        store.brokenAt = Map.of("fail", Way.FAILS);
        Throwable thrown = failureOf(recorder.record(KEY, body));
        assertThat(thrown).isInstanceOf(IllegalArgumentException.class);
        assertThat(thrown.getSuppressed())
                .singleElement()
                .satisfies(another -> assertClear(another, "giving up task \"payment-1\": ", Way.FAILS));
    }

    @Test
    void anAnswerInMemoryCannotBeChanged() {
        RecordStore.Claim claim =
                RecordStore.<String>inMemory().begin(KEY).toCompletableFuture().join();
        claim.succeed().toCompletableFuture().obtrudeValue(false);
        assertThat(resultOf(claim.renew().toCompletableFuture())).isFalse();
        assertThat(resultOf(claim.fail(failure).toCompletableFuture())).isFalse();
        claim = RecordStore.<String>inMemory().begin(KEY).toCompletableFuture().join();
        assertThat(resultOf(claim.succeed().toCompletableFuture())).isTrue();
    }

    @Test
    void aMinimalStageIsAStageLikeAnyOther() {
        assertThat(recorder.record(KEY, attempt -> CompletableFuture.completedStage("done")))
                .isCompletedWithValue("done");
        assertThat(failureOf(recorder.record("other", attempt -> CompletableFuture.failedStage(failure))))
                .isSameAs(failure);
        CompletableFuture<String> late = new CompletableFuture<>();
        CompletableFuture<String> run = recorder.record("late", attempt -> late.minimalCompletionStage());
        assertThat(run).isNotDone();
        late.complete("late");
        assertThat(run).isCompletedWithValue("late");
        store.slowBegin = CompletableFuture.completedStage(store.claim("granted"));
        assertThat(recorder.record("granted", attempt -> CompletableFuture.completedFuture("done")))
                .isCompletedWithValue("done");
    }

    /** An in-memory store that fails where a test breaks it. */
    private final class BreakableStore implements RecordStore<String> {

        private final RecordStore<String> memory = RecordStore.inMemory();
        private final List<BreakableClaim> held = new ArrayList<>();
        private Map<String, Way> brokenAt = Map.of();
        private boolean brokenWait;
        private @Nullable Duration interval = Duration.ofSeconds(1);
        private @Nullable Duration lease;
        private @Nullable CompletionStage<? extends Claim> slowBegin;
        private @Nullable CompletionStage<Boolean> renewals;

        private <T> CompletionStage<T> at(String step, Supplier<CompletionStage<T>> whole) {
            Way way = brokenAt.get(step);
            return way == null ? whole.get() : way.brokenBy(outage);
        }

        private CompletionStage<Claim> holding(
                String step, String key, Function<String, CompletionStage<? extends Claim>> begin) {
            return at(
                    step,
                    () -> begin.apply(key).thenApply(claim -> {
                        BreakableClaim breakable = new BreakableClaim(claim);
                        held.add(breakable);
                        return breakable;
                    }));
        }

        /** Returns a claim on a key that is held from now on. */
        BreakableClaim claim(String key) {
            return new BreakableClaim(memory.begin(key).toCompletableFuture().join());
        }

        @Override
        public CompletionStage<? extends Claim> begin(String key) {
            return slowBegin == null ? holding("begin", key, memory::begin) : slowBegin;
        }

        @Override
        public CompletionStage<? extends Claim> beginRevoke(String key) {
            return slowBegin == null ? holding("beginRevoke", key, memory::beginRevoke) : slowBegin;
        }

        @Override
        public CompletionStage<TaskRecord> find(String key) {
            return at("find", () -> memory.find(key));
        }

        @Override
        public CompletionStage<List<String>> keys(TaskStatus status) {
            return at("keys", () -> memory.keys(status));
        }

        @Override
        public CompletionStage<Map<TaskStatus, Long>> counts() {
            return at("counts", memory::counts);
        }

        @Override
        public CompletionStage<Boolean> forget(String key) {
            return at("forget", () -> memory.forget(key));
        }

        @Override
        public Registration onSettled(String key, Consumer<? super TaskRecord> action) {
            if (brokenWait) {
                throw outage;
            }
            return RecordStore.super.onSettled(key, action);
        }

        @Override
        public @Nullable Duration pollInterval() {
            return interval;
        }

        private final class BreakableClaim implements Claim {

            private final Claim whole;
            private @Nullable CompletionStage<Boolean> answer;

            BreakableClaim(Claim whole) {
                this.whole = whole;
            }

            @Override
            public long fencingToken() {
                return whole.fencingToken();
            }

            @Override
            public @Nullable Duration lease() {
                return lease;
            }

            @Override
            public CompletionStage<Boolean> succeed() {
                return answer == null ? at("succeed", whole::succeed) : answer;
            }

            @Override
            public CompletionStage<Boolean> fail(Throwable failed) {
                return answer == null ? at("fail", () -> whole.fail(failed)) : answer;
            }

            @Override
            public CompletionStage<Boolean> renew() {
                return renewals == null ? at("renew", whole::renew) : renewals;
            }
        }
    }
}
