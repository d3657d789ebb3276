// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.reactivetracker.recorder.RecordStore;
import io.reactivetracker.recorder.RecordStore.Claim;
import io.reactivetracker.recorder.RecordStoreException;
import io.reactivetracker.recorder.Retention;
import io.reactivetracker.recorder.TaskRecord;
import io.reactivetracker.recorder.TaskRecorder;
import io.reactivetracker.recorder.TaskStatus;
import io.reactivetracker.redistest.RedisServer;
import io.reactivetracker.test.RecordStoreContract;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Runs the contract of stores on a real cluster of two nodes, each with half of the slots. */
class ClusterTest extends RecordStoreContract {

    private static final int HALF = SlotHash.SLOT_COUNT / 2;

    private static RedisServer lowerHalf;
    private static RedisServer upperHalf;
    private static RedisClient client;
    private static RedisClusterClient clusterClient;
    private static StatefulRedisClusterConnection<byte[], byte[]> cluster;
    private static int namespaces;

    @BeforeAll
    static void start() {
        lowerHalf = node();
        upperHalf = node();
        client = RedisClient.create();
        try (StatefulRedisConnection<String, String> lower = connect(lowerHalf);
                StatefulRedisConnection<String, String> upper = connect(upperHalf)) {
            lower.sync().clusterAddSlots(IntStream.range(0, HALF).toArray());
            upper.sync()
                    .clusterAddSlots(IntStream.range(HALF, SlotHash.SLOT_COUNT).toArray());
            lower.sync().clusterMeet("127.0.0.1", upperHalf.port());
            Awaitility.await()
                    .atMost(Duration.ofMinutes(1))
                    .until(() -> isWhole(lower.sync()) && isWhole(upper.sync()));
        }
        clusterClient = RedisClusterClient.create(lowerHalf.uri());
        cluster = clusterClient.connect(ByteArrayCodec.INSTANCE);
    }

    private static RedisServer node() {
        return RedisServer.start("--cluster-enabled", "yes", "--cluster-announce-ip", "127.0.0.1");
    }

    private static StatefulRedisConnection<String, String> connect(RedisServer node) {
        return client.connect(RedisURI.create(node.uri()));
    }

    private static boolean isWhole(RedisCommands<String, String> node) {
        String info = node.clusterInfo();
        return info.contains("cluster_state:ok") && info.contains("cluster_known_nodes:2");
    }

    @AfterAll
    static void end() {
        clusterClient.shutdown(0, 10, TimeUnit.SECONDS);
        client.shutdown(0, 10, TimeUnit.SECONDS);
        upperHalf.close();
        lowerHalf.close();
    }

    private static String nextNamespace() {
        return "cluster-" + ++namespaces;
    }

    @Override
    protected RecordStore<String> store(Retention retention) {
        return RedisRecordStore.builder(nextNamespace(), cluster)
                .retention(retention)
                .build();
    }

    @Test
    void spreadsItsNamespacesOverTheNodesAndEachIsOnOne() {
        for (int i = 0; i < 30; i++) {
            String namespace = nextNamespace();
            RecordStore<String> store =
                    RedisRecordStore.builder(namespace, cluster).build();
            get(get(store.begin("succeeded")).succeed());
            get(get(store.begin("failed")).fail(new IllegalStateException()));
            get(store.begin("running"));
            get(store.beginRevoke("succeeded"));
            try (StatefulRedisConnection<String, String> lower = connect(lowerHalf);
                    StatefulRedisConnection<String, String> upper = connect(upperHalf)) {
                List<String> below = lower.sync().keys("*{" + namespace + "}*");
                List<String> above = upper.sync().keys("*{" + namespace + "}*");
                assertThat(isInLowerHalf(namespace) ? above : below).isEmpty();
                assertThat(isInLowerHalf(namespace) ? below : above).hasSize(7);
            }
        }
    }

    private static boolean isInLowerHalf(String namespace) {
        return SlotHash.getSlot("{" + namespace + "}") < HALF;
    }

    @Test
    void tellsWaitsByPublicationOnWhicheverNode() {
        TaskRecorder<String> recorder;
        for (int i = 0; i < 10; i++) {
            String namespace = nextNamespace();
            recorder = TaskRecorder.create(RedisRecordStore.builder(namespace, cluster)
                    .pollInterval(Duration.ofHours(5))
                    .pubSub(clusterClient.connectPubSub(ByteArrayCodec.INSTANCE))
                    .build());
            Claim claim =
                    get(RedisRecordStore.builder(namespace, cluster).build().begin("a"));
            CompletableFuture<TaskRecord> wait = recorder.whenSettled("a");
            assertThat(wait).isNotDone();
            get(claim.succeed());
            assertThat(wait.orTimeout(60, TimeUnit.SECONDS).join().status()).isEqualTo(TaskStatus.SUCCEEDED);
        }
    }

    @Test
    void isRefusedByANodeThatDoesNotHaveTheNamespaceIfTheConnectionIsForOneServer() {
        String namespace = nextNamespace();
        RedisServer right = isInLowerHalf(namespace) ? lowerHalf : upperHalf;
        RedisServer wrong = isInLowerHalf(namespace) ? upperHalf : lowerHalf;
        RecordStore<String> there = RedisRecordStore.builder(
                        namespace, client.connect(ByteArrayCodec.INSTANCE, RedisURI.create(right.uri())))
                .build();
        assertThat(get(get(there.begin("a")).succeed())).isTrue();

        TaskRecorder<String> elsewhere = TaskRecorder.create(RedisRecordStore.builder(
                        namespace, client.connect(ByteArrayCodec.INSTANCE, RedisURI.create(wrong.uri())))
                .build());
        assertThatThrownBy(() -> elsewhere.record("b", attempt -> done()).join())
                .cause()
                .isInstanceOf(RecordStoreException.class)
                .hasMessageContaining("MOVED");
    }
}
