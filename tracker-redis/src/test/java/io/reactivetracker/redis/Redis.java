// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.redis;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.reactivetracker.recorder.RecordStore;
import io.reactivetracker.redistest.RedisServer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A server for one test, with one client for the stores and another for the test itself. */
final class Redis implements AutoCloseable {

    private static final AtomicInteger NAMESPACES = new AtomicInteger();

    final RedisServer server;
    final StatefulRedisConnection<byte[], byte[]> connection;
    private final RedisClient client;
    private final StatefulRedisConnection<String, String> own;

    Redis(String... options) {
        server = RedisServer.start(options);
        client = RedisClient.create(server.uri());
        connection = client.connect(ByteArrayCodec.INSTANCE);
        own = client.connect();
    }

    RedisRecordStoreBuilder<String> builder() {
        return RedisRecordStore.builder("test-" + NAMESPACES.incrementAndGet(), connection);
    }

    RecordStore<String> store() {
        return builder().build();
    }

    RedisClient client() {
        return client;
    }

    /** Returns commands on a connection that the stores do not use. */
    RedisCommands<String, String> commands() {
        return own.sync();
    }

    @Override
    public void close() {
        client.shutdown(0, 10, TimeUnit.SECONDS);
        server.close();
    }
}
