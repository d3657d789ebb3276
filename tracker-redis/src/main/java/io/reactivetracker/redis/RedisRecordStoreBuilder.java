// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.redis;

import io.lettuce.core.api.async.RedisScriptingAsyncCommands;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.reactivetracker.recorder.KeyCodec;
import io.reactivetracker.recorder.Retention;
import java.time.Duration;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Builds a {@link RedisRecordStore}. All stores of a namespace must have the same lease and retention.
 *
 * <p>Not safe for use by several threads.
 *
 * @param <K> the type of the keys
 */
public final class RedisRecordStoreBuilder<K> {

    private static final Pattern NAMESPACE = Pattern.compile("[A-Za-z0-9_.:-]{1,100}");
    private static final Duration MIN_DURATION = Duration.ofMillis(1);
    private static final Duration MAX_DURATION = Duration.ofDays(36_500);

    final String namespace;
    final RedisScriptingAsyncCommands<byte[], byte[]> commands;
    final KeyCodec<K> codec;

    Duration lease = Duration.ofSeconds(30);
    Duration timeLimit = Duration.ofSeconds(5);
    Duration pollInterval = Duration.ofSeconds(1);

    @Nullable
    StatefulRedisPubSubConnection<byte[], byte[]> pubSub;

    Retention retention = Retention.forever();

    private RedisRecordStoreBuilder(
            String namespace, RedisScriptingAsyncCommands<byte[], byte[]> commands, KeyCodec<K> codec) {
        this.namespace = namespace;
        this.commands = commands;
        this.codec = codec;
    }

    static RedisRecordStoreBuilder<String> of(String namespace, RedisScriptingAsyncCommands<byte[], byte[]> commands) {
        Objects.requireNonNull(namespace, "namespace must not be null");
        if (!NAMESPACE.matcher(namespace).matches()) {
            throw new IllegalArgumentException(
                    "namespace must be 1 to 100 letters, digits and - _ . : but was \"" + namespace + "\"");
        }
        return new RedisRecordStoreBuilder<>(namespace, commands, KeyCodec.strings());
    }

    /**
     * Sets the codec of the keys, and thereby their type.
     *
     * @param <L> the type of the keys
     * @param codec the codec; {@link KeyCodec#strings()} by default
     * @return a builder with the same settings as this one
     */
    public <L> RedisRecordStoreBuilder<L> keys(KeyCodec<L> codec) {
        Objects.requireNonNull(codec, "codec must not be null");
        RedisRecordStoreBuilder<L> other = new RedisRecordStoreBuilder<>(namespace, commands, codec);
        other.lease = lease;
        other.timeLimit = timeLimit;
        other.pollInterval = pollInterval;
        other.pubSub = pubSub;
        other.retention = retention;
        return other;
    }

    /**
     * Sets how long a key stays held if its owner dies. A recorder renews a lease after each third of it.
     *
     * @param lease 1 ms to 100 years, and longer than the time limit; 30 s by default
     * @return this builder
     * @throws IllegalArgumentException if the duration is out of range
     */
    public RedisRecordStoreBuilder<K> lease(Duration lease) {
        this.lease = requireRange("lease", lease);
        return this;
    }

    /**
     * Sets how long the reply to a step is awaited.
     *
     * @param timeLimit 1 ms to 100 years, and shorter than the lease; 5 s by default
     * @return this builder
     * @throws IllegalArgumentException if the duration is out of range
     */
    public RedisRecordStoreBuilder<K> timeLimit(Duration timeLimit) {
        this.timeLimit = requireRange("timeLimit", timeLimit);
        return this;
    }

    /**
     * Sets how often Redis is asked about a key that is waited for.
     *
     * <p>With a {@linkplain #pubSub connection for notifications}, the poll is only needed for messages that are lost
     * and for owners that died, so several seconds are enough.
     *
     * @param pollInterval 1 ms to 100 years; 1 s by default
     * @return this builder
     * @throws IllegalArgumentException if the duration is out of range
     */
    public RedisRecordStoreBuilder<K> pollInterval(Duration pollInterval) {
        this.pollInterval = requireRange("pollInterval", pollInterval);
        return this;
    }

    /**
     * Sets a connection that notifies waits when a key is settled by another process, in addition to the poll.
     *
     * <p>The script that settles a key publishes that in the same atomic step. The connection is subscribed to the
     * channel of a key while somebody in this process waits for it. After a reconnect it is subscribed again, and Redis
     * is asked. Messages are sent at most once; the poll makes up for a message that is lost and for a connection that
     * is closed. An owner that dies publishes nothing.
     *
     * <p>A subscription that Redis refuses is passed to Reactor's hook for dropped errors; waits then end by the poll.
     *
     * @param connection the connection, to a single server or to a cluster, which the caller closes. It must not be the
     *     one for commands. It may be shared by several stores, and be used for other subscriptions
     * @return this builder
     */
    public RedisRecordStoreBuilder<K> pubSub(StatefulRedisPubSubConnection<byte[], byte[]> connection) {
        this.pubSub = Objects.requireNonNull(connection, "connection must not be null");
        return this;
    }

    /**
     * Sets which settled records are kept.
     *
     * <p>A record that has reached its maximum age is not found any more. Such records, and those that are too many,
     * are dropped a few at a time by the tasks that end next. If nobody changes anything for the maximum age and a few
     * leases, Redis drops all records of the namespace. Leases that have run out unnoticed do not count towards the
     * maximum number.
     *
     * @param retention the retention; all records are kept by default. <strong>A success that is dropped can happen
     *     again</strong>
     * @return this builder
     * @throws IllegalArgumentException if its maximum age is not 1 ms to 100 years
     */
    public RedisRecordStoreBuilder<K> retention(Retention retention) {
        Objects.requireNonNull(retention, "retention must not be null");
        Duration age = retention.maxAge();
        if (age != null) {
            requireRange("the retention's age", age);
        }
        this.retention = retention;
        return this;
    }

    private static Duration requireRange(String what, Duration duration) {
        Objects.requireNonNull(duration, () -> what + " must not be null");
        if (duration.compareTo(MIN_DURATION) < 0 || duration.compareTo(MAX_DURATION) > 0) {
            throw new IllegalArgumentException(what + " must be 1 ms to 100 years, but was " + duration);
        }
        return duration;
    }

    /**
     * Builds the store. Sends nothing yet.
     *
     * @return a store
     * @throws IllegalArgumentException if the time limit is not shorter than the lease, since then an owner might learn
     *     of a failure only after its lease has run out
     */
    public RedisRecordStore<K> build() {
        if (timeLimit.compareTo(lease) >= 0) {
            throw new IllegalArgumentException(
                    "timeLimit must be shorter than the lease, " + lease + ", but was " + timeLimit);
        }
        return new RedisRecordStore<>(this);
    }
}
