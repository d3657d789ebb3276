// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.redis;

import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.reactivetracker.Registration;
import io.reactivetracker.recorder.TaskRecord;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * Tells those who wait for a key when Redis publishes that it is settled.
 *
 * <p>Each key has a channel, on which the script that settles publishes. The connection is subscribed to it while somebody
 * waits for the key:
 *
 * <pre>
 *   nobody waits ──the first comes: SUBSCRIBE──→ waited for ──the last goes: UNSUBSCRIBE──→ nobody waits
 *                                                 │      ↑
 *                      subscribed, message: look ─┤      │
 *          unsubscribed, by others: SUBSCRIBE ────┴──────┘
 * </pre>
 *
 * <p>A message only says that it is time to look: what is true is what Redis answers then. So one that comes late, or twice,
 * does no harm. One look follows each subscription too, be it the first or the one that the client makes when it has connected
 * again: it finds what was published in between. What is lost all the same is left to the poll.
 *
 * <p>Safe for use by several threads: the lock is held while waits are linked and commands are handed to the client, so that the
 * commands go out in the order of the changes; never while one who waits is told.
 */
final class SettleNotices extends RedisPubSubAdapter<byte[], byte[]> {

    private final StatefulRedisPubSubConnection<byte[], byte[]> connection;
    private final byte[] prefix;

    // Guarded by this. No channel without a wait; and this listens to the connection only while there is one.
    private final Map<ByteBuffer, Set<Wait>> waits = new HashMap<>();

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
        byte[] channel = ByteBuffer.allocate(prefix.length + key.length)
                .put(prefix)
                .put(key)
                .array();
        Wait wait = new Wait(channel, find, action);
        link(wait);
        return wait;
    }

    private void link(Wait wait) {
        CompletionStage<Void> sent;
        synchronized (this) {
            if (waits.isEmpty()) {
                connection.addListener(this);
            }
            Set<Wait> together = waits.computeIfAbsent(ByteBuffer.wrap(wait.channel), first -> new LinkedHashSet<>(2));
            together.add(wait);
            if (together.size() > 1) {
                return;
            }
            sent = connection.async().subscribe(wait.channel);
        }
        reportFailure(sent);
    }

    private void unlink(Wait wait) {
        CompletionStage<Void> sent;
        synchronized (this) {
            ByteBuffer channel = ByteBuffer.wrap(wait.channel);
            Set<Wait> together = waits.get(channel);
            if (together == null || !together.remove(wait) || !together.isEmpty()) {
                return;
            }
            waits.remove(channel);
            if (waits.isEmpty()) {
                connection.removeListener(this);
            }
            sent = connection.async().unsubscribe(wait.channel);
        }
        reportFailure(sent);
    }

    /** One that fails makes waits longer, and breaks nothing: so nobody but the hook for what is left over is told. */
    private static void reportFailure(CompletionStage<Void> sent) {
        var unused = sent.exceptionally(failure -> {
            Operators.onErrorDropped(failure, Context.empty());
            return null;
        });
    }

    @Override
    public void subscribed(byte[] channel, long count) {
        look(channel);
    }

    @Override
    public void message(byte[] channel, byte[] status) {
        look(channel);
    }

    /** Another store on the same connection may have waited for the same key, and have ceased to. */
    @Override
    public void unsubscribed(byte[] channel, long count) {
        CompletionStage<Void> sent;
        synchronized (this) {
            if (!waits.containsKey(ByteBuffer.wrap(channel))) {
                return;
            }
            sent = connection.async().subscribe(channel);
        }
        reportFailure(sent);
    }

    /** Once for all that wait by now; what the answer says is true at an instant after they came. */
    private void look(byte[] channel) {
        List<Wait> told = waitsFor(channel);
        if (!told.isEmpty()) {
            // A look that fails is one that is missed: the poll makes another.
            var unused = told.get(0).find.get().thenAccept(found -> {
                if (found.status().isSettled()) {
                    told.forEach(wait -> wait.tell(found));
                }
            });
        }
    }

    private synchronized List<Wait> waitsFor(byte[] channel) {
        return List.copyOf(waits.getOrDefault(ByteBuffer.wrap(channel), Set.of()));
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
