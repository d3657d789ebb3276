// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.redis;

import io.reactivetracker.recorder.KeyCodec;
import io.reactivetracker.recorder.TaskStatus;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Lists the keys that have a status, page by page.
 *
 * <p>A key whose lease has run out stays in the set of RUNNING or REVOKING keys until some script moves it to the
 * settled ones. So the former set is scanned first: a key that is moved meanwhile is seen before or after that, or
 * both, and the result contains it once.
 */
final class KeyScan<K> {

    /** Reads one page: the next cursor, and keys. */
    interface Pages {
        CompletableFuture<List<Object>> page(TaskStatus set, String wanted, byte[] cursor);
    }

    private static final Logger LOG = System.getLogger(KeyScan.class.getName());
    private static final byte[] START = {'0'};
    private static final String HELD = "held";
    private static final String ENDED = "ended";

    private final Pages pages;
    private final KeyCodec<K> codec;
    private final Set<K> found = new LinkedHashSet<>();
    private int unreadableKeys;
    private @Nullable RuntimeException lastFailure;

    KeyScan(Pages pages, KeyCodec<K> codec) {
        this.pages = pages;
        this.codec = codec;
    }

    CompletableFuture<List<K>> keys(TaskStatus status) {
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

    private CompletableFuture<Void> scan(TaskStatus set, String wanted, byte[] cursor) {
        return pages.page(set, wanted, cursor).thenCompose(page -> {
            for (Object key : page.subList(1, page.size())) {
                add((byte[]) key);
            }
            byte[] next = (byte[]) page.get(0);
            return "0".equals(new String(next, StandardCharsets.US_ASCII))
                    ? CompletableFuture.completedFuture(null)
                    : scan(set, wanted, next);
        });
    }

    /** Skips a key that cannot be decoded, such as one of another type that another process has written. */
    private void add(byte[] key) {
        try {
            found.add(codec.decode(key));
        } catch (RuntimeException unreadable) {
            unreadableKeys++;
            lastFailure = unreadable;
        }
    }

    private List<K> list() {
        if (unreadableKeys > 0) {
            LOG.log(
                    Level.WARNING,
                    "A list of a recorder''s keys in Redis omits {0} that cannot be read, the last because of: {1}",
                    unreadableKeys,
                    lastFailure);
        }
        return new ArrayList<>(found);
    }
}
