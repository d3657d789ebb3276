// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.reactivetracker.recorder.TaskRecord;
import io.reactivetracker.recorder.TaskRecorder;
import io.reactivetracker.recorder.TaskStatus;
import io.reactivetracker.redis.RedisRecordStore;
import io.reactivetracker.redistest.RedisServer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The code that the documentation shows for the recorder over Redis, run with a real server. */
class RedisRecorderSnippetsTest {

    private RedisServer server;
    private RedisClient client;

    @BeforeEach
    void start() {
        server = RedisServer.start();
        client = RedisClient.create(server.uri());
    }

    @AfterEach
    void end() {
        client.shutdown(0, 10, TimeUnit.SECONDS);
        server.close();
    }

    @Test
    void theStore() {
        // spotless:off
        StatefulRedisConnection<byte[], byte[]> redis = client.connect(ByteArrayCodec.INSTANCE);

        TaskRecorder<String> payments = TaskRecorder.create(
                RedisRecordStore.builder("payments", redis).lease(Duration.ofSeconds(30)).build());
        // spotless:on
        CompletableFuture<String> paid =
                payments.record("one", attempt -> CompletableFuture.completedFuture("receipt"));
        assertThat(paid.join()).isEqualTo("receipt");
        assertThat(payments.status("one").join()).isEqualTo(TaskStatus.SUCCEEDED);
    }

    @Test
    void theWaits() {
        StatefulRedisConnection<byte[], byte[]> redis = client.connect(ByteArrayCodec.INSTANCE);
        // spotless:off
        StatefulRedisPubSubConnection<byte[], byte[]> pubSub = client.connectPubSub(ByteArrayCodec.INSTANCE);

        TaskRecorder<String> payments = TaskRecorder.create(RedisRecordStore.builder("payments", redis)
                .pubSub(pubSub)
                .pollInterval(Duration.ofSeconds(10))
                .build());
        // spotless:on
        CompletableFuture<String> begun = new CompletableFuture<>();
        CompletableFuture<String> work = new CompletableFuture<>();
        CompletableFuture<String> paid = payments.record("one", attempt -> {
            begun.complete("begun");
            return work;
        });
        begun.join();
        CompletableFuture<TaskRecord> settled = payments.whenSettled("one");
        work.complete("receipt");
        assertThat(paid.join()).isEqualTo("receipt");
        assertThat(settled.join().status()).isEqualTo(TaskStatus.SUCCEEDED);
    }
}
