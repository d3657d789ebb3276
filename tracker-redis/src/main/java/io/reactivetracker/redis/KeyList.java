// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.redis;

import io.reactivetracker.recorder.TaskStatus;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Puts together, page by page, the list of keys that are in a state.
 *
 * <p>Where a lease has run out the key is still listed among those under way until somebody writes its end down, which moves
 * it on to the settled ones. So those under way are looked through first: a key that is moved meanwhile is seen before or
 * after, or both, and the set has it once.
 */
final class KeyList<K> {

    /** Brings one page: a cursor, and keys. */
    interface Pages {
        CompletableFuture<List<Object>> page(TaskStatus zset, String wanted, byte[] cursor);
    }

    private static final Logger LOG = System.getLogger(KeyList.class.getName());
    private static final byte[] START = {'0'};
    private static final String HELD = "held";
    private static final String ENDED = "ended";

    private final Pages pages;
    private final Function<byte[], K> read;
    private final Set<K> found = new LinkedHashSet<>();
    private int unreadableKeys;
    private @Nullable RuntimeException lastFailure;

    KeyList(Pages pages, Function<byte[], K> read) {
        this.pages = pages;
        this.read = read;
    }

    CompletableFuture<List<K>> of(TaskStatus status) {
        CompletableFuture<Void> all = switch (status) {
            case RUNNING, REVOKING -> scan(status, HELD, START);
            case FAILED -> scanBoth(TaskStatus.RUNNING, TaskStatus.FAILED);
            case SUCCEEDED -> scanBoth(TaskStatus.REVOKING, TaskStatus.SUCCEEDED);
            case NOT_FOUND -> throw new IllegalArgumentException("status must not be NOT_FOUND");
        };
        return all.thenApply(done -> list());
    }

    private CompletableFuture<Void> scanBoth(TaskStatus underWay, TaskStatus settled) {
        return scan(underWay, ENDED, START).thenCompose(done -> scan(settled, ENDED, START));
    }

    /** A key that cannot be read, as one that a process with keys of another type has written, keeps no other from the list. */
    private void add(byte[] key) {
        try {
            found.add(read.apply(key));
        } catch (RuntimeException unreadable) {
            unreadableKeys++;
            lastFailure = unreadable;
        }
    }

    private List<K> list() {
        if (unreadableKeys > 0) {
            LOG.log(
                    Level.WARNING,
                    "A list of a recorder''s keys in Redis leaves out {0} that cannot be read, the last since: {1}",
                    unreadableKeys,
                    lastFailure);
        }
        return new ArrayList<>(found);
    }

    private CompletableFuture<Void> scan(TaskStatus zset, String wanted, byte[] cursor) {
        return pages.page(zset, wanted, cursor).thenCompose(page -> {
            for (Object key : page.subList(1, page.size())) {
                add((byte[]) key);
            }
            byte[] next = (byte[]) page.get(0);
            return "0".equals(new String(next, StandardCharsets.US_ASCII))
                    ? CompletableFuture.completedFuture(null)
                    : scan(zset, wanted, next);
        });
    }
}
