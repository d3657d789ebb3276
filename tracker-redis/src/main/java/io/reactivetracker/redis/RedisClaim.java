// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.redis;

import io.reactivetracker.recorder.RecordStore;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A key that is held in Redis under a fencing token, which is all that the steps on it need. */
final class RedisClaim implements RecordStore.Claim {

    private final RedisRecordStore<?> store;
    private final byte[] key;
    private final long fence;

    RedisClaim(RedisRecordStore<?> store, byte[] key, long fence) {
        this.store = store;
        this.key = key;
        this.fence = fence;
    }

    @Override
    public long fencingToken() {
        return fence;
    }

    @Override
    public Duration lease() {
        return store.lease();
    }

    @Override
    public CompletableFuture<Boolean> succeed() {
        return store.step(store.scripts().succeed, key, fenceText());
    }

    @Override
    public CompletableFuture<Boolean> fail(Throwable failure) {
        return store.step(store.scripts().fail, key, fenceText(), StoredFailure.write(failure));
    }

    @Override
    public CompletableFuture<Boolean> renew() {
        return store.renewAll(List.of(this)).get(0);
    }

    byte[] key() {
        return key;
    }

    byte[] fenceText() {
        return Server.bytes(Long.toString(fence));
    }
}
