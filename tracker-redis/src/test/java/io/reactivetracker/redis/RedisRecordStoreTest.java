// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.recorder.RecordStore;
import io.reactivetracker.recorder.RecordStore.Claim;
import io.reactivetracker.recorder.RecordedFailureException;
import io.reactivetracker.recorder.Retention;
import io.reactivetracker.recorder.TaskStatus;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** The contract over a real Redis, and what is Redis's own. */
class RedisRecordStoreTest extends RecordStoreContract {

    private static Redis redis;

    @BeforeAll
    static void start() {
        redis = new Redis();
    }

    @AfterAll
    static void end() {
        redis.close();
    }

    @Override
    RecordStore<String> store(Retention retention) {
        return redis.builder().retention(retention).build();
    }

    @Test
    void sharesItsRecordsWithAllStoresOfTheNamespaceAndNoOthers() {
        RecordStore<String> one =
                RedisRecordStore.builder("shared", redis.connection).build();
        RecordStore<String> two =
                RedisRecordStore.builder("shared", redis.connection).build();
        RecordStore<String> other =
                RedisRecordStore.builder("shared-not", redis.connection).build();
        Claim claim = get(one.begin("a"));

        assertThatThrownBy(() -> get(two.begin("a"))).hasMessageContaining("already running");
        assertThat(get(other.find("a")).status()).isEqualTo(TaskStatus.NOT_FOUND);
        get(claim.succeed());
        assertThat(get(two.find("a")).status()).isEqualTo(TaskStatus.SUCCEEDED);
    }

    @Test
    void keepsAllKeysOfANamespaceInOneSlot() {
        RecordStore<String> store =
                RedisRecordStore.builder("slots", redis.connection).build();
        get(get(store.begin("a")).succeed());
        get(store.begin("b"));
        assertThat(redis.commands().keys("*slots*"))
                .hasSizeGreaterThanOrEqualTo(5)
                .allSatisfy(key -> assertThat(key).startsWith("reactive-tracker:{slots}:"));
    }

    @Test
    void hasKeysOfAnyType() {
        RecordStore<Integer> store = redis.builder()
                .<Integer>keys(Object::toString, Integer::valueOf)
                .build();
        get(store.begin(42));
        assertThat(get(store.keys(TaskStatus.RUNNING))).containsExactly(42);
    }

    @Test
    void givesAFailureOfAnotherProcessByItsTypeAndMessage() {
        RecordStore<String> store = redis.store();
        get(get(store.begin("a")).fail(new IllegalStateException("no\nmoney")));
        assertThat(get(store.find("a")).failure()).isInstanceOfSatisfying(RecordedFailureException.class, failure -> {
            assertThat(failure.failureType()).isEqualTo("java.lang.IllegalStateException");
            assertThat(failure.failureMessage()).isEqualTo("no\nmoney");
        });

        get(get(store.begin("a")).fail(new IllegalStateException()));
        assertThat(get(store.find("a")).failure())
                .isInstanceOfSatisfying(
                        RecordedFailureException.class,
                        failure -> assertThat(failure.failureMessage()).isNull());

        get(get(store.begin("a")).fail(new TaskCancelledException(null)));
        assertThat(get(store.find("a")).failure())
                .isInstanceOf(TaskCancelledException.class)
                .hasNoCause();

        get(get(store.begin("a")).fail(new TaskCancelledException(new IllegalStateException("timeout"))));
        assertThat(get(store.find("a")).failure())
                .isInstanceOf(TaskCancelledException.class)
                .hasCauseInstanceOf(RecordedFailureException.class);
    }

    @Test
    void cutsALongMessageOfAFailure() {
        RecordStore<String> store = redis.store();
        get(get(store.begin("a")).fail(new IllegalStateException("x".repeat(1_000_000))));
        assertThat(get(store.find("a")).failure())
                .isInstanceOfSatisfying(
                        RecordedFailureException.class,
                        failure -> assertThat(failure.failureMessage())
                                .hasSize(StoredFailure.MOST_CHARACTERS + 1)
                                .endsWith("…"));
    }

    @Test
    void dropsWhatHasReachedItsAge() {
        RecordStore<String> store = redis.builder()
                .retention(Retention.ofAge(Duration.ofMillis(200)))
                .build();
        get(get(store.begin("a")).succeed());
        get(get(store.begin("b")).fail(new IllegalStateException()));
        Awaitility.await().until(() -> get(store.find("b")).status() == TaskStatus.NOT_FOUND);

        assertThat(get(store.find("a")).status()).isEqualTo(TaskStatus.NOT_FOUND);
        assertThat(get(store.keys(TaskStatus.SUCCEEDED))).isEmpty();
        assertThat(get(store.keys(TaskStatus.FAILED))).isEmpty();
        assertThat(get(store.counts())).containsEntry(TaskStatus.SUCCEEDED, 0L).containsEntry(TaskStatus.FAILED, 0L);
        assertThat(get(store.forget("a"))).isFalse();
        get(store.begin("c"));
        String records = redis.commands().keys("*records").stream()
                .filter(key -> redis.commands().hexists(key, "c"))
                .findFirst()
                .orElseThrow();
        assertThat(redis.commands().hkeys(records)).containsExactly("c");
    }

    @Test
    void answersInTheThreadsOfItsScheduler() {
        Scheduler scheduler = Schedulers.newSingle("answers");
        try {
            CountDownLatch isListening = new CountDownLatch(1);
            scheduler.schedule(() -> await(isListening));
            CompletableFuture<String> thread = new CompletableFuture<>();
            CompletionStage<?> unused = redis.builder()
                    .scheduler(scheduler)
                    .build()
                    .begin("a")
                    .whenComplete((claim, failure) ->
                            thread.complete(Thread.currentThread().getName()));
            isListening.countDown();
            assertThat(thread.join()).startsWith("answers");
        } finally {
            scheduler.dispose();
        }
    }

    @Test
    void refusesSettingsThatCannotBe() {
        for (String namespace : List.of("", "a b", "{a}", "ä", "x".repeat(101))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> RedisRecordStore.builder(namespace, redis.connection))
                    .withMessageContaining("namespace must be 1 to 100");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> redis.builder().lease(Duration.ZERO))
                .withMessageContaining("lease must be 1 ms to 100 years, but was PT0S");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> redis.builder().timeLimit(Duration.ofSeconds(-1)))
                .withMessageContaining("timeLimit");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> redis.builder().pollInterval(Duration.ofDays(1_000_000)))
                .withMessageContaining("pollInterval");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> redis.builder().lease(Duration.ofSeconds(5)).build())
                .withMessageContaining("timeLimit must be shorter than the lease");
    }
}
