// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

import io.reactivetracker.internal.Preconditions;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Limits how long a store keeps the records of successes and failures, and how many of them.
 *
 * <p><strong>A success that is dropped can happen again.</strong> A key whose record is dropped is {@link
 * TaskStatus#NOT_FOUND}, and a task with it begins as if none had ever run. So keep records for longer than the same
 * key can come again by retries, redeliveries and repeated requests. A key that is RUNNING or REVOKING is never
 * dropped.
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
     * Returns a retention of all records until they are revoked or forgotten: the store grows with the number of keys.
     *
     * @return the default retention
     */
    public static Retention forever() {
        return FOREVER;
    }

    /**
     * Returns a retention with a maximum age.
     *
     * @param maxAge the maximum time since the record was settled; positive
     * @return a retention of any number of records
     * @throws IllegalArgumentException if the age is not positive
     */
    public static Retention maxAge(Duration maxAge) {
        return new Retention(Preconditions.requirePositive("maxAge", maxAge), Long.MAX_VALUE);
    }

    /**
     * Returns a retention of the latest successes and of the latest failures. A failure never drops a success.
     *
     * @param maxEntries the maximum number of each; positive
     * @return a retention of records of any age
     * @throws IllegalArgumentException if the number is not positive
     */
    public static Retention maxEntries(long maxEntries) {
        return new Retention(null, Preconditions.requirePositive("maxEntries", maxEntries));
    }

    /**
     * Returns a retention with a maximum age and a maximum number. The first limit to be reached drops a record.
     *
     * @param maxAge the maximum time since the record was settled; positive
     * @param maxEntries the maximum number of successes and of failures; positive
     * @return a retention with both limits
     * @throws IllegalArgumentException if one of them is not positive
     */
    public static Retention of(Duration maxAge, long maxEntries) {
        return new Retention(
                Preconditions.requirePositive("maxAge", maxAge),
                Preconditions.requirePositive("maxEntries", maxEntries));
    }

    /**
     * Returns the maximum age of a record, measured from its settlement.
     *
     * @return the age, or null if there is no maximum
     */
    public @Nullable Duration maxAge() {
        return maxAge;
    }

    /**
     * Returns the maximum number of successes, and of failures.
     *
     * @return the number; {@link Long#MAX_VALUE} if there is no maximum
     */
    public long maxEntries() {
        return maxEntries;
    }

    boolean isForever() {
        return maxAge == null && maxEntries == Long.MAX_VALUE;
    }

    /**
     * Returns the limits.
     *
     * @return a description for logs; its format may change
     */
    @Override
    public String toString() {
        return "Retention[" + (maxAge == null ? "any age" : maxAge) + ", "
                + (maxEntries == Long.MAX_VALUE ? "any number" : maxEntries) + "]";
    }
}
