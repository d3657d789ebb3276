// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.redis;

import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.reactivetracker.Registration;
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
 * <p>Each step is one script, which the server runs as a whole. What runs holds its key by a lease, by the server's clock,
 * that the recorder renews; if its process dies the lease runs out, the key reads FAILED, and somebody else may begin. A
 * success that comes after that is refused. {@link io.reactivetracker.recorder.RecordContext#fencingToken() Fencing tokens} go up with
 * each claim in the namespace: each is greater than the one before it, and at least the time of its claim in microseconds.
 *
 * <p><strong>What a lease cannot promise:</strong> that its owner has stopped. One that was paused for longer than its lease
 * goes on where it was before it learns that it has lost the key, and what it then does to the world is done twice, unless
 * whatever it does that to refuses a fencing token lower than one that it has seen.
 *
 * <p><strong>What Redis cannot promise:</strong> that what it has acknowledged is kept. A server without persistence forgets
 * everything when it restarts, and a replica that is promoted may lack the last steps; a success that is lost so can happen
 * again. {@code maxmemory-policy} must be {@code noeviction}. A server that is full refuses what would begin, but
 * takes the end and the renewal of what runs.
 *
 * <p>A step that is sent again since the connection broke is made once. One that Redis does not answer within the time limit
 * fails with a {@link TimeoutException}, and nobody knows whether it is made; but a claim that is granted later than that is
 * given back.
 *
 * <p>Answers come in the threads of the connection, and those that are not given in time in the timer's. A {@link
 * io.reactivetracker.recorder.TaskRecorder} runs no user code in them; whoever uses this store by itself must not block there.
 * Safe for use by several threads and several recorders; any number of stores, in any number of processes, may share a
 * namespace, if they have the same lease and retention: these are kept with the records, and a store with others is refused
 * at its first step, by an {@code IllegalStateException} that tells both.
 *
 * @param <K> the type of the keys
 */
public final class RedisRecordStore<K> implements RecordStore<K> {

    /** About how many keys a list is put together of in one script: others are served in between. */
    private static final String PAGE = "1000";

    /** How many claims are renewed in one script: two or three milliseconds of the server's time. */
    private static final int CLAIMS_PER_SCRIPT = 500;

    private final Server server;
    private final KeyText<K> keyText;
    private final String namespace;
    private final Duration lease;
    private final Duration pollInterval;
    private final @Nullable SettleNotices notices;
    private final Scripts scripts;
    private final Opening opening;

    // Tells one call from all others, so that a call that is sent twice gets its own claim back.
    private final String nonce = UUID.randomUUID() + "-";
    private final AtomicLong calls = new AtomicLong();

    RedisRecordStore(RedisRecordStoreBuilder<K> builder, KeyText<K> keyText) {
        this.server = new Server(builder.commands, builder.namespace, builder.timeLimit);
        this.keyText = keyText;
        this.namespace = builder.namespace;
        this.lease = builder.lease;
        this.pollInterval = builder.pollInterval;
        this.notices = builder.pubSub == null
                ? null
                : new SettleNotices(builder.pubSub, Server.bytes(Server.prefix(namespace) + "settled:"));
        this.scripts = new Scripts(lease, builder.timeLimit, builder.retention);
        this.opening = new Opening(server, scripts.open, namespace, lease, builder.retention);
    }

    /**
     * Begins to build a store over a server, or over the primary of several.
     *
     * @param namespace the name that the records go by: stores of the same name share them. One to 100 letters, digits and
     *     {@code - _ . :}
     * @param connection what to send commands by; stays the caller's, who closes it. May be used for other things,
     *     but not for transactions or commands that block
     * @return a builder of a store whose keys are strings
     * @throws IllegalArgumentException if the namespace is not such a name
     */
    public static RedisRecordStoreBuilder<String> builder(
            String namespace, StatefulRedisConnection<byte[], byte[]> connection) {
        return RedisRecordStoreBuilder.of(namespace, connection.async());
    }

    /**
     * Begins to build a store over a cluster. All of a namespace is on one node of it: different namespaces share the load.
     *
     * @param namespace the name that the records go by: stores of the same name share them. One to 100 letters, digits and
     *     {@code - _ . :}
     * @param connection what to send commands by; stays the caller's, who closes it. May be used for other things
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
     * Refuses a key whose text cannot be kept.
     *
     * @param key the key; its text has at most 4096 bytes in UTF-8
     * @throws IllegalArgumentException if the key's text is too long, or not well-formed, or if there is none
     */
    @Override
    public void checkKey(K key) {
        byte[] unused = keyText.write(key);
    }

    /**
     * From NOT_FOUND or FAILED to RUNNING.
     *
     * @param key the key; its text has at most 4096 bytes in UTF-8
     * @return as {@link RecordStore#begin} has it
     * @throws IllegalArgumentException if the key's text is too long, or not well-formed
     */
    @Override
    public CompletableFuture<Claim> begin(K key) {
        return claim(scripts.begin, key, status -> new TaskAlreadyRecordedException(key, status));
    }

    /**
     * From SUCCEEDED to REVOKING.
     *
     * @param key the key; its text has at most 4096 bytes in UTF-8
     * @return as {@link RecordStore#beginRevoke} has it
     * @throws IllegalArgumentException if the key's text is too long, or not well-formed
     */
    @Override
    public CompletableFuture<Claim> beginRevoke(K key) {
        return claim(scripts.beginRevoke, key, status -> new TaskNotSucceededException(key, status));
    }

    private CompletableFuture<Claim> claim(Script script, K key, Function<TaskStatus, RuntimeException> refusal) {
        byte[] bytes = keyText.write(key);
        byte[] call = Server.bytes(nonce + calls.incrementAndGet());
        CompletableFuture<List<Object>> sent = opening.before(() -> server.send(script, bytes, call));
        return server.answer(sent)
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
        return reply.get(0) instanceof Long fence ? new RedisClaim(this, key, fence) : null;
    }

    /** Whoever asked has gone: what is granted after all is nobody's, and would stay so until the lease runs out. */
    private void giveBack(byte[] key, CompletableFuture<List<Object>> sent, Throwable failure) {
        CompletableFuture<Boolean> unused = sent.thenCompose(reply -> {
            RedisClaim late = granted(key, reply);
            return late == null ? CompletableFuture.completedFuture(false) : late.fail(failure);
        });
    }

    @Override
    public CompletableFuture<TaskRecord> find(K key) {
        return find(key, keyText.write(key));
    }

    private CompletableFuture<TaskRecord> find(K key, byte[] bytes) {
        return run(scripts.find, bytes).thenApply(reply -> {
            TaskStatus status = status(reply.get(0));
            return status == TaskStatus.FAILED
                    ? TaskRecord.failed(StoredFailure.read(key, (Long) reply.get(1), (byte[]) reply.get(2)))
                    : TaskRecord.of(status);
        });
    }

    /**
     * The keys that are in a state.
     *
     * <p>It goes through all records of the state, and for FAILED and SUCCEEDED also through what is RUNNING or REVOKING, in
     * pages: the server is not held up. The time limit is for each page.
     *
     * @param status any but NOT_FOUND
     * @return as {@link RecordStore#keys} has it
     */
    @Override
    public CompletableFuture<List<K>> keys(TaskStatus status) {
        return new KeyList<>(this::page, keyText::read).of(status);
    }

    private CompletableFuture<List<Object>> page(TaskStatus zset, String wanted, byte[] cursor) {
        return run(scripts.keys, Server.bytes(zset.name()), Server.bytes(wanted), cursor, Server.bytes(PAGE));
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
        return step(scripts.forget, keyText.write(key));
    }

    /**
     * Calls an action when Redis publishes that a key is settled, if the store {@linkplain RedisRecordStoreBuilder#pubSub has a
     * connection} for that; else never.
     *
     * @param key the key; its text has at most 4096 bytes in UTF-8
     * @param action called with what a look has found then, in a thread of the connection
     * @return as {@link RecordStore#onSettled} has it
     * @throws IllegalArgumentException if the key's text is too long, or not well-formed
     */
    @Override
    public Registration onSettled(K key, Consumer<? super TaskRecord> action) {
        Objects.requireNonNull(action, "action must not be null");
        byte[] bytes = keyText.write(key);
        return notices == null ? Registration.none() : notices.onSettled(bytes, () -> find(key, bytes), action);
    }

    @Override
    public Duration pollInterval() {
        return pollInterval;
    }

    /**
     * Renews the leases of several claims, in one script for each {@value #CLAIMS_PER_SCRIPT} of them.
     *
     * @param claims claims that this store has granted
     * @return an answer for each of them, in their order
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
                arguments[2 * i + 1] = claim.fenceText();
            }
            CompletableFuture<List<Object>> reply = run(scripts.renew, arguments);
            for (int i = 0; i < some.size(); i++) {
                int index = i;
                answers.add(reply.thenApply(renewed -> isOne(renewed.get(index))));
            }
        }
        return answers;
    }

    /** A script that answers yes or no. */
    CompletableFuture<Boolean> step(Script script, byte[]... arguments) {
        return run(script, arguments).thenApply(reply -> isOne(reply.get(0)));
    }

    private CompletableFuture<List<Object>> run(Script script, byte[]... arguments) {
        return opening.before(() -> server.run(script, arguments));
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
     * The namespace and the lease.
     *
     * @return for people to read; the form may change
     */
    @Override
    public String toString() {
        return "RedisRecordStore[" + namespace + ", lease " + lease + "]";
    }
}
