// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.redis;

import io.reactivetracker.recorder.Retention;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Sees before the first step of a store that its settings are those of the namespace, and that the server evicts nothing.
 *
 * <pre>
 *   CLOSED ──first step──→ OPENING ──same settings, or none yet──→ OPEN
 *      ↑                      │
 *      └──refused, or failed──┘
 * </pre>
 *
 * <p>All steps wait while it is OPENING, and fail as it does. A store that is OPEN asks no more.
 */
final class Opening {

    private static final Logger LOG = System.getLogger(RedisRecordStore.class.getName());
    private static final String RIGHT_POLICY = "noeviction";

    private final Server server;
    private final Script script;
    private final String namespace;
    private final String settings;

    private volatile boolean isOpen;
    // Guarded by this.
    private @Nullable CompletableFuture<Void> opening;

    Opening(Server server, Script script, String namespace, Duration lease, Retention retention) {
        this.server = server;
        this.script = script;
        this.namespace = namespace;
        this.settings = "lease " + lease + ", " + retention;
    }

    /** Makes a step when the settings are known to be right. */
    CompletableFuture<List<Object>> before(Supplier<CompletableFuture<List<Object>>> step) {
        return isOpen ? step.get() : open().thenCompose(opened -> step.get());
    }

    private CompletableFuture<Void> open() {
        CompletableFuture<Void> mine = new CompletableFuture<>();
        synchronized (this) {
            if (opening != null) {
                return opening;
            }
            opening = mine;
        }
        CompletableFuture<?> unused = server.open(script, Server.bytes(settings))
                .thenAccept(this::check)
                .whenComplete((checked, failure) -> ended(mine, failure));
        return mine;
    }

    private void ended(CompletableFuture<Void> mine, @Nullable Throwable failure) {
        synchronized (this) {
            opening = null;
        }
        if (failure == null) {
            mine.complete(null);
        } else {
            Throwable cause = failure.getCause();
            mine.completeExceptionally(cause == null ? failure : cause);
        }
    }

    private void check(List<Object> reply) {
        String kept = text(reply.get(0));
        if (!kept.isEmpty() && !kept.equals(settings)) {
            throw new IllegalStateException("namespace \"" + namespace + "\" is used with " + kept
                    + ", and this store has " + settings
                    + ": all processes must have the same settings. To change them, stop"
                    + " all processes, delete the key " + Server.prefix(namespace) + "settings and start them again");
        }
        String policy = text(reply.get(1));
        if (!isOpen && !policy.isEmpty() && !policy.equals(RIGHT_POLICY)) {
            LOG.log(
                    Level.WARNING,
                    "Redis has maxmemory-policy {0}: it may evict records of namespace \"{1}\", and a success that is"
                            + " evicted can happen again. Set it to {2}",
                    policy,
                    namespace,
                    RIGHT_POLICY);
        }
        // Where they could not be kept the next step tries again.
        isOpen = !kept.isEmpty();
    }

    private static String text(Object reply) {
        return new String((byte[]) reply, StandardCharsets.UTF_8);
    }
}
