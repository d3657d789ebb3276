// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.redis;

import static io.reactivetracker.test.RecordStoreContract.done;
import static io.reactivetracker.test.RecordStoreContract.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.KillArgs;
import io.lettuce.core.RedisClient;
import io.lettuce.core.codec.ByteArrayCodec;
import io.reactivetracker.recorder.RecordOptions;
import io.reactivetracker.recorder.RecordStore;
import io.reactivetracker.recorder.RecordStore.Claim;
import io.reactivetracker.recorder.RecordStoreException;
import io.reactivetracker.recorder.SuccessNotRecordedException;
import io.reactivetracker.recorder.TaskRecord;
import io.reactivetracker.recorder.TaskRecorder;
import io.reactivetracker.recorder.TaskStatus;
import io.reactivetracker.test.RecordStoreContract;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A server or connection that fails midway: checks the record and the subscriber's outcome. */
class BrokenServerTest {

    private static RecordStore<String> named(Redis redis) {
        return RedisRecordStore.builder("broken", redis.connection).build();
    }

    /** A thread for the answers, which keeps the failures reported to it. */
    private static ExecutorService reporting(List<Throwable> reported) {
        return Executors.newSingleThreadExecutor(work -> {
            Thread answering = new Thread(work);
            answering.setUncaughtExceptionHandler((same, failure) -> reported.add(failure));
            return answering;
        });
    }

    /** Begins a task and returns its outcome; {@code work} completes the task. */
    private static CompletableFuture<String> run(
            RecordStore<String> store, String key, CompletableFuture<String> work) {
        return run(TaskRecorder.create(store), key, work);
    }

    private static CompletableFuture<String> run(
            TaskRecorder<String> recorder, String key, CompletableFuture<String> work) {
        CompletableFuture<String> begun = new CompletableFuture<>();
        CompletableFuture<String> outcome = recorder.record(key, attempt -> {
            begun.complete("begun");
            return work;
        });
        CompletableFuture.anyOf(begun, outcome).join();
        return outcome;
    }

    /** On a connection reset the client reports an error, and fails the command that has waited longest. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void makesAStepOnceAndGivesItsAnswerIfThatWasLostWithTheConnection(boolean isReset) throws Exception {
        try (Redis redis = new Redis();
                LossyProxy proxy = new LossyProxy(redis.server.port(), isReset)) {
            RedisClient client = RedisClient.create(proxy.uri());
            try {
                RecordStore<String> store = RedisRecordStore.builder("lossy", client.connect(ByteArrayCodec.INSTANCE))
                        .lease(Duration.ofMinutes(5))
                        .timeLimit(Duration.ofMinutes(1))
                        .build();
                get(get(store.begin("first, by which the server learns the scripts"))
                        .succeed());
                get(get(store.begin("second")).fail(new IllegalStateException()));
                get(get(store.beginRevoke("first, by which the server learns the scripts"))
                        .succeed());

                proxy.dropNextAnswer();
                Claim claim = get(store.begin("a"));
                proxy.dropNextAnswer();
                assertThat(get(claim.renew())).isTrue();
                proxy.dropNextAnswer();
                assertThat(get(claim.succeed())).isTrue();
                proxy.dropNextAnswer();
                Claim revoke = get(store.beginRevoke("a"));
                proxy.dropNextAnswer();
                assertThat(get(revoke.succeed())).isTrue();
                assertThat(get(store.find("a")).status()).isEqualTo(TaskStatus.NOT_FOUND);
                proxy.dropNextAnswer();
                assertThat(get(get(store.begin("a")).fail(new IllegalStateException())))
                        .isTrue();
                assertThat(get(store.find("a")).status()).isEqualTo(TaskStatus.FAILED);
                assertThat(proxy.dropped()).isEqualTo(6);
            } finally {
                client.shutdown(0, 10, TimeUnit.SECONDS);
            }
        }
    }

    @Test
    void goesOnWhenItsConnectionsAreKilledInTheMiddle() {
        List<Throwable> reported = new CopyOnWriteArrayList<>();
        ExecutorService thread = reporting(reported);
        try (Redis redis = new Redis()) {
            RecordStore<String> store = RedisRecordStore.builder("killed", redis.connection)
                    .lease(Duration.ofMinutes(5))
                    .timeLimit(Duration.ofMinutes(1))
                    .build();
            TaskRecorder<String> recorder =
                    TaskRecorder.builder(store).executor(thread).build();
            List<CompletableFuture<String>> runs = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                runs.add(recorder.record("key " + i, attempt -> CompletableFuture.supplyAsync(() -> "done")));
                if (i % 20 == 10) {
                    redis.commands().clientKill(KillArgs.Builder.typeNormal().skipme());
                }
            }
            assertThat(runs).allSatisfy(run -> assertThat(run.join()).isEqualTo("done"));
            assertThat(reported).isEmpty();
            assertThat(get(store.counts())).containsEntry(TaskStatus.SUCCEEDED, 300L);
        } finally {
            thread.shutdown();
        }
    }

    @Test
    void goesOnAfterTheScriptsAreFlushed() {
        try (Redis redis = new Redis()) {
            RecordStore<String> store = named(redis);
            Claim claim = get(store.begin("a"));
            redis.commands().scriptFlush();
            assertThat(get(claim.succeed())).isTrue();
            redis.commands().scriptFlush();
            assertThat(get(store.find("a")).status()).isEqualTo(TaskStatus.SUCCEEDED);
        }
    }

    @Test
    void goesOnAfterARestartOfAServerThatKeepsALog() {
        try (Redis redis = new Redis("--appendonly", "yes", "--appendfsync", "always")) {
            RecordStore<String> store = named(redis);
            get(get(store.begin("done")).succeed());
            Claim held = get(store.begin("held"));
            redis.server.kill();
            redis.server.restart();

            Awaitility.await().ignoreExceptions().until(() -> get(held.succeed()));
            assertThat(get(store.find("done")).status()).isEqualTo(TaskStatus.SUCCEEDED);
            assertThat(get(store.find("held")).status()).isEqualTo(TaskStatus.SUCCEEDED);
            assertThatThrownBy(() -> get(store.begin("done"))).hasMessageContaining("already succeeded");
        }
    }

    @Test
    void hasForgottenAllAfterARestartOfAServerThatKeepsNothing() {
        try (Redis redis = new Redis()) {
            RecordStore<String> store = named(redis);
            get(get(store.begin("done")).succeed());
            Claim held = get(store.begin("held"));
            redis.server.kill();
            redis.server.restart();

            Awaitility.await()
                    .ignoreExceptions()
                    .until(() -> get(store.find("done")).status() == TaskStatus.NOT_FOUND);
            assertThat(get(held.succeed())).isFalse();
            assertThat(get(store.begin("held")).fencingToken())
                    .as("goes up even if the last one is forgotten")
                    .isGreaterThan(held.fencingToken());
        }
    }

    @Test
    void isToldFromAServerThatIsFullAndStillTakesTheEndOfWhatRuns() {
        try (Redis redis = new Redis("--maxmemory-policy", "noeviction")) {
            RecordStore<String> store = named(redis);
            CompletableFuture<String> succeeds = new CompletableFuture<>();
            CompletableFuture<String> fails = new CompletableFuture<>();
            CompletableFuture<String> success = run(store, "succeeds", succeeds);
            CompletableFuture<String> failure = run(store, "fails", fails);
            Claim claim = get(store.begin("renewed"));
            redis.commands().configSet("maxmemory", "1");

            assertThatThrownBy(() -> TaskRecorder.create(store)
                            .record("new", attempt -> done())
                            .join())
                    .cause()
                    .isInstanceOf(RecordStoreException.class)
                    .hasMessageContaining("OOM")
                    .hasMessageContaining("maxmemory");
            assertThat(get(store.find("new")).status()).isEqualTo(TaskStatus.NOT_FOUND);
            assertThat(get(claim.renew())).isTrue();
            succeeds.complete("worked");
            assertThat(success.join()).isEqualTo("worked");
            fails.completeExceptionally(new IllegalStateException("its own"));
            assertThatThrownBy(failure::join).hasRootCauseMessage("its own");
            assertThat(get(store.find("succeeds")).status()).isEqualTo(TaskStatus.SUCCEEDED);
            assertThat(get(store.find("fails")).status()).isEqualTo(TaskStatus.FAILED);
            assertThat(get(store.counts())).containsEntry(TaskStatus.RUNNING, 1L);
        }
    }

    @Test
    void failsClearlyWhenTheServerIsSlow() {
        try (Redis redis = new Redis()) {
            RecordStore<String> store = RedisRecordStore.builder("slow", redis.connection)
                    .timeLimit(Duration.ofMillis(100))
                    .build();
            redis.commands().clientPause(60_000);
            assertThatThrownBy(() -> TaskRecorder.create(store)
                            .record("a", attempt -> done())
                            .join())
                    .cause()
                    .isInstanceOf(RecordStoreException.class)
                    .hasMessageContaining("Redis did not answer within PT0.1S")
                    .hasCauseInstanceOf(TimeoutException.class);
        }
    }

    @Test
    void tellsThatASuccessIsNotRecordedAndLeavesAFailureAsItIsWhenTheServerHasDied() {
        List<Throwable> reported = new CopyOnWriteArrayList<>();
        ExecutorService thread = reporting(reported);
        try (Redis redis = new Redis()) {
            RecordStore<String> store = RedisRecordStore.builder("dead", redis.connection)
                    .lease(Duration.ofSeconds(4))
                    .timeLimit(Duration.ofSeconds(1))
                    .build();
            TaskRecorder<String> recorder =
                    TaskRecorder.builder(store).executor(thread).build();
            CompletableFuture<String> succeeds = new CompletableFuture<>();
            CompletableFuture<String> fails = new CompletableFuture<>();
            CompletableFuture<String> success = run(recorder, "succeeds", succeeds);
            CompletableFuture<String> failure = run(recorder, "fails", fails);
            redis.server.kill();

            succeeds.complete("worked");
            IllegalStateException own = new IllegalStateException("its own");
            fails.completeExceptionally(own);
            assertThatThrownBy(success::join)
                    .cause()
                    .isInstanceOf(SuccessNotRecordedException.class)
                    .hasMessageContaining("\"succeeds\"")
                    .hasCauseInstanceOf(RecordStoreException.class);
            assertThatThrownBy(failure::join).hasCause(own);
            assertThat(own.getSuppressed()).singleElement().isInstanceOf(RecordStoreException.class);
            assertThat(reported).isEmpty();
        } finally {
            thread.shutdown();
        }
    }

    @Test
    void recordsASuccessThatTheServerRefusesForAWhileAndForgetsNoneOfIt() {
        try (Redis redis = new Redis()) {
            CompletableFuture<String> work = new CompletableFuture<>();
            TaskRecorder<String> recorder = TaskRecorder.create(named(redis));
            CompletableFuture<String> run = run(recorder, "a", work);
            // The server refuses writes with READONLY from now on.
            redis.commands().replicaof("127.0.0.1", 1);
            long refused = errors(redis, "READONLY");
            work.complete("paid");
            Awaitility.await().until(() -> errors(redis, "READONLY") > refused + 1);
            assertThat(run).isNotDone();
            redis.commands().replicaofNoOne();
            assertThat(run.join()).isEqualTo("paid");
            assertThat(recorder.status("a").join()).isEqualTo(TaskStatus.SUCCEEDED);
        }
    }

    private static long errors(Redis redis, String kind) {
        return redis.commands()
                .info("errorstats")
                .lines()
                .filter(line -> line.startsWith("errorstat_" + kind + ":"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .sum();
    }

    @Test
    void recordsASuccessThatItsClientRefusesToSendUntilItIsConnectedAgain() {
        try (Redis redis = new Redis("--appendonly", "yes", "--appendfsync", "always")) {
            redis.client()
                    .setOptions(ClientOptions.builder()
                            .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                            .build());
            RecordStore<String> store = RedisRecordStore.builder(
                            "rejecting", redis.client().connect(ByteArrayCodec.INSTANCE))
                    .lease(Duration.ofMinutes(5))
                    .build();
            CompletableFuture<String> work = new CompletableFuture<>();
            TaskRecorder<String> recorder = TaskRecorder.create(store);
            CompletableFuture<String> run = run(recorder, "a", work);
            redis.server.kill();
            work.complete("paid");
            Awaitility.await()
                    .until(() -> recorder.status("a")
                            .handle((status, failure) -> failure != null)
                            .join());
            assertThat(run).isNotDone();
            redis.server.restart();
            assertThat(run.join()).isEqualTo("paid");
            assertThat(recorder.status("a").join()).isEqualTo(TaskStatus.SUCCEEDED);
        }
    }

    @Test
    void answersAndRenewsWhileAllBodiesBlock() {
        try (Redis redis = new Redis()) {
            RecordStore<String> store = RedisRecordStore.builder("blocking", redis.connection)
                    .lease(Duration.ofSeconds(6))
                    .build();
            TaskRecorder<String> recorder = TaskRecorder.create(store);
            CompletableFuture<String> innocent = new CompletableFuture<>();
            CompletableFuture<String> run = run(recorder, "innocent", innocent);
            CountDownLatch end = new CountDownLatch(1);
            CountDownLatch areBlocking = new CountDownLatch(20);
            List<CompletableFuture<String>> blocking = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                String key = "key " + i;
                CompletableFuture<String> outcome = new CompletableFuture<>();
                // On threads of their own: if the reply comes before record() returns, the body runs on its caller's.
                new Thread(() -> {
                            var unused = recorder.record(key, attempt -> {
                                        areBlocking.countDown();
                                        RecordStoreContract.await(end);
                                        return done();
                                    })
                                    .thenAccept(outcome::complete);
                        })
                        .start();
                blocking.add(outcome);
            }
            RecordStoreContract.await(areBlocking);
            String running = "reactive-tracker:{blocking}:running";
            double first = redis.commands().zscore(running, "innocent");
            Awaitility.await().until(() -> redis.commands().zscore(running, "innocent") > first);
            assertThat(recorder.status("innocent").join()).isEqualTo(TaskStatus.RUNNING);
            innocent.complete("worked");
            assertThat(run.join()).isEqualTo("worked");
            end.countDown();
            assertThat(blocking).allSatisfy(one -> assertThat(one.join()).isEqualTo("done"));
        }
    }

    @Test
    void endsNoWaitSinceALookFails() {
        try (Redis redis = new Redis()) {
            RecordStore<String> owning = named(redis);
            CompletableFuture<String> work = new CompletableFuture<>();
            CompletableFuture<String> run = run(owning, "a", work);
            TaskRecorder<String> other = TaskRecorder.create(RedisRecordStore.builder("broken", redis.connection)
                    .pollInterval(Duration.ofMillis(10))
                    .build());
            CompletableFuture<TaskRecord> wait = other.whenSettled("a");
            CompletableFuture<String> joined = other.record("a", RecordOptions.orJoin(), attempt -> done());
            // Answered after the two requests before it.
            assertThat(other.status("a").join()).isEqualTo(TaskStatus.RUNNING);
            byte[] records = Server.bytes("reactive-tracker:{broken}:records");
            byte[] key = Server.bytes("a");
            byte[] record = redis.connection.sync().hget(records, key);
            redis.connection.sync().hset(records, key, Server.bytes("cannot be read"));
            long before = errors(redis, "ERR");
            Awaitility.await().until(() -> errors(redis, "ERR") > before + 3);
            assertThat(wait).isNotDone();
            assertThat(joined).isNotDone();
            redis.connection.sync().hset(records, key, record);
            work.complete("worked");
            assertThat(run.join()).isEqualTo("worked");
            assertThat(wait.join().status()).isEqualTo(TaskStatus.SUCCEEDED);
            assertThat(joined.join()).isNull();
        }
    }

    @Test
    void keepsOtherKeysFromWhatIsBrokenInOne() {
        try (Redis redis = new Redis()) {
            RecordStore<String> store = named(redis);
            String records = "reactive-tracker:{broken}:records";
            get(store.begin("lost"));
            // As after an eviction.
            redis.commands().del(records);
            redis.commands().zadd("reactive-tracker:{broken}:running", 1, "long ago");
            redis.commands().hset(records, "garbage", "what is this");
            redis.commands().zadd("reactive-tracker:{broken}:running", 1, "garbage");
            for (int i = 0; i < 5; i++) {
                get(get(store.begin("key " + i)).succeed());
            }
            assertThat(get(store.find("lost")).status()).isEqualTo(TaskStatus.NOT_FOUND);
            get(get(store.begin("lost")).succeed());
            assertThatThrownBy(() -> get(store.begin("garbage"))).hasMessageContaining("cannot be read");
            assertThatThrownBy(() -> get(store.find("garbage"))).hasMessageContaining("cannot be read");
            get(store.forget("garbage"));
            get(get(store.begin("garbage")).succeed());
            assertThat(get(store.counts()))
                    .containsEntry(TaskStatus.SUCCEEDED, 7L)
                    .containsEntry(TaskStatus.RUNNING, 0L)
                    .containsEntry(TaskStatus.FAILED, 0L);
        }
    }
}
