// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.redis;

import static io.reactivetracker.test.RecordStoreContract.done;
import static io.reactivetracker.test.RecordStoreContract.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reactivetracker.recorder.LeaseLostException;
import io.reactivetracker.recorder.RecordStore;
import io.reactivetracker.recorder.RecordStore.Claim;
import io.reactivetracker.recorder.RecordStoreException;
import io.reactivetracker.recorder.TaskRecorder;
import io.reactivetracker.recorder.TaskStatus;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Leases by the server's clock. A claim that is not renewed counts as its owner's death. */
class LeaseTest {

    private static Redis redis;

    @BeforeAll
    static void start() {
        redis = new Redis();
    }

    @AfterAll
    static void end() {
        redis.close();
    }

    /**
     * Returns a store with a short lease but enough time for a busy machine: the builder would refuse this time limit.
     */
    private static RecordStore<String> brief() {
        return new RedisRecordStore<>(
                redis.builder().lease(Duration.ofMillis(100)).timeLimit(Duration.ofSeconds(20)));
    }

    /** Returns a store over the same records, as if an operator had changed the settings of the namespace. */
    private static RecordStore<String> longer(RecordStore<String> store) {
        get(store.counts());
        redis.commands().del("reactive-tracker:{" + namespace(store) + "}:settings");
        return RedisRecordStore.builder(namespace(store), redis.connection).build();
    }

    private static String namespace(RecordStore<String> store) {
        String text = store.toString();
        return text.substring(text.indexOf('[') + 1, text.indexOf(','));
    }

    private static String running(RecordStore<String> store) {
        return "reactive-tracker:{" + namespace(store) + "}:running";
    }

    private static void awaitStatus(RecordStore<String> store, String key, TaskStatus status) {
        Awaitility.await().until(() -> get(store.find(key)).status(), found -> found == status);
    }

    @Test
    void endsARunThatIsNotRenewed() {
        RecordStore<String> store = brief();
        Claim claim = get(store.begin("a"));
        awaitStatus(store, "a", TaskStatus.FAILED);

        assertThat(get(store.find("a")).failure())
                .isInstanceOfSatisfying(
                        LeaseLostException.class,
                        lost -> assertThat(lost.fencingToken()).isEqualTo(claim.fencingToken()));
        assertThat(get(store.keys(TaskStatus.RUNNING))).isEmpty();
        assertThat(get(store.keys(TaskStatus.FAILED))).containsExactly("a");
        assertThat(get(store.counts())).containsEntry(TaskStatus.RUNNING, 0L).containsEntry(TaskStatus.FAILED, 1L);
    }

    @Test
    void refusesWhateverTheOldOwnerDoesBeforeAndAfterItIsTakenOver() {
        RecordStore<String> store = brief();
        Claim old = get(store.begin("a"));
        awaitStatus(store, "a", TaskStatus.FAILED);
        assertRefused(old);
        assertThat(get(store.find("a")).status()).isEqualTo(TaskStatus.FAILED);

        RecordStore<String> longer = longer(store);
        Claim next = get(longer.begin("a"));
        assertThat(next.fencingToken()).isGreaterThan(old.fencingToken());
        assertRefused(old);
        assertThat(get(longer.find("a")).status()).isEqualTo(TaskStatus.RUNNING);
        assertThat(get(next.succeed())).isTrue();
        assertRefused(old);
        assertThat(get(longer.find("a")).status()).isEqualTo(TaskStatus.SUCCEEDED);
    }

    /** As after a failover to a server whose clock is behind. */
    @Test
    void isCountedByTheClockAlsoWhereTheFencingNumberIsAheadOfIt() {
        RecordStore<String> store = brief();
        long inAnHour =
                1_000 * (System.currentTimeMillis() + Duration.ofHours(1).toMillis());
        redis.commands().set("reactive-tracker:{" + namespace(store) + "}:fence", String.valueOf(inAnHour));
        Claim claim = get(store.begin("a"));
        assertThat(claim.fencingToken()).isEqualTo(inAnHour + 1);
        awaitStatus(store, "a", TaskStatus.FAILED);
        assertThat(get(claim.succeed())).isFalse();
        awaitStatus(store, "a", TaskStatus.FAILED);

        Claim next = get(store.begin("a"));
        assertThat(next.fencingToken()).isEqualTo(inAnHour + 2);
        assertThat(get(claim.succeed())).isFalse();
    }

    private static void assertRefused(Claim old) {
        assertThat(get(old.renew())).isFalse();
        assertThat(get(old.succeed())).isFalse();
        assertThat(get(old.fail(new IllegalStateException()))).isFalse();
    }

    @Test
    void goesBackToSuccessWhenARevokeIsNotRenewed() {
        RecordStore<String> store = brief();
        RecordStore<String> longer = longer(store);
        get(get(longer.begin("a")).succeed());
        Claim revoke = get(store.beginRevoke("a"));
        awaitStatus(store, "a", TaskStatus.SUCCEEDED);

        assertRefused(revoke);
        assertThat(get(store.keys(TaskStatus.REVOKING))).isEmpty();
        assertThat(get(store.keys(TaskStatus.SUCCEEDED))).containsExactly("a");
        assertThat(get(store.counts())).containsEntry(TaskStatus.REVOKING, 0L).containsEntry(TaskStatus.SUCCEEDED, 1L);
        assertThatThrownBy(() -> get(store.begin("a"))).hasMessageContaining("succeeded");
        assertThat(get(get(longer.beginRevoke("a")).succeed())).isTrue();
        assertThat(get(store.find("a")).status()).isEqualTo(TaskStatus.NOT_FOUND);
    }

    @Test
    void canBeForgottenWhenItHasRunOut() {
        RecordStore<String> store = brief();
        Claim claim = get(store.begin("a"));
        awaitStatus(store, "a", TaskStatus.FAILED);
        assertThat(get(store.forget("a"))).isTrue();
        assertThat(get(store.find("a")).status()).isEqualTo(TaskStatus.NOT_FOUND);
        assertThat(get(store.begin("a")).fencingToken()).isGreaterThan(claim.fencingToken());
    }

    @Test
    void writesDownInPassingWhatHasRunOut() {
        RecordStore<String> store = brief();
        for (int i = 0; i < 20; i++) {
            get(store.begin("key " + i));
        }
        Awaitility.await().until(() -> get(store.keys(TaskStatus.FAILED)).size() == 20);
        String running = running(store);
        RecordStore<String> longer = longer(store);
        for (int i = 0; i < 3; i++) {
            get(longer.begin("longer " + i));
        }
        assertThat(redis.commands().zrange(running, 0, -1))
                .containsExactlyInAnyOrder("longer 0", "longer 1", "longer 2");
        assertThat(get(store.keys(TaskStatus.FAILED))).hasSize(20);
    }

    @Test
    void isRenewedByTheRecorderWhileTheTaskRuns() {
        RecordStore<String> store = redis.builder()
                .lease(Duration.ofSeconds(6))
                .timeLimit(Duration.ofSeconds(5))
                .build();
        CompletableFuture<String> work = new CompletableFuture<>();
        CompletableFuture<String> begun = new CompletableFuture<>();
        CompletableFuture<String> run = TaskRecorder.create(store).record("a", attempt -> {
            begun.complete("begun");
            return work;
        });
        CompletableFuture.anyOf(begun, run).join();
        String running = running(store);
        double first = redis.commands().zscore(running, "a");
        Awaitility.await().until(() -> redis.commands().zscore(running, "a") > first);
        work.complete("worked");
        assertThat(run.join()).isEqualTo("worked");
    }

    @Test
    void isLostWithTheSuccessOfAnOwnerThatWasPaused() {
        // From outside, a timer that never fires looks like a paused process.
        RecordStore<String> store = brief();
        CompletableFuture<String> work = new CompletableFuture<>();
        CompletableFuture<String> begun = new CompletableFuture<>();
        CompletableFuture<String> run = TaskRecorder.create(store, new StoppedTimer())
                .record("a", attempt -> {
                    begun.complete("begun");
                    return work;
                });
        CompletableFuture.anyOf(begun, run).join();
        awaitStatus(store, "a", TaskStatus.FAILED);
        TaskRecorder<String> other = TaskRecorder.create(longer(store));
        assertThat(other.record("a", attempt -> done()).join()).isEqualTo("done");

        work.complete("late");
        assertThatThrownBy(run::join).hasCauseInstanceOf(LeaseLostException.class);
        assertThat(other.status("a").join()).isEqualTo(TaskStatus.SUCCEEDED);
    }

    @Test
    void ofABeginThatWasAnsweredTooLateIsGivenBack() {
        RecordStore<String> store =
                redis.builder().timeLimit(Duration.ofMillis(50)).build();
        TaskRecorder<String> recorder = TaskRecorder.create(store);
        RecordStore<String> patient = longer(store);
        redis.commands().clientPause(500);
        assertThatThrownBy(() -> recorder.record("late", attempt -> done()).join())
                .cause()
                .isInstanceOf(RecordStoreException.class)
                .hasMessageContaining("did not answer within PT0.05S");
        awaitStatus(patient, "late", TaskStatus.FAILED);
        assertThat(get(patient.find("late")).failure()).hasMessageContaining("did not answer within");
    }
}
