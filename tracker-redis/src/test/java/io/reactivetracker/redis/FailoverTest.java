// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.redis;

import static io.reactivetracker.test.RecordStoreContract.done;
import static io.reactivetracker.test.RecordStoreContract.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.reactivetracker.recorder.RecordStore;
import io.reactivetracker.recorder.RecordStore.Claim;
import io.reactivetracker.recorder.RecordStoreException;
import io.reactivetracker.recorder.SuccessNotRecordedException;
import io.reactivetracker.recorder.TaskRecorder;
import io.reactivetracker.recorder.TaskStatus;
import io.reactivetracker.redistest.RedisServer;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * A primary dies and a replica is promoted in its place. Replicated records are kept; all others are lost.
 *
 * <p>Clients use an address that moves to the new primary. A replica is cut off by redirecting it: it keeps its data
 * and receives no more.
 */
class FailoverTest {

    private final RedisServer primary;
    private final RedisServer replica;
    private final LossyProxy address;
    private final RedisClient client = RedisClient.create();
    private final StatefulRedisConnection<byte[], byte[]> connection;
    private final RecordStore<String> store;

    FailoverTest() throws IOException {
        primary = RedisServer.start("--repl-diskless-sync-delay", "0");
        replica = RedisServer.start("--replicaof", "127.0.0.1", String.valueOf(primary.port()));
        address = new LossyProxy(primary.port(), false);
        connection = client.connect(ByteArrayCodec.INSTANCE, RedisURI.create(address.uri()));
        store = RedisRecordStore.builder("failover", connection).build();
        RedisCommands<String, String> commands = commands(replica);
        Awaitility.await().until(() -> commands.info("replication").contains("master_link_status:up"));
    }

    @AfterEach
    void end() throws IOException {
        client.shutdown(0, 10, TimeUnit.SECONDS);
        address.close();
        replica.close();
        primary.close();
    }

    private RedisCommands<String, String> commands(RedisServer server) {
        return client.connect(RedisURI.create(server.uri())).sync();
    }

    private void cutReplicaOff() {
        commands(replica).replicaof("127.0.0.1", 1);
        RedisCommands<String, String> there = commands(primary);
        Awaitility.await().until(() -> there.info("replication").contains("connected_slaves:0"));
    }

    /** Returns how many replicas have all writes of this client. */
    private long replicated(long milliseconds) {
        return connection.sync().waitForReplication(1, milliseconds);
    }

    private void failOver() {
        primary.kill();
        commands(replica).replicaofNoOne();
        address.leadTo(replica.port());
    }

    private TaskStatus statusAfterwards(String key) {
        Awaitility.await().ignoreExceptions().until(() -> get(store.find(key)) != null);
        return get(store.find(key)).status();
    }

    @Test
    void keepsWhatWasReplicated() {
        get(get(store.begin("done")).succeed());
        get(get(store.begin("failed")).fail(new IllegalStateException("no money")));
        Claim held = get(store.begin("held"));
        assertThat(replicated(10_000)).isEqualTo(1);
        failOver();

        assertThat(statusAfterwards("done")).isEqualTo(TaskStatus.SUCCEEDED);
        assertThatThrownBy(() -> get(store.begin("done"))).hasMessageContaining("already succeeded");
        assertThat(get(store.find("failed")).failure()).hasMessageContaining("no money");
        assertThat(get(store.find("held")).status()).isEqualTo(TaskStatus.RUNNING);
        assertThat(get(held.renew())).isTrue();
        assertThat(get(held.succeed())).isTrue();
        assertThat(get(store.begin("next")).fencingToken()).isGreaterThan(held.fencingToken());
    }

    @Test
    void losesWhatWasAcknowledgedButNotReplicatedSoThatItCanHappenAgain() {
        get(get(store.begin("kept")).succeed());
        assertThat(replicated(10_000)).isEqualTo(1);
        cutReplicaOff();
        Claim lost = get(store.begin("lost"));
        assertThat(get(lost.succeed())).as("acknowledged").isTrue();
        assertThat(replicated(100)).as("which WAIT tells").isZero();
        failOver();

        assertThat(statusAfterwards("kept")).isEqualTo(TaskStatus.SUCCEEDED);
        assertThat(get(store.find("lost")).status()).isEqualTo(TaskStatus.NOT_FOUND);
        Claim again = get(store.begin("lost"));
        assertThat(again.fencingToken()).isGreaterThan(lost.fencingToken());
    }

    @Test
    void isAvoidedByAPrimaryThatRefusesToWriteWithoutItsReplica() {
        RedisCommands<String, String> commands = commands(primary);
        // Before Redis 7 the primary lets scripts write anyway.
        assumeThat(Integer.parseInt(commands.info("server").replaceFirst("(?s).*redis_version:(\\d+).*", "$1")))
                .isGreaterThanOrEqualTo(7);
        commands.configSet("min-replicas-to-write", "1");
        CompletableFuture<String> work = new CompletableFuture<>();
        CompletableFuture<String> begun = new CompletableFuture<>();
        CompletableFuture<String> run = TaskRecorder.create(store).record("running", attempt -> {
            begun.complete("begun");
            return work;
        });
        CompletableFuture.anyOf(begun, run).join();
        cutReplicaOff();

        assertThatThrownBy(() -> TaskRecorder.create(store)
                        .record("new", attempt -> done())
                        .join())
                .cause()
                .isInstanceOf(RecordStoreException.class)
                .hasMessageContaining("NOREPLICAS");
        assertThat(get(store.find("new")).status()).isEqualTo(TaskStatus.NOT_FOUND);
        work.complete("worked");
        assertThatThrownBy(run::join)
                .cause()
                .isInstanceOf(SuccessNotRecordedException.class)
                .hasMessageContaining("NOREPLICAS");
        assertThat(get(store.find("running")).status()).as("is not recorded").isNotEqualTo(TaskStatus.SUCCEEDED);
    }

    @Test
    void tellsClearlyThatAServerIsAReplicaBecauseTheAddressWasNotMoved() {
        commands(primary).replicaof("127.0.0.1", replica.port());
        assertThatThrownBy(() -> TaskRecorder.create(store)
                        .record("a", attempt -> done())
                        .join())
                .cause()
                .isInstanceOf(RecordStoreException.class)
                .hasMessageContaining("READONLY");
    }
}
