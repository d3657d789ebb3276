// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import io.reactivetracker.internal.Durations;
import io.reactivetracker.internal.Preconditions;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How long a store keeps the records of what has succeeded or failed, and how many of them.
 *
 * <p><strong>A success that is forgotten can happen again.</strong> A record that falls to its age or to the number of
 * others is {@link TaskStatus#NOT_FOUND} from then on, and a task of its key begins as if it had never run. So keep records
 * for longer than the same key can possibly come again, by retries, redeliveries and repeated requests. What is running or
 * being revoked is never dropped.
 *
 * <p>Immutable.
 */
public final class Retention {

    private static final Retention FOREVER = new Retention(null, Long.MAX_VALUE);

    private final @Nullable Duration maxAge;
    private final long maxEntries;

    private Retention(@Nullable Duration maxAge, long maxEntries) {
        this.maxAge = maxAge;
        this.maxEntries = maxEntries;
    }

    /**
     * Keeps every record, until it is revoked or forgotten by hand: the store grows with the number of keys.
     *
     * @return what is used unless another is given
     */
    public static Retention forever() {
        return FOREVER;
    }

    /**
     * Keeps a record for some time after it was settled.
     *
     * @param maxAge how long; positive
     * @return a retention without a bound on their number
     * @throws IllegalArgumentException if the age is not positive
     */
    public static Retention maxAge(Duration maxAge) {
        return new Retention(Preconditions.requirePositive("maxAge", maxAge), Long.MAX_VALUE);
    }

    /**
     * Keeps the successes that were settled last, and as many failures: a failure never drops a success.
     *
     * @param maxEntries how many of each; positive
     * @return a retention without a bound on their age
     * @throws IllegalArgumentException if the number is not positive
     */
    public static Retention maxEntries(long maxEntries) {
        return new Retention(null, Preconditions.requirePositive("maxEntries", maxEntries));
    }

    /**
     * Keeps the successes that were settled last, and as many failures, and each for some time.
     *
     * @param maxAge how long after it was settled; positive
     * @param maxEntries how many of each; positive
     * @return a retention with both bounds: the first to be reached drops a record
     * @throws IllegalArgumentException if one of them is not positive
     */
    public static Retention of(Duration maxAge, long maxEntries) {
        return new Retention(Preconditions.requirePositive("maxAge", maxAge), Preconditions.requirePositive("maxEntries", maxEntries));
    }

    /**
     * For how long a record is kept after it was settled.
     *
     * @return the age, or null if there is no bound
     */
    public @Nullable Duration maxAge() {
        return maxAge;
    }

    /**
     * How many successes are kept, and how many failures.
     *
     * @return the number; {@link Long#MAX_VALUE} if there is no bound
     */
    public long maxEntries() {
        return maxEntries;
    }

    boolean isForever() {
        return maxAge == null && maxEntries == Long.MAX_VALUE;
    }

    /**
     * The bounds.
     *
     * @return for people to read; the form may change
     */
    @Override
    public String toString() {
        return "Retention[" + (maxAge == null ? "any age" : maxAge) + ", "
                + (maxEntries == Long.MAX_VALUE ? "any number" : maxEntries) + "]";
    }
}
