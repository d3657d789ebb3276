// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.redis;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.reactivetracker.Registration;
import io.reactivetracker.recorder.TaskRecord;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;
import reactor.util.retry.Retry;

/**
 * Notifies the waits for a key when Redis publishes that it is settled.
 *
 * <p>Each key has a channel, on which the script that settles the key publishes. The connection is subscribed to it
 * while somebody waits for the key. Only one command for a channel is under way at a time, so that commands cannot
 * overtake each other when a connection breaks and they are sent again:
 *
 * <pre>
 *                             SUBSCRIBE, and a query when it is confirmed
 *   no entry ──first wait──→ subscribing ──confirmed, somebody waits──→ subscribed
 *      ↑                      ↑  │                                          │
 *      │            somebody  │  │ confirmed, nobody waits                  │ last wait goes
 *      │            waits     │  ↓                                          ↓
 *      └────nobody waits────leaving ←───────────────────────────────────────┘
 *              when UNSUBSCRIBE is confirmed
 * </pre>
 *
 * <p>After a reconnect the client subscribes again to all its channels, which is confirmed as usual. Another user of
 * the connection may unsubscribe a channel; if somebody still waits, it is subscribed again.
 *
 * <p>A message only triggers a query, and the reply of Redis decides. So a message that comes late or twice does no
 * harm. A query also follows each subscription, including those after a reconnect; it finds what was published in
 * between. The poll finds the rest.
 *
 * <p>Safe for use by several threads. The lock is held for a few instructions at a time, and never while an action
 * runs.
 */
final class SettledSubscriptions extends RedisPubSubAdapter<byte[], byte[]> {

    /** After a delay, since at once it would meet the same broken connection. */
    private static final Retry RETRY = Retry.backoff(5, Duration.ofMillis(10))
            .filter(failure -> !(failure instanceof RedisCommandExecutionException))
            .onRetryExhaustedThrow((retries, last) -> last.failure());

    private final StatefulRedisPubSubConnection<byte[], byte[]> connection;
    private final byte[] prefix;

    // Guarded by this, with the contents of the channels. This listens to the connection while the map is not empty.
    private final Map<ByteBuffer, Channel> channels = new HashMap<>();

    /**
     * Creates an instance without waits.
     *
     * @param prefix the prefix of the names of all channels; the encoded key follows
     */
    SettledSubscriptions(StatefulRedisPubSubConnection<byte[], byte[]> connection, byte[] prefix) {
        this.connection = connection;
        this.prefix = prefix;
    }

    /**
     * Adds an action, which is called when a query finds that the key is settled.
     *
     * @param find sends the query; does not throw
     */
    Registration onSettled(
            byte[] key, Supplier<CompletableFuture<TaskRecord>> find, Consumer<? super TaskRecord> action) {
        byte[] name = ByteBuffer.allocate(prefix.length + key.length)
                .put(prefix)
                .put(key)
                .array();
        Wait wait = new Wait(name, find, action);
        link(wait);
        return wait;
    }

    private void link(Wait wait) {
        Channel channel;
        synchronized (this) {
            if (channels.isEmpty()) {
                connection.addListener(this);
            }
            channel = channels.computeIfAbsent(ByteBuffer.wrap(wait.channel), name -> new Channel(wait.channel));
            channel.waits.add(wait);
            if (channel.isAsked) {
                return;
            }
            channel.isAsked = true;
        }
        subscribe(channel);
    }

    private void unlink(Wait wait) {
        Channel channel;
        synchronized (this) {
            channel = channels.get(ByteBuffer.wrap(wait.channel));
            if (channel == null || !channel.waits.remove(wait) || !channel.waits.isEmpty()) {
                return;
            }
            if (!channel.isAsked) {
                drop(channel);
                return;
            }
            if (!channel.isSubscribed) {
                // Its confirmation, or failure, is under way.
                return;
            }
            channel.isSubscribed = false;
        }
        unsubscribe(channel);
    }

    /** Called under the lock. */
    private void drop(Channel channel) {
        if (channels.remove(ByteBuffer.wrap(channel.name), channel) && channels.isEmpty()) {
            connection.removeListener(this);
        }
    }

    private void subscribe(Channel channel) {
        var unused = Mono.fromCompletionStage(() -> connection.async().subscribe(channel.name))
                .retryWhen(RETRY)
                .subscribe(nothing -> {}, failure -> notSubscribed(channel, failure));
    }

    private void unsubscribe(Channel channel) {
        var unused = connection.async().unsubscribe(channel.name).exceptionally(failure -> {
            notUnsubscribed(channel, failure);
            return null;
        });
    }

    /** Waits then end by the poll, so the failure is only passed to the hook for dropped errors. */
    private void notSubscribed(Channel channel, Throwable failure) {
        giveUp(channel);
        Operators.onErrorDropped(failure, Context.empty());
    }

    private synchronized void giveUp(Channel channel) {
        channel.isAsked = false;
        if (channel.waits.isEmpty()) {
            drop(channel);
        }
    }

    private void notUnsubscribed(Channel channel, Throwable failure) {
        // After a reset the client reconnects and subscribes again. When that is confirmed, another UNSUBSCRIBE is
        // sent.
        if (!(failure instanceof IOException)) {
            giveUp(channel);
            Operators.onErrorDropped(failure, Context.empty());
        }
    }

    @Override
    public void subscribed(byte[] name, long count) {
        Channel channel;
        boolean isWaitedFor;
        synchronized (this) {
            channel = channels.get(ByteBuffer.wrap(name));
            if (channel == null) {
                return;
            }
            isWaitedFor = !channel.waits.isEmpty();
            channel.isSubscribed = isWaitedFor;
        }
        if (isWaitedFor) {
            query(name);
        } else {
            unsubscribe(channel);
        }
    }

    @Override
    public void message(byte[] name, byte[] status) {
        query(name);
    }

    @Override
    public void unsubscribed(byte[] name, long count) {
        Channel channel;
        synchronized (this) {
            channel = channels.get(ByteBuffer.wrap(name));
            if (channel == null) {
                return;
            }
            channel.isSubscribed = false;
            if (channel.waits.isEmpty()) {
                drop(channel);
                return;
            }
            channel.isAsked = true;
        }
        subscribe(channel);
    }

    /** Sends one query for all current waits. Its result is true at an instant after they came. */
    private void query(byte[] name) {
        List<Wait> waits = waitsFor(name);
        if (!waits.isEmpty()) {
            // If it fails, the poll sends another.
            var unused = waits.get(0).find.get().thenAccept(found -> {
                if (found.status().isSettled()) {
                    waits.forEach(wait -> wait.accept(found));
                }
            });
        }
    }

    private synchronized List<Wait> waitsFor(byte[] name) {
        Channel channel = channels.get(ByteBuffer.wrap(name));
        return channel == null ? List.of() : List.copyOf(channel.waits);
    }

    /** A channel that somebody waits for, or that is being unsubscribed. */
    private static final class Channel {

        private final byte[] name;
        private final Set<Wait> waits = new LinkedHashSet<>(2);

        // True after a command was sent that was not refused.
        private boolean isAsked;
        private boolean isSubscribed;

        Channel(byte[] name) {
            this.name = name;
        }
    }

    private final class Wait implements Registration {

        private final byte[] channel;
        private final Supplier<CompletableFuture<TaskRecord>> find;
        private final Consumer<? super TaskRecord> action;
        private volatile boolean isClosed;

        Wait(byte[] channel, Supplier<CompletableFuture<TaskRecord>> find, Consumer<? super TaskRecord> action) {
            this.channel = channel;
            this.find = find;
            this.action = action;
        }

        void accept(TaskRecord settled) {
            if (!isClosed) {
                action.accept(settled);
            }
        }

        @Override
        public void close() {
            isClosed = true;
            unlink(this);
        }
    }
}
