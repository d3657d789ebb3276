// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.redis;

import io.lettuce.core.api.async.RedisScriptingAsyncCommands;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.reactivetracker.recorder.Retention;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a {@link RedisRecordStore}. All stores of a namespace must have the same
 * lease and retention.
 *
 * <p>Not safe for use by several threads.
 *
 * @param <K> the type of the keys
 */
public final class RedisRecordStoreBuilder<K> {

    private static final Pattern NAMESPACE = Pattern.compile("[A-Za-z0-9_.:-]{1,100}");
    private static final Duration SHORTEST = Duration.ofMillis(1);
    private static final Duration LONGEST = Duration.ofDays(36_500);

    final String namespace;
    final RedisScriptingAsyncCommands<byte[], byte[]> commands;
    private final KeyText<K> keyText;

    Duration lease = Duration.ofSeconds(30);
    Duration timeLimit = Duration.ofSeconds(5);
    Duration pollInterval = Duration.ofSeconds(1);

    @Nullable
    StatefulRedisPubSubConnection<byte[], byte[]> pubSub;

    Retention retention = Retention.forever();

    private RedisRecordStoreBuilder(
            String namespace, RedisScriptingAsyncCommands<byte[], byte[]> commands, KeyText<K> keyText) {
        this.namespace = namespace;
        this.commands = commands;
        this.keyText = keyText;
    }

    static RedisRecordStoreBuilder<String> of(String namespace, RedisScriptingAsyncCommands<byte[], byte[]> commands) {
        Objects.requireNonNull(namespace, "namespace must not be null");
        if (!NAMESPACE.matcher(namespace).matches()) {
            throw new IllegalArgumentException(
                    "namespace must be 1 to 100 letters, digits and - _ . : but was \"" + namespace + "\"");
        }
        return new RedisRecordStoreBuilder<>(
                namespace, commands, new KeyText<>(Function.identity(), Function.identity()));
    }

    /**
     * Has keys of another type.
     *
     * @param <L> the type of the keys
     * @param write gives a key's text: a different one for each key, and the same in each process. At most 4096 bytes in UTF-8
     * @param read gives the key back
     * @return a builder with the same settings as this one
     */
    public <L> RedisRecordStoreBuilder<L> keys(Function<? super L, String> write, Function<String, ? extends L> read) {
        RedisRecordStoreBuilder<L> other =
                new RedisRecordStoreBuilder<>(namespace, commands, new KeyText<>(write, read));
        other.lease = lease;
        other.timeLimit = timeLimit;
        other.pollInterval = pollInterval;
        other.pubSub = pubSub;
        other.retention = retention;
        return other;
    }

    /**
     * For how long a key stays held if its owner dies. A recorder renews it three times in that time.
     *
     * @param lease 1 ms to 100 years, and longer than the time limit; 30 s unless set
     * @return this
     * @throws IllegalArgumentException if it is not
     */
    public RedisRecordStoreBuilder<K> lease(Duration lease) {
        this.lease = requireRange("lease", lease);
        return this;
    }

    /**
     * For how long the answer to a step is awaited.
     *
     * @param timeLimit 1 ms to 100 years, and shorter than the lease; 5 s unless set
     * @return this
     * @throws IllegalArgumentException if it is not
     */
    public RedisRecordStoreBuilder<K> timeLimit(Duration timeLimit) {
        this.timeLimit = requireRange("timeLimit", timeLimit);
        return this;
    }

    /**
     * How often Redis is asked on behalf of each wait for a key that another process holds.
     *
     * <p>With a {@linkplain #pubSub connection} by which waits are told this is what is left for messages that are lost, and for
     * owners that died: several seconds will do.
     *
     * @param pollInterval 1 ms to 100 years; 1 s unless set
     * @return this
     * @throws IllegalArgumentException if it is not
     */
    public RedisRecordStoreBuilder<K> pollInterval(Duration pollInterval) {
        this.pollInterval = requireRange("pollInterval", pollInterval);
        return this;
    }

    /**
     * Has waits for a key that another process holds told when that is settled, besides asking at each poll interval.
     *
     * <p>The script that settles a key publishes that in the same atomic step, whether or not anybody listens. The connection is
     * subscribed to the channel of a key while somebody in this process waits for it; when the client has connected again it is
     * subscribed again, and Redis is asked. Messages are sent at most once: the poll makes up for one that is lost, and for a
     * connection that is closed. An owner that dies publishes nothing.
     *
     * <p>A subscription that Redis refuses goes to Reactor's hook for errors that are dropped; waits then end by the poll.
     *
     * @param connection what to subscribe by, of a single server or of a cluster; stays the caller's, who closes it. Not the one
     *     that the store sends its commands by. May be shared by several stores, and be used for other subscriptions
     * @return this
     */
    public RedisRecordStoreBuilder<K> pubSub(StatefulRedisPubSubConnection<byte[], byte[]> connection) {
        this.pubSub = Objects.requireNonNull(connection, "connection must not be null");
        return this;
    }

    /**
     * Which settled records are kept.
     *
     * <p>What has reached its age is not found from then on; it is dropped, as is what is too many, a few records at a time
     * by whoever ends a task next. If nobody changes anything for the age and a few leases, Redis drops all of the namespace's
     * records. Leases that have run out and were not noticed yet do not count towards the number.
     *
     * @param retention <strong>a success that is dropped can happen again</strong>; all are kept unless set
     * @return this
     * @throws IllegalArgumentException if its age is not 1 ms to 100 years
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
        if (duration.compareTo(SHORTEST) < 0 || duration.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(what + " must be 1 ms to 100 years, but was " + duration);
        }
        return duration;
    }

    /**
     * Builds the store; connects to nothing and asks nothing yet.
     *
     * @return a store
     * @throws IllegalArgumentException if the time limit is not shorter than the lease: an owner could be told only when
     *     its lease has run out
     */
    public RedisRecordStore<K> build() {
        if (timeLimit.compareTo(lease) >= 0) {
            throw new IllegalArgumentException(
                    "timeLimit must be shorter than the lease, " + lease + ", but was " + timeLimit);
        }
        return new RedisRecordStore<>(this, keyText);
    }
}
