// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.recorder.Attempt;
import io.reactivetracker.recorder.RecordOptions;
import io.reactivetracker.recorder.RecordStore;
import io.reactivetracker.recorder.RecordStore.Claim;
import io.reactivetracker.recorder.Retention;
import io.reactivetracker.recorder.TaskAlreadyRecordedException;
import io.reactivetracker.recorder.TaskNotSucceededException;
import io.reactivetracker.recorder.TaskRecorder;
import io.reactivetracker.recorder.TaskStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** What every store does alike, whether it is asked itself or through a recorder. */
abstract class RecordStoreContract {

    /** A store of nothing yet. */
    abstract RecordStore<String> store(Retention retention);

    private RecordStore<String> store() {
        return store(Retention.forever());
    }

    static <T> T get(CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
    }

    private static TaskStatus status(RecordStore<String> store, String key) {
        return get(store.find(key)).status();
    }

    @Test
    void leadsAKeyFromBeginToSuccessAndThroughARevokeBack() {
        RecordStore<String> store = store();
        assertThat(status(store, "a")).isEqualTo(TaskStatus.NOT_FOUND);

        Claim claim = get(store.begin("a"));
        assertThat(status(store, "a")).isEqualTo(TaskStatus.RUNNING);
        assertThat(get(claim.renew())).isTrue();
        assertThat(get(claim.succeed())).isTrue();
        assertThat(status(store, "a")).isEqualTo(TaskStatus.SUCCEEDED);

        Claim revoke = get(store.beginRevoke("a"));
        assertThat(status(store, "a")).isEqualTo(TaskStatus.REVOKING);
        assertThat(get(revoke.renew())).isTrue();
        assertThat(get(revoke.fail(new IllegalStateException("no")))).isTrue();
        assertThat(status(store, "a")).isEqualTo(TaskStatus.SUCCEEDED);

        assertThat(get(get(store.beginRevoke("a")).succeed())).isTrue();
        assertThat(status(store, "a")).isEqualTo(TaskStatus.NOT_FOUND);
    }

    @Test
    void beginsAgainAfterAFailureAndTellsWhyItFailed() {
        RecordStore<String> store = store();
        assertThat(get(get(store.begin("a")).fail(new IllegalStateException("no money"))))
                .isTrue();

        assertThat(get(store.find("a")).status()).isEqualTo(TaskStatus.FAILED);
        assertThat(get(store.find("a")).failure()).hasMessageContaining("no money");
        get(store.begin("a"));
        assertThat(get(store.find("a")).failure()).isNull();
    }

    @Test
    void refusesToBeginWhatRunsSucceededOrIsRevoked() {
        RecordStore<String> store = store();
        Claim claim = get(store.begin("a"));
        assertRefused(store, TaskStatus.RUNNING);
        get(claim.succeed());
        assertRefused(store, TaskStatus.SUCCEEDED);
        get(store.beginRevoke("a"));
        assertRefused(store, TaskStatus.REVOKING);
    }

    private static void assertRefused(RecordStore<String> store, TaskStatus status) {
        assertThatThrownBy(() -> get(store.begin("a")))
                .cause()
                .isInstanceOfSatisfying(
                        TaskAlreadyRecordedException.class,
                        refusal -> assertThat(refusal.status()).isEqualTo(status));
        assertThat(status(store, "a")).isEqualTo(status);
    }

    @Test
    void refusesToRevokeWhatHasNotSucceeded() {
        RecordStore<String> store = store();
        assertRevokeRefused(store, TaskStatus.NOT_FOUND);
        Claim claim = get(store.begin("a"));
        assertRevokeRefused(store, TaskStatus.RUNNING);
        get(claim.fail(new IllegalStateException()));
        assertRevokeRefused(store, TaskStatus.FAILED);
        get(get(store.begin("a")).succeed());
        get(store.beginRevoke("a"));
        assertRevokeRefused(store, TaskStatus.REVOKING);
    }

    private static void assertRevokeRefused(RecordStore<String> store, TaskStatus status) {
        assertThatThrownBy(() -> get(store.beginRevoke("a")))
                .cause()
                .isInstanceOfSatisfying(
                        TaskNotSucceededException.class,
                        refusal -> assertThat(refusal.status()).isEqualTo(status));
        assertThat(status(store, "a")).isEqualTo(status);
    }

    @Test
    void numbersEachClaimOnAKeyHigherThanAllBefore() {
        RecordStore<String> store = store();
        List<Long> fences = new ArrayList<>();
        for (int round = 0; round < 3; round++) {
            Claim failed = get(store.begin("a"));
            get(failed.fail(new IllegalStateException()));
            Claim succeeded = get(store.begin("a"));
            get(succeeded.succeed());
            Claim revoke = get(store.beginRevoke("a"));
            get(revoke.succeed());
            Claim forgotten = get(store.begin("a"));
            get(forgotten.succeed());
            assertThat(get(store.forget("a"))).isTrue();
            fences.addAll(List.of(failed.fence(), succeeded.fence(), revoke.fence(), forgotten.fence()));
        }
        assertThat(fences)
                .isSorted()
                .doesNotHaveDuplicates()
                .allSatisfy(fence -> assertThat(fence).isPositive());
    }

    @Test
    void forgetsOnlyWhatIsSettled() {
        RecordStore<String> store = store();
        assertThat(get(store.forget("a"))).isFalse();
        Claim claim = get(store.begin("a"));
        assertThat(get(store.forget("a"))).isFalse();
        get(claim.fail(new IllegalStateException()));
        assertThat(get(store.forget("a"))).isTrue();
        assertThat(status(store, "a")).isEqualTo(TaskStatus.NOT_FOUND);

        get(get(store.begin("a")).succeed());
        get(store.beginRevoke("a"));
        assertThat(get(store.forget("a"))).isFalse();
        assertThat(status(store, "a")).isEqualTo(TaskStatus.REVOKING);
    }

    @Test
    void listsAndCountsTheKeysOfEachStatus() {
        RecordStore<String> store = store();
        get(store.begin("running"));
        get(get(store.begin("failed")).fail(new IllegalStateException()));
        get(get(store.begin("succeeded")).succeed());
        get(get(store.begin("revoking")).succeed());
        get(store.beginRevoke("revoking"));
        get(get(store.begin("forgotten")).succeed());
        get(store.forget("forgotten"));

        assertThat(get(store.keys(TaskStatus.RUNNING))).containsExactly("running");
        assertThat(get(store.keys(TaskStatus.FAILED))).containsExactly("failed");
        assertThat(get(store.keys(TaskStatus.SUCCEEDED))).containsExactly("succeeded");
        assertThat(get(store.keys(TaskStatus.REVOKING))).containsExactly("revoking");
        assertThat(get(store.counts()))
                .isEqualTo(Map.of(
                        TaskStatus.RUNNING, 1L,
                        TaskStatus.FAILED, 1L,
                        TaskStatus.SUCCEEDED, 1L,
                        TaskStatus.REVOKING, 1L));
    }

    @Test
    void countsNothingAsZero() {
        RecordStore<String> store = store();
        assertThat(get(store.counts()))
                .isEqualTo(Map.of(
                        TaskStatus.RUNNING, 0L,
                        TaskStatus.FAILED, 0L,
                        TaskStatus.SUCCEEDED, 0L,
                        TaskStatus.REVOKING, 0L));
        assertThat(get(store.keys(TaskStatus.FAILED))).isEmpty();
    }

    @Test
    void listsMoreKeysThanOnePageHas() {
        RecordStore<String> store = store();
        List<CompletableFuture<Boolean>> settled = IntStream.range(0, 2500)
                .mapToObj(number ->
                        store.begin("key " + number).toCompletableFuture().thenCompose(Claim::succeed))
                .toList();
        settled.forEach(CompletableFuture::join);

        assertThat(get(store.keys(TaskStatus.SUCCEEDED)))
                .hasSize(2500)
                .doesNotHaveDuplicates()
                .contains("key 0", "key 2499");
        assertThat(get(store.counts())).containsEntry(TaskStatus.SUCCEEDED, 2500L);
    }

    @Test
    void keepsTheNumberOfSettledRecordsThatItIsTo() {
        RecordStore<String> store = store(Retention.ofNumber(3));
        get(store.begin("running"));
        for (int i = 0; i < 10; i++) {
            Claim claim = get(store.begin("key " + i));
            get(i % 2 == 0 ? claim.succeed() : claim.fail(new IllegalStateException()));
        }
        assertThat(get(store.keys(TaskStatus.FAILED))).containsExactlyInAnyOrder("key 5", "key 7", "key 9");
        assertThat(get(store.keys(TaskStatus.SUCCEEDED))).containsExactlyInAnyOrder("key 4", "key 6", "key 8");
        assertThat(status(store, "key 2")).isEqualTo(TaskStatus.NOT_FOUND);
        assertThat(status(store, "running")).isEqualTo(TaskStatus.RUNNING);
    }

    @Test
    void keepsASuccessHoweverManyKeysFailAfterIt() {
        RecordStore<String> store = store(Retention.ofNumber(10));
        get(get(store.begin("paid")).succeed());
        for (int i = 0; i < 50; i++) {
            get(get(store.begin("key " + i)).fail(new IllegalStateException("no such account")));
        }
        assertThat(status(store, "paid")).isEqualTo(TaskStatus.SUCCEEDED);
        assertThat(get(store.counts())).containsEntry(TaskStatus.FAILED, 10L);
    }

    @Test
    void answersAnEndThatIsAskedForTwiceAsItDidOnce() {
        RecordStore<String> store = store();
        Claim claim = get(store.begin("a"));
        assertThat(get(claim.succeed())).isTrue();
        assertThat(get(claim.fail(new IllegalStateException()))).isFalse();
        assertThat(status(store, "a")).isEqualTo(TaskStatus.SUCCEEDED);
    }

    @Test
    void renewsManyClaimsAtOnceAndTellsWhichAreLost() {
        RecordStore<String> store = store();
        List<Claim> claims = new ArrayList<>();
        for (int i = 0; i < 2_500; i++) {
            claims.add(get(store.begin("key " + i)));
        }
        get(claims.get(7).succeed());
        get(claims.get(1_234).fail(new IllegalStateException()));
        List<? extends CompletionStage<Boolean>> renewed = store.renewAll(claims);
        assertThat(renewed).hasSameSizeAs(claims);
        for (int i = 0; i < claims.size(); i++) {
            assertThat(get(renewed.get(i))).as("claim %d", i).isEqualTo(i != 7 && i != 1_234);
        }
        assertThat(store.renewAll(List.of())).isEmpty();
    }

    @Test
    void hasKeysOfAnyCharacters() {
        RecordStore<String> store = store();
        List<String> keys = List.of("", " ", "\0", "a\nb", "a b", "{x}", "ключ", "🔑", "%s", "'\"\\", "x".repeat(4096));
        keys.forEach(key -> get(get(store.begin(key)).succeed()));
        assertThat(get(store.keys(TaskStatus.SUCCEEDED))).containsExactlyInAnyOrderElementsOf(keys);
        assertThat(keys).allSatisfy(key -> assertThat(status(store, key)).isEqualTo(TaskStatus.SUCCEEDED));
    }

    @Test
    void refusesNullAtTheCall() {
        RecordStore<String> store = store();
        assertThatThrownBy(() -> store.begin(nothing())).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> store.beginRevoke(nothing())).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> store.find(nothing())).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> store.forget(nothing())).isInstanceOf(NullPointerException.class);
    }

    @SuppressWarnings("NullAway") // on purpose
    private static String nothing() {
        return null;
    }

    @Test
    void keepsASuccessThatIsBegunAgain() {
        // R1: the key read Working for ever after a relaunch of what had succeeded, and could not be revoked any more.
        TaskRecorder<String> recorder = TaskRecorder.create(store());
        recorder.record("a", attempt -> done()).join();
        assertThatThrownBy(() -> recorder.record("a", attempt -> done()).join())
                .hasCauseInstanceOf(TaskAlreadyRecordedException.class);
        assertThat(recorder.status("a").join()).isEqualTo(TaskStatus.SUCCEEDED);
        recorder.revoke("a", attempt -> done()).join();
        recorder.record("a", attempt -> done()).join();
        assertThat(recorder.status("a").join()).isEqualTo(TaskStatus.SUCCEEDED);
    }

    @Test
    void canRevokeAfterARevokeWasRefused() {
        // R2: the refused revoke left the key Revoking for ever.
        TaskRecorder<String> recorder = TaskRecorder.create(store());
        assertThatThrownBy(() -> recorder.revoke("a", attempt -> done()).join())
                .hasCauseInstanceOf(TaskNotSucceededException.class);
        recorder.record("a", attempt -> done()).join();
        recorder.revoke("a", attempt -> done()).join();
        assertThat(recorder.status("a").join()).isEqualTo(TaskStatus.NOT_FOUND);
    }

    @Test
    void endsWhatThrewOrWasCancelled() {
        // R3: what panicked or was dropped stayed Working for ever.
        TaskRecorder<String> recorder = TaskRecorder.create(store());
        assertThatThrownBy(() -> recorder.record("thrown", attempt -> {
                            throw new IllegalStateException("thrown");
                        })
                        .join())
                .hasRootCauseMessage("thrown");
        assertThat(recorder.status("thrown").join()).isEqualTo(TaskStatus.FAILED);

        CompletableFuture<Attempt<String>> begun = new CompletableFuture<>();
        CompletableFuture<String> cancelled = recorder.record("cancelled", attempt -> {
            begun.complete(attempt);
            return new CompletableFuture<>();
        });
        CompletableFuture.anyOf(begun, cancelled).join();
        cancelled.cancel(true);
        Awaitility.await().until(() -> recorder.status("cancelled").join(), status -> status == TaskStatus.FAILED);
        assertThat(recorder.failure("cancelled").join()).isInstanceOf(TaskCancelledException.class);
        recorder.record("cancelled", attempt -> done()).join();

        recorder.record("revoked", attempt -> done()).join();
        assertThatThrownBy(() -> recorder.revoke("revoked", attempt -> {
                            throw new IllegalStateException("thrown");
                        })
                        .join())
                .hasRootCauseMessage("thrown");
        assertThat(recorder.status("revoked").join()).isEqualTo(TaskStatus.SUCCEEDED);
    }

    @Test
    void neverLosesSightOfATaskThatIsRevokedAndBegunAtOnce() {
        // R4: a launch beside a revoke ran while the key read NotFound.
        TaskRecorder<String> recorder = TaskRecorder.create(store());
        AtomicInteger blind = new AtomicInteger();
        for (int round = 0; round < 100; round++) {
            String key = "round " + round;
            recorder.record(key, attempt -> done()).join();
            CompletableFuture<String> revoke = recorder.revoke(key, attempt -> done());
            CompletableFuture<TaskStatus> seen = new CompletableFuture<>();
            CompletableFuture<String> again = recorder.record(key, attempt -> {
                CompletableFuture<TaskStatus> looked = recorder.status(key);
                return looked.thenApply(status -> {
                    seen.complete(status);
                    return "done";
                });
            });
            revoke.join();
            try {
                again.join();
                if (seen.join() != TaskStatus.RUNNING) {
                    blind.incrementAndGet();
                }
                assertThat(recorder.status(key).join()).isEqualTo(TaskStatus.SUCCEEDED);
            } catch (CompletionException refused) {
                assertThat(refused).hasCauseInstanceOf(TaskAlreadyRecordedException.class);
                assertThat(recorder.status(key).join()).isEqualTo(TaskStatus.NOT_FOUND);
            }
        }
        assertThat(blind).hasValue(0);
    }

    @Test
    void givesAKeyToOneOfManyThatAskAtOnce() throws Exception {
        RecordStore<String> shared = store();
        AtomicInteger bodies = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            for (int round = 0; round < 20; round++) {
                String key = "round " + round;
                CountDownLatch start = new CountDownLatch(1);
                List<CompletableFuture<Boolean>> asked = IntStream.range(0, 8)
                        .mapToObj(one -> CompletableFuture.supplyAsync(
                                () -> {
                                    await(start);
                                    return TaskRecorder.create(shared)
                                            .record(key, attempt -> {
                                                bodies.incrementAndGet();
                                                return done();
                                            })
                                            .handle((value, failure) -> failure == null)
                                            .join();
                                },
                                threads))
                        .toList();
                start.countDown();
                long succeeded = asked.stream()
                        .map(CompletableFuture::join)
                        .filter(isDone -> isDone)
                        .count();
                assertThat(succeeded).isEqualTo(1);
            }
        } finally {
            threads.shutdown();
        }
        assertThat(bodies).hasValue(20);
    }

    @Test
    void letsWhoJoinsWaitForTheOneThatRuns() {
        RecordStore<String> shared = store();
        CompletableFuture<String> work = new CompletableFuture<>();
        CompletableFuture<Attempt<String>> begun = new CompletableFuture<>();
        CompletableFuture<String> first = TaskRecorder.create(shared).record("a", attempt -> {
            begun.complete(attempt);
            return work;
        });
        CompletableFuture.anyOf(begun, first).join();
        CompletableFuture<String> second =
                TaskRecorder.create(shared).record("a", RecordOptions.orJoin(), attempt -> done());
        work.complete("worked");
        assertThat(first.join()).isEqualTo("worked");
        assertThat(second.join()).isNull();
    }

    static CompletableFuture<String> done() {
        return CompletableFuture.completedFuture("done");
    }

    static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
