// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.redis;

import io.reactivetracker.internal.Throwables;
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
 * Checks, before the first step of a store, that its settings are those of the namespace and that the server evicts
 * nothing.
 *
 * <pre>
 *   UNCHECKED ──first step──→ CHECKING ──same settings, or none yet──→ CHECKED
 *      ↑                         │
 *      └──refused, or failed─────┘
 * </pre>
 *
 * <p>All steps wait while it is CHECKING, and fail if the check does.
 */
final class SettingsCheck {

    private static final Logger LOG = System.getLogger(RedisRecordStore.class.getName());
    private static final String REQUIRED_POLICY = "noeviction";

    private final Server server;
    private final Script script;
    private final String namespace;
    private final String settings;

    private volatile boolean isChecked;
    // Guarded by this.
    private @Nullable CompletableFuture<Void> checking;

    SettingsCheck(Server server, Script script, String namespace, Duration lease, Retention retention) {
        this.server = server;
        this.script = script;
        this.namespace = namespace;
        this.settings = "lease " + lease + ", " + retention;
    }

    /** Makes a step after the check. */
    CompletableFuture<List<Object>> before(Supplier<CompletableFuture<List<Object>>> step) {
        return isChecked ? step.get() : check().thenCompose(checked -> step.get());
    }

    private CompletableFuture<Void> check() {
        CompletableFuture<Void> mine = new CompletableFuture<>();
        synchronized (this) {
            if (checking != null) {
                return checking;
            }
            checking = mine;
        }
        CompletableFuture<?> unused = server.runWithSettings(script, Server.bytes(settings))
                .thenAccept(this::compare)
                .whenComplete((same, failure) -> checked(mine, failure));
        return mine;
    }

    private void checked(CompletableFuture<Void> mine, @Nullable Throwable failure) {
        synchronized (this) {
            checking = null;
        }
        if (failure == null) {
            mine.complete(null);
        } else {
            mine.completeExceptionally(Throwables.unwrap(failure));
        }
    }

    private void compare(List<Object> reply) {
        String stored = text(reply.get(0));
        if (!stored.isEmpty() && !stored.equals(settings)) {
            throw new IllegalStateException("namespace \"" + namespace + "\" is used with " + stored
                    + ", and this store has " + settings
                    + ": all processes must have the same settings. To change them, stop"
                    + " all processes, delete the key " + Server.prefix(namespace) + "settings and start them again");
        }
        String policy = text(reply.get(1));
        if (!isChecked && !policy.isEmpty() && !policy.equals(REQUIRED_POLICY)) {
            LOG.log(
                    Level.WARNING,
                    "Redis has maxmemory-policy {0}: it may evict records of namespace \"{1}\", and a success that is"
                            + " evicted can happen again. Set it to {2}",
                    policy,
                    namespace,
                    REQUIRED_POLICY);
        }
        // A full server may not have stored the settings; then the next step checks again.
        isChecked = !stored.isEmpty();
    }

    private static String text(Object reply) {
        return new String((byte[]) reply, StandardCharsets.UTF_8);
    }
}
