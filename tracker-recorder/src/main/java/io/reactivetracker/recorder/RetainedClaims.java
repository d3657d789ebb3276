// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import io.reactivetracker.TaskTimer;
import io.reactivetracker.internal.Durations;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The successes, or the failures, of a {@link MemoryStore} with a bounded retention, in the order in which they
 * settled.
 *
 * <p>An intrusive list: a claim enters and leaves in constant time and without further memory. A lock guards it for a
 * few instructions at a time. All claims are kept for the same time, so the ones to drop are at its head. A claim
 * enters when it is settled, and leaves when another takes its place in the map. The two may come in either order, so a
 * claim that has left does not enter any more.
 */
final class RetainedClaims<K> {

    private final TaskTimer timer;
    private final boolean hasMaxAge;
    private final long maxAgeNanos;
    private final long maxEntries;

    // Written under the lock, as are the links of all claims. Volatile for the unlocked check whether there is a claim
    // to drop, which precedes each step and is false most of the time.
    private volatile @Nullable RetainedClaim<K> oldest;
    private volatile long size;
    private @Nullable RetainedClaim<K> newest;

    RetainedClaims(Retention retention, TaskTimer timer) {
        Duration age = retention.maxAge();
        this.timer = timer;
        this.hasMaxAge = age != null;
        this.maxAgeNanos = age == null ? Durations.MAX_NANOS : Durations.saturatedNanos(age);
        this.maxEntries = retention.maxEntries();
    }

    /**
     * Adds a claim, unless it has left before.
     *
     * @return true if it is the oldest one, so that it is the next to expire
     */
    @SuppressWarnings("NonAtomicVolatileUpdate") // the lock is held
    boolean enter(MemoryClaim<K> settled) {
        RetainedClaim<K> claim = (RetainedClaim<K>) settled;
        synchronized (this) {
            if (claim.place == Place.LEFT) {
                return false;
            }
            // Under the lock, so that the list is in the order of the times.
            claim.settledAt = hasMaxAge ? timer.nanoTime() : 0;
            claim.place = Place.LINKED;
            claim.previous = newest;
            if (newest == null) {
                oldest = claim;
            } else {
                newest.next = claim;
            }
            newest = claim;
            size++;
            return claim.previous == null;
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

    /** Removes and returns the oldest claim if it is too old or there are too many; otherwise returns null. */
    @Nullable
    MemoryClaim<K> pollExpired() {
        if (peekExpired() == null) {
            return null;
        }
        synchronized (this) {
            RetainedClaim<K> first = peekExpired();
            if (first != null) {
                unlink(first);
                first.place = Place.LEFT;
            }
            return first;
        }
    }

    private @Nullable RetainedClaim<K> peekExpired() {
        RetainedClaim<K> first = oldest;
        return first != null && (size > maxEntries || isTooOld(first)) ? first : null;
    }

    private boolean isTooOld(RetainedClaim<K> claim) {
        return hasMaxAge && timer.nanoTime() - claim.settledAt >= maxAgeNanos;
    }

    /** Returns true if a claim has reached its maximum age. Such a claim is hidden, even if it is still in the map. */
    boolean isExpired(MemoryClaim<K> settled) {
        RetainedClaim<K> claim = (RetainedClaim<K>) settled;
        return hasMaxAge && claim.place != Place.NEW && isTooOld(claim);
    }

    /** Returns the time until the oldest claim expires, in nanoseconds; negative if there is none. */
    long nanosToExpiry() {
        RetainedClaim<K> first = oldest;
        return first == null ? -1 : Math.max(0, maxAgeNanos - (timer.nanoTime() - first.settledAt));
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // the lock is held
    private void unlink(RetainedClaim<K> claim) {
        RetainedClaim<K> previous = claim.previous;
        RetainedClaim<K> next = claim.next;
        if (previous == null) {
            oldest = next;
        } else {
            previous.next = next;
        }
        if (next == null) {
            newest = previous;
        } else {
            next.previous = previous;
        }
        claim.previous = null;
        claim.next = null;
        size--;
    }

    /** Where a claim is: NEW, then possibly LINKED, then LEFT. */
    enum Place {
        NEW,
        LINKED,
        LEFT
    }

    /** A claim with the links of the list. */
    static final class RetainedClaim<K> extends MemoryClaim<K> {

        private @Nullable RetainedClaim<K> previous;
        private @Nullable RetainedClaim<K> next;
        private volatile Place place = Place.NEW;
        // Written before the place.
        private long settledAt;

        RetainedClaim(MemoryStore<K> store, K key, TaskStatus underWay) {
            super(store, key, underWay);
        }
    }
}
