// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.redis;

import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.reactivetracker.Registration;
import io.reactivetracker.recorder.FailureCodec;
import io.reactivetracker.recorder.KeyCodec;
import io.reactivetracker.recorder.RecordStore;
import io.reactivetracker.recorder.TaskAlreadyRecordedException;
import io.reactivetracker.recorder.TaskNotSucceededException;
import io.reactivetracker.recorder.TaskRecord;
import io.reactivetracker.recorder.TaskStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Keeps records in Redis 6.2 or newer, or in Valkey, so that a task succeeds at most once in all processes together.
 *
 * <pre>{@code
 * StatefulRedisConnection<byte[], byte[]> redis = client.connect(ByteArrayCodec.INSTANCE);
 *
 * TaskRecorder<String> payments = TaskRecorder.create(
 *         RedisRecordStore.builder("payments", redis).lease(Duration.ofSeconds(30)).build());
 * }</pre>
 *
 * <p>Each step is one script, which the server runs atomically. A running task holds its key by a lease, measured by
 * the server's clock, which the recorder renews. If its process dies, the lease runs out, the key reads FAILED, and
 * another task may begin. A success that comes after that is refused. {@linkplain
 * io.reactivetracker.recorder.RecordContext#fencingToken() Fencing tokens} increase with each claim in the namespace;
 * each is at least the time of its claim in microseconds.
 *
 * <p><strong>A lease does not guarantee that its owner has stopped.</strong> An owner that was paused for longer than
 * its lease continues until it learns that it has lost the key. Its effects happen twice, unless the systems that it
 * changes refuse a fencing token lower than one that they have seen.
 *
 * <p><strong>Redis does not guarantee to keep what it has acknowledged.</strong> A server without persistence forgets
 * everything when it restarts, and a replica that is promoted may lack the last steps. A success that is lost in this
 * way can happen again. {@code maxmemory-policy} must be {@code noeviction}. A server that is full refuses to begin
 * tasks, but accepts the end and the renewal of those that run.
 *
 * <p>A step that is sent again because the connection broke is made once. A step that Redis does not answer within the
 * time limit fails with a {@link TimeoutException}, and may have been made or not; a claim that is granted later is
 * given back.
 *
 * <p>Futures complete in the threads of the connection, or of the timer after the time limit. A {@link
 * io.reactivetracker.recorder.TaskRecorder} runs no user code in them. Code that uses this store directly must not
 * block there.
 *
 * <p>Safe for use by several threads and several recorders. Any number of stores, in any number of processes, may share
 * a namespace if they have the same lease and retention. These are kept with the records, and the first step of a store
 * with other settings fails with an {@link IllegalStateException}.
 *
 * @param <K> the type of the keys
 */
public final class RedisRecordStore<K> implements RecordStore<K> {

    /**
     * The approximate number of keys that one script reads for a list, so that the server can serve others in between.
     */
    private static final String PAGE_SIZE = "1000";

    /** The number of claims that one script renews: two or three milliseconds of the server's time. */
    private static final int CLAIMS_PER_SCRIPT = 500;

    private final Server server;
    private final KeyCodec<K> codec;
    private final String namespace;
    private final Duration lease;
    private final Duration pollInterval;
    private final @Nullable SettledSubscriptions subscriptions;
    private final Scripts scripts;
    private final SettingsCheck settings;

    // Identifies each call, so that a call that is sent twice gets its own claim back.
    private final String nonce = UUID.randomUUID() + "-";
    private final AtomicLong calls = new AtomicLong();

    RedisRecordStore(RedisRecordStoreBuilder<K> builder) {
        this.server = new Server(builder.commands, builder.namespace, builder.timeLimit);
        this.codec = builder.codec;
        this.namespace = builder.namespace;
        this.lease = builder.lease;
        this.pollInterval = builder.pollInterval;
        this.subscriptions = builder.pubSub == null
                ? null
                : new SettledSubscriptions(builder.pubSub, Server.bytes(Server.prefix(namespace) + "settled:"));
        this.scripts = new Scripts(lease, builder.timeLimit, builder.retention);
        this.settings = new SettingsCheck(server, scripts.open, namespace, lease, builder.retention);
    }

    /**
     * Returns a builder of a store in a server, or in the primary of several.
     *
     * @param namespace the name of the records: stores with the same name share them. 1 to 100 letters, digits and
     *     {@code - _ . :}
     * @param connection the connection for commands, which the caller closes. It may be shared, but not with
     *     transactions or blocking commands
     * @return a builder of a store whose keys are strings
     * @throws IllegalArgumentException if the namespace is not such a name
     */
    public static RedisRecordStoreBuilder<String> builder(
            String namespace, StatefulRedisConnection<byte[], byte[]> connection) {
        return RedisRecordStoreBuilder.of(namespace, connection.async());
    }

    /**
     * Returns a builder of a store in a cluster. A namespace is on one node; several namespaces share the load.
     *
     * @param namespace the name of the records: stores with the same name share them. 1 to 100 letters, digits and
     *     {@code - _ . :}
     * @param connection the connection for commands, which the caller closes. It may be shared
     * @return a builder of a store whose keys are strings
     * @throws IllegalArgumentException if the namespace is not such a name
     */
    public static RedisRecordStoreBuilder<String> builder(
            String namespace, StatefulRedisClusterConnection<byte[], byte[]> connection) {
        return RedisRecordStoreBuilder.of(namespace, connection.async());
    }

    Duration lease() {
        return lease;
    }

    Scripts scripts() {
        return scripts;
    }

    /**
     * Refuses a key that cannot be encoded.
     *
     * @param key the key; its text has at most {@value KeyCodec#MAX_BYTES} bytes in UTF-8
     * @throws IllegalArgumentException if the key has no text, or one that is too long or not well-formed
     */
    @Override
    public void checkKey(K key) {
        byte[] unused = codec.encode(key);
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException if the key cannot be encoded
     */
    @Override
    public CompletableFuture<Claim> begin(K key) {
        return claim(scripts.begin, key, status -> new TaskAlreadyRecordedException(key, status));
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException if the key cannot be encoded
     */
    @Override
    public CompletableFuture<Claim> beginRevoke(K key) {
        return claim(scripts.beginRevoke, key, status -> new TaskNotSucceededException(key, status));
    }

    private CompletableFuture<Claim> claim(Script script, K key, Function<TaskStatus, RuntimeException> refusal) {
        byte[] bytes = codec.encode(key);
        byte[] call = Server.bytes(nonce + calls.incrementAndGet());
        CompletableFuture<List<Object>> sent = settings.before(() -> server.send(script, bytes, call));
        return server.limited(sent)
                .<Claim>thenApply(reply -> {
                    RedisClaim claim = granted(bytes, reply);
                    if (claim == null) {
                        throw refusal.apply(status(reply.get(0)));
                    }
                    return claim;
                })
                .whenComplete((claim, failure) -> {
                    if (failure != null) {
                        giveBack(bytes, sent, failure);
                    }
                });
    }

    private @Nullable RedisClaim granted(byte[] key, List<Object> reply) {
        return reply.get(0) instanceof Long token ? new RedisClaim(this, key, token) : null;
    }

    /**
     * Gives a claim back that is granted after the caller has got a failure; it would stay until its lease runs out.
     */
    private void giveBack(byte[] key, CompletableFuture<List<Object>> sent, Throwable failure) {
        CompletableFuture<Boolean> unused = sent.thenCompose(reply -> {
            RedisClaim late = granted(key, reply);
            return late == null ? CompletableFuture.completedFuture(false) : late.fail(failure);
        });
    }

    @Override
    public CompletableFuture<TaskRecord> find(K key) {
        return find(key, codec.encode(key));
    }

    private CompletableFuture<TaskRecord> find(K key, byte[] bytes) {
        return run(scripts.find, bytes).thenApply(reply -> {
            TaskStatus status = status(reply.get(0));
            return status == TaskStatus.FAILED
                    ? TaskRecord.failed(FailureCodec.decode((byte[]) reply.get(2), key, (Long) reply.get(1)))
                    : TaskRecord.of(status);
        });
    }

    /**
     * {@inheritDoc}
     *
     * <p>Reads all records of the status in pages, and for FAILED and SUCCEEDED also those that are RUNNING or
     * REVOKING. The time limit is for each page.
     */
    @Override
    public CompletableFuture<List<K>> keys(TaskStatus status) {
        return new KeyScan<>(this::page, codec).keys(status);
    }

    private CompletableFuture<List<Object>> page(TaskStatus set, String wanted, byte[] cursor) {
        return run(scripts.keys, Server.bytes(set.name()), Server.bytes(wanted), cursor, Server.bytes(PAGE_SIZE));
    }

    @Override
    public CompletableFuture<Map<TaskStatus, Long>> counts() {
        return run(scripts.counts).thenApply(reply -> {
            Map<TaskStatus, Long> counts = new EnumMap<>(TaskStatus.class);
            counts.put(TaskStatus.RUNNING, (Long) reply.get(0));
            counts.put(TaskStatus.SUCCEEDED, (Long) reply.get(1));
            counts.put(TaskStatus.FAILED, (Long) reply.get(2));
            counts.put(TaskStatus.REVOKING, (Long) reply.get(3));
            return counts;
        });
    }

    @Override
    public CompletableFuture<Boolean> forget(K key) {
        return step(scripts.forget, codec.encode(key));
    }

    /**
     * Calls an action when Redis publishes that a key is settled, if the store {@linkplain
     * RedisRecordStoreBuilder#pubSub has a connection} for that; otherwise never.
     *
     * @param key the key
     * @param action called with the record that is read then, in a thread of the connection
     * @return the registration of the action
     * @throws IllegalArgumentException if the key cannot be encoded
     */
    @Override
    public Registration onSettled(K key, Consumer<? super TaskRecord> action) {
        Objects.requireNonNull(action, "action must not be null");
        byte[] bytes = codec.encode(key);
        return subscriptions == null
                ? Registration.none()
                : subscriptions.onSettled(bytes, () -> find(key, bytes), action);
    }

    @Override
    public Duration pollInterval() {
        return pollInterval;
    }

    /**
     * {@inheritDoc}
     *
     * <p>One script renews up to {@value #CLAIMS_PER_SCRIPT} claims.
     */
    @Override
    public List<CompletableFuture<Boolean>> renewAll(List<? extends Claim> claims) {
        List<CompletableFuture<Boolean>> answers = new ArrayList<>(claims.size());
        for (int from = 0; from < claims.size(); from += CLAIMS_PER_SCRIPT) {
            List<? extends Claim> some = claims.subList(from, Math.min(claims.size(), from + CLAIMS_PER_SCRIPT));
            byte[][] arguments = new byte[2 * some.size()][];
            for (int i = 0; i < some.size(); i++) {
                RedisClaim claim = (RedisClaim) some.get(i);
                arguments[2 * i] = claim.key();
                arguments[2 * i + 1] = claim.tokenText();
            }
            CompletableFuture<List<Object>> reply = run(scripts.renew, arguments);
            for (int i = 0; i < some.size(); i++) {
                int index = i;
                answers.add(reply.thenApply(renewed -> isOne(renewed.get(index))));
            }
        }
        return answers;
    }

    /** Runs a script that returns 1 or 0. */
    CompletableFuture<Boolean> step(Script script, byte[]... arguments) {
        return run(script, arguments).thenApply(reply -> isOne(reply.get(0)));
    }

    private CompletableFuture<List<Object>> run(Script script, byte[]... arguments) {
        return settings.before(() -> server.run(script, arguments));
    }

    private static boolean isOne(Object reply) {
        return reply.equals(1L);
    }

    private static TaskStatus status(Object reply) {
        return switch (((byte[]) reply)[0]) {
            case 'N' -> TaskStatus.NOT_FOUND;
            case 'R' -> TaskStatus.RUNNING;
            case 'S' -> TaskStatus.SUCCEEDED;
            case 'F' -> TaskStatus.FAILED;
            case 'V' -> TaskStatus.REVOKING;
            default -> throw new IllegalStateException("unknown status " + ((byte[]) reply)[0]);
        };
    }

    /**
     * Returns the namespace and the lease.
     *
     * @return a description for logs; its format may change
     */
    @Override
    public String toString() {
        return "RedisRecordStore[" + namespace + ", lease " + lease + "]";
    }
}
