// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.redis;

import io.reactivetracker.recorder.FailureCodec;
import io.reactivetracker.recorder.RecordStore;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A claim on a key in Redis. Its steps need the key and the fencing token only. */
final class RedisClaim implements RecordStore.Claim {

    private final RedisRecordStore<?> store;
    private final byte[] key;
    private final long fencingToken;

    RedisClaim(RedisRecordStore<?> store, byte[] key, long fencingToken) {
        this.store = store;
        this.key = key;
        this.fencingToken = fencingToken;
    }

    @Override
    public long fencingToken() {
        return fencingToken;
    }

    @Override
    public Duration lease() {
        return store.lease();
    }

    @Override
    public CompletableFuture<Boolean> succeed() {
        return store.step(store.scripts().succeed, key, tokenText());
    }

    @Override
    public CompletableFuture<Boolean> fail(Throwable failure) {
        return store.step(store.scripts().fail, key, tokenText(), FailureCodec.encode(failure));
    }

    @Override
    public CompletableFuture<Boolean> renew() {
        return store.renewAll(List.of(this)).get(0);
    }

    byte[] key() {
        return key;
    }

    byte[] tokenText() {
        return Server.bytes(Long.toString(fencingToken));
    }
}
