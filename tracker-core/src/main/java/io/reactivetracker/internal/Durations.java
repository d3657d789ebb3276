// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.internal;

import java.time.Duration;
import java.util.Objects;

/** What a duration must be. */
public final class Durations {

    /** The longest that is told from for ever, in nanoseconds: some 146 years, so that two of them can be added. */
    public static final long LONGEST_NANOS = Long.MAX_VALUE / 2;

    private static final Duration LONGEST = Duration.ofNanos(LONGEST_NANOS);

    private Durations() {}

    /**
     * Requires a duration that is positive.
     *
     * @param what what it is, for the message
     * @param duration the duration
     * @return the duration
     * @throws IllegalArgumentException if it is not
     */
    public static Duration requirePositive(String what, Duration duration) {
        Objects.requireNonNull(duration, () -> what + " must not be null");
        if (duration.isZero() || duration.isNegative()) {
            throw new IllegalArgumentException(what + " must be positive, but was " + duration);
        }
        return duration;
    }

    /**
     * Requires a duration that is zero or positive.
     *
     * @param what what it is, for the message
     * @param duration the duration
     * @return the duration
     * @throws IllegalArgumentException if it is not
     */
    public static Duration requireNotNegative(String what, Duration duration) {
        Objects.requireNonNull(duration, () -> what + " must not be null");
        if (duration.isNegative()) {
            throw new IllegalArgumentException(what + " must not be negative, but was " + duration);
        }
        return duration;
    }

    /**
     * The duration as a number that can be added to a time.
     *
     * @param duration not negative
     * @return nanoseconds, {@link #LONGEST_NANOS} at most
     */
    public static long nanos(Duration duration) {
        return duration.compareTo(LONGEST) > 0 ? LONGEST_NANOS : duration.toNanos();
    }
}
