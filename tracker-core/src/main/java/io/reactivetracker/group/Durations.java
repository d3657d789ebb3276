// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import java.time.Duration;
import java.util.Objects;

/** What a duration must be. */
final class Durations {

    /** The longest that is told from for ever: some 146 years, so that two of them can be added. */
    static final long LONGEST_NANOS = Long.MAX_VALUE / 2;

    private static final Duration LONGEST = Duration.ofNanos(LONGEST_NANOS);

    private Durations() {}

    static Duration requirePositive(String what, Duration duration) {
        Objects.requireNonNull(duration, () -> what + " must not be null");
        if (duration.isZero() || duration.isNegative()) {
            throw new IllegalArgumentException(what + " must be positive, but was " + duration);
        }
        return duration;
    }

    static Duration requireNotNegative(String what, Duration duration) {
        Objects.requireNonNull(duration, () -> what + " must not be null");
        if (duration.isNegative()) {
            throw new IllegalArgumentException(what + " must not be negative, but was " + duration);
        }
        return duration;
    }

    static long nanos(Duration duration) {
        return duration.compareTo(LONGEST) > 0 ? LONGEST_NANOS : duration.toNanos();
    }
}
