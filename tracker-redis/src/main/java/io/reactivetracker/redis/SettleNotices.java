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
 * Tells those who wait for a key when Redis publishes that it is settled.
 *
 * <p>Each key has a channel, on which the script that settles publishes. The connection is subscribed to it while somebody
 * waits for the key. Of the two commands for a channel one is on its way at a time, so that they can't overtake each other when a
 * connection breaks and they are sent again:
 *
 * <pre>
 *                             SUBSCRIBE, and a look when it is confirmed
 *   no entry ──first wait──→ subscribing ──confirmed, somebody waits──→ subscribed
 *      ↑                      ↑  │                                          │
 *      │            somebody  │  │ confirmed, nobody waits                  │ last wait goes
 *      │            waits     │  ↓                                          ↓
 *      └────nobody waits────leaving ←───────────────────────────────────────┘
 *              when UNSUBSCRIBE is confirmed
 * </pre>
 *
 * <p>When the client has connected again it subscribes to all that was subscribed before, which is a confirmation like any other.
 * Another user of the connection may unsubscribe, too; who is still waited for is subscribed again then.
 *
 * <p>A message only says that it is time to look: what is true is what Redis answers then. So one that comes late, or twice,
 * does no harm. One look follows each subscription too, be it the first or the one that the client makes when it has connected
 * again: it finds what was published in between. What is lost all the same is left to the poll.
 *
 * <p>Safe for use by several threads: the lock is held for a few instructions at a time, and never while one who waits is told.
 */
final class SettleNotices extends RedisPubSubAdapter<byte[], byte[]> {

    /** In a moment, for at once it would meet the same broken connection. */
    private static final Retry RETRY = Retry.backoff(5, Duration.ofMillis(10))
            .filter(failure -> !(failure instanceof RedisCommandExecutionException))
            .onRetryExhaustedThrow((retries, last) -> last.failure());

    private final StatefulRedisPubSubConnection<byte[], byte[]> connection;
    private final byte[] prefix;

    // Guarded by this, with all that is in the channels. This listens to the connection while there is one.
    private final Map<ByteBuffer, Channel> channels = new HashMap<>();

    /**
     * Makes one for which nobody waits yet.
     *
     * @param prefix what the names of all channels begin with; the key's text follows
     */
    SettleNotices(StatefulRedisPubSubConnection<byte[], byte[]> connection, byte[] prefix) {
        this.connection = connection;
        this.prefix = prefix;
    }

    /**
     * Links an action, which is called when a look finds that the key is settled.
     *
     * @param find looks, without delay; does not throw
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
                // Its confirmation, or failure, is on its way.
                return;
            }
            channel.isSubscribed = false;
        }
        unsubscribe(channel);
    }

    /** To be called under the lock. */
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

    /** It makes waits longer, and breaks nothing: so nobody but the hook for what is left over is told. */
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
        // A connection that was reset is made again, and subscribed again: that is confirmed, and then another one is
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
            look(name);
        } else {
            unsubscribe(channel);
        }
    }

    @Override
    public void message(byte[] name, byte[] status) {
        look(name);
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

    /** Once for all that wait by now; what the answer says is true at an instant after they came. */
    private void look(byte[] name) {
        List<Wait> told = waitsFor(name);
        if (!told.isEmpty()) {
            // A look that fails is one that is missed: the poll makes another.
            var unused = told.get(0).find.get().thenAccept(found -> {
                if (found.status().isSettled()) {
                    told.forEach(wait -> wait.tell(found));
                }
            });
        }
    }

    private synchronized List<Wait> waitsFor(byte[] name) {
        Channel channel = channels.get(ByteBuffer.wrap(name));
        return channel == null ? List.of() : List.copyOf(channel.waits);
    }

    /** A channel that somebody waits at, or that is being left. */
    private static final class Channel {

        private final byte[] name;
        private final Set<Wait> waits = new LinkedHashSet<>(2);

        // Whether a command was sent that was not refused.
        private boolean isAsked;
        private boolean isSubscribed;

        Channel(byte[] name) {
            this.name = name;
        }
    }

    /** One action that waits. */
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

        void tell(TaskRecord settled) {
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
