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
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A store in memory: a map from each key to the claim that was made on it last.
 *
 * <p>Each transition is one operation of the map, or none:
 *
 * <pre>
 *   begin         merge              puts a new claim where there is none or one that FAILED
 *   beginRevoke   computeIfPresent   puts a new claim where there is one that SUCCEEDED
 *   succeed, fail -                  the claim settles itself; a revoke that succeeded is taken out by remove
 *   forget        computeIfPresent   takes out a claim that is settled
 *   eviction      remove             takes out that very claim: it is settled, and if it is still there it stays so
 * </pre>
 *
 * <p>A claim that is not settled leaves the map by no one but its owner. Fencing numbers go up from claim to claim; a key
 * whose claim has left the map goes on above the greatest number that ever left it ({@code greatestGone}), which is put up
 * <em>before</em> the claim leaves, so whoever then finds the key without one reads a number that is high enough.
 */
final class MemoryStore<K> implements RecordStore<K> {

    /** What a call drops of each kind; it makes one record at most. */
    private static final int MOST_PER_CALL = 4;

    private final ConcurrentHashMap<K, MemoryClaim<K>> claims = new ConcurrentHashMap<>();
    private final BiFunction<MemoryClaim<K>, MemoryClaim<K>, MemoryClaim<K>> begun = MemoryClaim::begun;
    private final AtomicLong greatestGone = new AtomicLong();

    // Of each kind its own, so that failures cannot push successes out; null if all are kept.
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
    @SuppressWarnings("ReferenceEquality") // a claim is itself
    public CompletionStage<Claim> begin(K key) {
        Keys.require(key);
        evict();
        while (true) {
            MemoryClaim<K> asking = claim(key, TaskStatus.RUNNING);
            MemoryClaim<K> current = claims.merge(key, asking, begun);
            if (current == asking) {
                asking.numberAfter(greatestGone.get());
                return CompletableFuture.completedFuture(asking);
            }
            TaskStatus status = current.statusNow();
            // It may have failed since the map was asked: then the key is free after all.
            if (status != TaskStatus.FAILED && status != TaskStatus.NOT_FOUND) {
                return CompletableFuture.failedFuture(new TaskAlreadyRecordedException(key, status));
            }
        }
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // a claim is itself
    public CompletionStage<Claim> beginRevoke(K key) {
        Keys.require(key);
        evict();
        MemoryClaim<K> asking = claim(key, TaskStatus.REVOKING);
        while (true) {
            MemoryClaim<K> current =
                    claims.computeIfPresent(key, (same, settled) -> MemoryClaim.revoking(settled, asking));
            if (current == asking) {
                return CompletableFuture.completedFuture(asking);
            }
            TaskStatus status = current == null ? TaskStatus.NOT_FOUND : current.statusNow();
            // It may have succeeded since the map was asked: then there is something to revoke after all.
            if (status != TaskStatus.SUCCEEDED) {
                return CompletableFuture.failedFuture(new TaskNotSucceededException(key, status));
            }
        }
    }

    private MemoryClaim<K> claim(K key, TaskStatus underWay) {
        return successes == null
                ? new MemoryClaim<>(this, key, underWay)
                : new RetainedClaims.RetainedClaim<>(this, key, underWay);
    }

    /** A claim settled itself. */
    void settled(MemoryClaim<K> claim, TaskStatus status) {
        if (status == TaskStatus.NOT_FOUND) {
            drop(claim);
        } else {
            RetainedClaims<K> retained = retained(status);
            if (retained != null) {
                boolean isOldest = retained.enter(claim);
                evict();
                if (isOldest && expiry != null) {
                    expiry.isNeeded();
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

    /** A settled claim gives its place in the map to another one: under the map's lock for the key. */
    void leave(MemoryClaim<K> claim) {
        RetainedClaims<K> retained = retained(claim.status());
        if (retained != null) {
            retained.leave(claim);
        }
    }

    /** Drops a few of those that are too many or too old: more than a call can add, and little enough to wait for. */
    private void evict() {
        evict(MOST_PER_CALL);
    }

    /** Drops at most so many of each kind; gives false if there may be more. */
    boolean evict(int most) {
        if (successes == null || failures == null) {
            return true;
        }
        boolean areAll = evict(successes, most);
        return evict(failures, most) && areAll;
    }

    private boolean evict(RetainedClaims<K> retained, int most) {
        for (int i = 0; i < most; i++) {
            MemoryClaim<K> next = retained.popExpired();
            if (next == null) {
                return true;
            }
            drop(next);
        }
        return false;
    }

    /** How long it takes until the next record has reached its age, in nanoseconds; negative if there is none. */
    long untilNext() {
        long success = successes == null ? -1 : successes.untilNext();
        long failure = failures == null ? -1 : failures.untilNext();
        if (success < 0 || failure < 0) {
            return Math.max(success, failure);
        }
        return Math.min(success, failure);
    }

    /** Takes out what is settled; a key that cannot be found for it any more must not stop others, nor those who wait. */
    private void drop(MemoryClaim<K> claim) {
        raise(claim);
        try {
            claims.remove(claim.key, claim);
        } catch (Throwable brokenKey) {
            Throwables.reportUncaught(brokenKey);
        }
    }

    private void raise(MemoryClaim<K> going) {
        long fence = going.fencingToken();
        if (fence > greatestGone.get()) {
            greatestGone.accumulateAndGet(fence, Math::max);
        }
    }

    @Override
    public CompletionStage<Boolean> forget(K key) {
        Keys.require(key);
        evict();
        boolean[] isForgotten = new boolean[1];
        claims.computeIfPresent(key, (same, claim) -> {
            TaskStatus status = claim.statusNow();
            if (!status.isSettled()) {
                return claim;
            }
            raise(claim);
            leave(claim);
            isForgotten[0] = status != TaskStatus.NOT_FOUND;
            return null;
        });
        return MemoryClaim.answer(isForgotten[0]);
    }

    @Override
    public CompletionStage<TaskRecord> find(K key) {
        Keys.require(key);
        evict();
        MemoryClaim<K> claim = claims.get(key);
        return CompletableFuture.completedFuture(claim == null ? TaskRecord.of(TaskStatus.NOT_FOUND) : claim.read());
    }

    @Override
    public Registration onSettled(K key, Consumer<? super TaskRecord> action) {
        Keys.require(key);
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
    public CompletionStage<List<K>> keys(TaskStatus status) {
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
    public CompletionStage<Map<TaskStatus, Long>> counts() {
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
     * How many keys it has.
     *
     * @return for people to read; the form may change
     */
    @Override
    public String toString() {
        return "RecordStore[in memory, " + claims.mappingCount() + " keys]";
    }
}
