// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import io.reactivetracker.TaskTimer;
import io.reactivetracker.internal.Durations;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The successes, or the failures, of a {@link MemoryStore} that does not keep all, in the order in which they were settled.
 *
 * <p>A chain whose elements carry its links, so that one enters or leaves in constant time and for no memory but its own; a
 * lock guards it, and is held for a few instructions. What is to be dropped is at its head, since everything in it is kept
 * for the same time. A claim enters when it was settled and leaves when another takes its place in the map; since these may
 * come in either order, one that has left does not enter any more.
 *
 * <p>A cache library would do as well. It would have to hold what is running too, without ever evicting that; and it would
 * be a dependency at run time of a module that has none, for a list of eighty lines.
 */
final class RetainedClaims<K> {

    private final TaskTimer timer;
    private final boolean hasAge;
    private final long ageNanos;
    private final long number;

    // Changed under the lock of this, as are the links of all claims; volatile for whoever only looks whether there is
    // something to drop, which is asked before each step and mostly is not so.
    private volatile @Nullable RetainedClaim<K> oldest;
    private volatile long size;
    private @Nullable RetainedClaim<K> youngest;

    RetainedClaims(Retention retention, TaskTimer timer) {
        Duration age = retention.maxAge();
        this.timer = timer;
        this.hasAge = age != null;
        this.ageNanos = age == null ? Durations.MAX_NANOS : Durations.saturatedNanos(age);
        this.number = retention.maxEntries();
    }

    /**
     * Takes a claim in, unless it has left before.
     *
     * @return true if it is the oldest, so that its age is the next to be waited for
     */
    @SuppressWarnings("NonAtomicVolatileUpdate") // the lock is held
    boolean enter(MemoryClaim<K> settled) {
        RetainedClaim<K> claim = (RetainedClaim<K>) settled;
        synchronized (this) {
            if (claim.place == Place.LEFT) {
                return false;
            }
            // Within the lock, so that the chain is in the order of the times.
            claim.settledAt = hasAge ? timer.nanoTime() : 0;
            claim.place = Place.LINKED;
            claim.older = youngest;
            if (youngest == null) {
                oldest = claim;
            } else {
                youngest.younger = claim;
            }
            youngest = claim;
            size++;
            return claim.older == null;
        }
    }

    void leave(MemoryClaim<K> settled) {
        RetainedClaim<K> claim = (RetainedClaim<K>) settled;
        synchronized (this) {
            if (claim.place == Place.LINKED) {
                unlink(claim);
            }
            claim.place = Place.LEFT;
        }
    }

    /** Takes the oldest out if it is one too many or too old. */
    @Nullable
    MemoryClaim<K> popExpired() {
        if (firstIfExpired() == null) {
            return null;
        }
        synchronized (this) {
            RetainedClaim<K> first = firstIfExpired();
            if (first != null) {
                unlink(first);
                first.place = Place.LEFT;
            }
            return first;
        }
    }

    private @Nullable RetainedClaim<K> firstIfExpired() {
        RetainedClaim<K> first = oldest;
        return first != null && (size > number || isTooOld(first)) ? first : null;
    }

    private boolean isTooOld(RetainedClaim<K> claim) {
        return hasAge && timer.nanoTime() - claim.settledAt >= ageNanos;
    }

    /** Whether a claim has reached its age; one that has is not seen any more, also while it is still in the map. */
    boolean isExpired(MemoryClaim<K> settled) {
        RetainedClaim<K> claim = (RetainedClaim<K>) settled;
        return hasAge && claim.place != Place.NEW && isTooOld(claim);
    }

    /** How long it takes until the oldest has reached its age, in nanoseconds; negative if there is none. */
    long untilNext() {
        RetainedClaim<K> first = oldest;
        return first == null ? -1 : Math.max(0, ageNanos - (timer.nanoTime() - first.settledAt));
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // the lock is held
    private void unlink(RetainedClaim<K> claim) {
        RetainedClaim<K> older = claim.older;
        RetainedClaim<K> younger = claim.younger;
        if (older == null) {
            oldest = younger;
        } else {
            older.younger = younger;
        }
        if (younger == null) {
            youngest = older;
        } else {
            younger.older = older;
        }
        claim.older = null;
        claim.younger = null;
        size--;
    }

    /** Whether a claim is in the chain. It is NEW, then maybe LINKED, and LEFT for good. */
    enum Place {
        NEW,
        LINKED,
        LEFT
    }

    /** A claim that will be dropped one day. */
    static final class RetainedClaim<K> extends MemoryClaim<K> {

        private @Nullable RetainedClaim<K> older;
        private @Nullable RetainedClaim<K> younger;
        private volatile Place place = Place.NEW;
        // Written before the place.
        private long settledAt;

        RetainedClaim(MemoryStore<K> store, K key, TaskStatus underWay) {
            super(store, key, underWay);
        }
    }
}
