// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import io.reactivetracker.Registration;
import io.reactivetracker.TaskTimer;
import io.reactivetracker.internal.Throwables;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A store in memory: a map from each key to its last claim.
 *
 * <p>Each transition is at most one operation of the map:
 *
 * <pre>
 *   begin         merge              puts a new claim if there is none or one that FAILED
 *   beginRevoke   computeIfPresent   puts a new claim if there is one that SUCCEEDED
 *   succeed, fail -                  the claim settles itself; a revoke that succeeded is then removed
 *   forget        computeIfPresent   removes a claim that is settled
 *   eviction      remove             removes that very claim: it is settled, and settled claims do not change
 * </pre>
 *
 * <p>Only its owner removes a claim that is not settled. Fencing tokens increase from claim to claim. A key whose claim
 * has left the map continues above the greatest token that ever left it ({@code greatestRemoved}). That is raised
 * <em>before</em> the claim leaves, so a thread that finds no claim for the key reads a value that is high enough.
 */
final class MemoryStore<K> implements RecordStore<K> {

    /** The number of records of each kind that one call drops; it adds one at most. */
    private static final int MAX_EVICTED_PER_CALL = 4;

    private final ConcurrentHashMap<K, MemoryClaim<K>> claims = new ConcurrentHashMap<>();
    private final BiFunction<MemoryClaim<K>, MemoryClaim<K>, MemoryClaim<K>> begin = MemoryClaim::begin;
    private final AtomicLong greatestRemoved = new AtomicLong();

    // One for each kind, so that failures do not evict successes. Null if all records are kept.
    private final @Nullable RetainedClaims<K> successes;
    private final @Nullable RetainedClaims<K> failures;
    private final @Nullable Expiry expiry;

    MemoryStore(Retention retention, TaskTimer timer) {
        Objects.requireNonNull(retention, "retention must not be null");
        Objects.requireNonNull(timer, "timer must not be null");
        boolean isForever = retention.isForever();
        this.successes = isForever ? null : new RetainedClaims<>(retention, timer);
        this.failures = isForever ? null : new RetainedClaims<>(retention, timer);
        Duration age = retention.maxAge();
        this.expiry = age == null ? null : new Expiry(this, timer, age);
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // a claim has an identity
    public CompletableFuture<Claim> begin(K key) {
        requireKey(key);
        evict();
        while (true) {
            MemoryClaim<K> requested = newClaim(key, TaskStatus.RUNNING);
            MemoryClaim<K> current = claims.merge(key, requested, begin);
            if (current == requested) {
                requested.setFencingTokenAfter(greatestRemoved.get());
                return CompletableFuture.completedFuture(requested);
            }
            TaskStatus status = current.statusNow();
            // It may have failed since the operation of the map; then the key is free after all.
            if (status != TaskStatus.FAILED && status != TaskStatus.NOT_FOUND) {
                return CompletableFuture.failedFuture(new TaskAlreadyRecordedException(key, status));
            }
        }
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // a claim has an identity
    public CompletableFuture<Claim> beginRevoke(K key) {
        requireKey(key);
        evict();
        MemoryClaim<K> requested = newClaim(key, TaskStatus.REVOKING);
        while (true) {
            MemoryClaim<K> current =
                    claims.computeIfPresent(key, (same, settled) -> MemoryClaim.beginRevoke(settled, requested));
            if (current == requested) {
                return CompletableFuture.completedFuture(requested);
            }
            TaskStatus status = current == null ? TaskStatus.NOT_FOUND : current.statusNow();
            // It may have succeeded since the operation of the map; then there is something to revoke after all.
            if (status != TaskStatus.SUCCEEDED) {
                return CompletableFuture.failedFuture(new TaskNotSucceededException(key, status));
            }
        }
    }

    private static void requireKey(@Nullable Object key) {
        Objects.requireNonNull(key, "key must not be null");
    }

    private MemoryClaim<K> newClaim(K key, TaskStatus underWay) {
        return successes == null
                ? new MemoryClaim<>(this, key, underWay)
                : new RetainedClaims.RetainedClaim<>(this, key, underWay);
    }

    /** A claim has settled itself. */
    void settled(MemoryClaim<K> claim, TaskStatus status) {
        if (status == TaskStatus.NOT_FOUND) {
            remove(claim);
        } else {
            RetainedClaims<K> retained = retained(status);
            if (retained != null) {
                boolean isOldest = retained.enter(claim);
                evict();
                if (isOldest && expiry != null) {
                    expiry.set();
                }
            }
        }
    }

    private @Nullable RetainedClaims<K> retained(TaskStatus status) {
        return status == TaskStatus.SUCCEEDED ? successes : failures;
    }

    boolean isExpired(MemoryClaim<K> claim, TaskStatus status) {
        RetainedClaims<K> retained = retained(status);
        return retained != null && status != TaskStatus.NOT_FOUND && retained.isExpired(claim);
    }

    /** Another claim takes the place of a settled one in the map. Called under the map's lock for the key. */
    void leave(MemoryClaim<K> claim) {
        RetainedClaims<K> retained = retained(claim.status());
        if (retained != null) {
            retained.leave(claim);
        }
    }

    private void evict() {
        boolean unused = evict(MAX_EVICTED_PER_CALL);
    }

    /**
     * Drops up to {@code max} records of each kind that are too many or too old; returns false if there may be more.
     */
    boolean evict(int max) {
        if (successes == null || failures == null) {
            return true;
        }
        boolean areAll = evict(successes, max);
        return evict(failures, max) && areAll;
    }

    private boolean evict(RetainedClaims<K> retained, int max) {
        for (int i = 0; i < max; i++) {
            MemoryClaim<K> next = retained.pollExpired();
            if (next == null) {
                return true;
            }
            remove(next);
        }
        return false;
    }

    /**
     * Returns the time until the next record reaches its maximum age, in nanoseconds; negative if there is no record.
     */
    long nanosToExpiry() {
        long success = successes == null ? -1 : successes.nanosToExpiry();
        long failure = failures == null ? -1 : failures.nanosToExpiry();
        return success < 0 || failure < 0 ? Math.max(success, failure) : Math.min(success, failure);
    }

    /** Removes a settled claim. A key that throws when it is compared must not affect other keys, or the waiters. */
    private void remove(MemoryClaim<K> claim) {
        raiseGreatestRemoved(claim);
        try {
            claims.remove(claim.key, claim);
        } catch (Throwable brokenKey) {
            Throwables.reportUncaught(brokenKey);
        }
    }

    private void raiseGreatestRemoved(MemoryClaim<K> claim) {
        long token = claim.fencingToken();
        if (token > greatestRemoved.get()) {
            greatestRemoved.accumulateAndGet(token, Math::max);
        }
    }

    @Override
    public CompletableFuture<Boolean> forget(K key) {
        requireKey(key);
        evict();
        boolean[] isForgotten = new boolean[1];
        claims.computeIfPresent(key, (same, claim) -> {
            TaskStatus status = claim.statusNow();
            if (!status.isSettled()) {
                return claim;
            }
            raiseGreatestRemoved(claim);
            leave(claim);
            isForgotten[0] = status != TaskStatus.NOT_FOUND;
            return null;
        });
        return CompletableFuture.completedFuture(isForgotten[0]);
    }

    @Override
    public CompletableFuture<TaskRecord> find(K key) {
        requireKey(key);
        evict();
        MemoryClaim<K> claim = claims.get(key);
        return CompletableFuture.completedFuture(claim == null ? TaskRecord.of(TaskStatus.NOT_FOUND) : claim.read());
    }

    @Override
    public Registration onSettled(K key, Consumer<? super TaskRecord> action) {
        requireKey(key);
        Objects.requireNonNull(action, "action must not be null");
        evict();
        MemoryClaim<K> claim = claims.get(key);
        if (claim == null) {
            action.accept(TaskRecord.of(TaskStatus.NOT_FOUND));
            return Registration.none();
        }
        return claim.onSettled(action);
    }

    @Override
    public @Nullable Duration pollInterval() {
        return null;
    }

    @Override
    public CompletableFuture<List<K>> keys(TaskStatus status) {
        evict();
        List<K> keys = new ArrayList<>();
        claims.forEach((key, claim) -> {
            if (claim.statusNow() == status) {
                keys.add(key);
            }
        });
        return CompletableFuture.completedFuture(keys);
    }

    @Override
    public CompletableFuture<Map<TaskStatus, Long>> counts() {
        evict();
        Map<TaskStatus, Long> counts = new EnumMap<>(TaskStatus.class);
        for (TaskStatus status : TaskStatus.values()) {
            counts.put(status, 0L);
        }
        claims.forEachValue(Long.MAX_VALUE, claim -> counts.merge(claim.statusNow(), 1L, Long::sum));
        // A revoke that has succeeded may not have left the map yet.
        counts.remove(TaskStatus.NOT_FOUND);
        return CompletableFuture.completedFuture(counts);
    }

    /**
     * Returns the number of keys.
     *
     * @return a description for logs; its format may change
     */
    @Override
    public String toString() {
        return "RecordStore[in memory, " + claims.mappingCount() + " keys]";
    }
}
