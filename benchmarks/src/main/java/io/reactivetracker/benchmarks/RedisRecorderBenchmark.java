// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.benchmarks;

import io.lettuce.core.RedisClient;
import io.lettuce.core.SetArgs;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.reactivetracker.recorder.RecordStore;
import io.reactivetracker.recorder.TaskRecorder;
import io.reactivetracker.redis.RedisRecordStore;
import io.reactivetracker.redistest.RedisServer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * One task recorded in Redis through one connection with 64 in flight, compared with the minimum that two commands of
 * the same client could do instead: {@code SET NX PX} at the start, and {@code SET} at the end.
 *
 * <p>At the end it prints how much time of the server's thread a step takes.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RedisRecorderBenchmark {

    private static final int RECORDS = 1 << 12;
    private static final int IN_FLIGHT = 64;
    private static final byte[] VALUE = {'v'};
    private static final CompletableFuture<Integer> COMPLETED = CompletableFuture.completedFuture(1);

    private RedisServer server;
    private RedisClient client;
    private StatefulRedisConnection<byte[], byte[]> connection;
    private RedisCommands<String, String> commands;
    private RecordStore<String> store;
    private TaskRecorder<String> recorder;
    private TaskRecorder<String> directRecorder;

    /** Starts a server. */
    @Setup
    public void start() {
        server = RedisServer.start();
        client = RedisClient.create(server.uri());
        connection = client.connect(ByteArrayCodec.INSTANCE);
        commands = client.connect().sync();
        store = RedisRecordStore.builder("benchmark", connection).build();
        recorder = TaskRecorder.create(store);
        directRecorder = TaskRecorder.builder(store).executor(Runnable::run).build();
    }

    /** Makes all keys new again. */
    @Setup(Level.Invocation)
    public void forgetAll() {
        commands.flushall();
    }

    /** Prints the server's own statistics, and stops it. */
    @TearDown
    public void stop() {
        commands.info("commandstats")
                .lines()
                .filter(line -> line.startsWith("cmdstat_evalsha:") || line.startsWith("cmdstat_set:"))
                .forEach(System.out::println);
        client.shutdown(0, 10, TimeUnit.SECONDS);
        server.close();
    }

    private static void runAll(Function<String, CompletableFuture<?>> one) throws InterruptedException {
        AtomicInteger next = new AtomicInteger();
        CountDownLatch left = new CountDownLatch(RECORDS);
        for (int i = 0; i < IN_FLIGHT; i++) {
            runNext(one, next, left);
        }
        left.await();
    }

    private static void runNext(Function<String, CompletableFuture<?>> one, AtomicInteger next, CountDownLatch left) {
        int number = next.getAndIncrement();
        if (number < RECORDS) {
            var unused = one.apply("payment-" + number).whenComplete((value, failure) -> {
                if (failure != null) {
                    throw new IllegalStateException(failure);
                }
                left.countDown();
                runNext(one, next, left);
            });
        }
    }

    /** The recorder with default settings: each body runs in a thread of the executor. */
    @Benchmark
    @OperationsPerInvocation(RECORDS)
    public void record() throws InterruptedException {
        runAll(key -> recorder.record(key, attempt -> COMPLETED));
    }

    /** A recorder whose bodies never block and run in the connection's thread. */
    @Benchmark
    @OperationsPerInvocation(RECORDS)
    public void recordDirectly() throws InterruptedException {
        runAll(key -> directRecorder.record(key, attempt -> COMPLETED));
    }

    /** The store alone. */
    @Benchmark
    @OperationsPerInvocation(RECORDS)
    public void beginAndSucceed() throws InterruptedException {
        runAll(key -> store.begin(key).thenCompose(RecordStore.Claim::succeed).toCompletableFuture());
    }

    /** Two commands without failures, lease renewal or fencing tokens. */
    @Benchmark
    @OperationsPerInvocation(RECORDS)
    public void setNxAndSet() throws InterruptedException {
        runAll(key -> {
            byte[] name = key.getBytes(StandardCharsets.UTF_8);
            return connection
                    .async()
                    .set(name, VALUE, SetArgs.Builder.nx().px(30_000))
                    .thenCompose(set -> connection.async().set(name, VALUE))
                    .toCompletableFuture();
        });
    }
}
