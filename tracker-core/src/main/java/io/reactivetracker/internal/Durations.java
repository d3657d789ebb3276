// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.internal;

import java.time.Duration;

/** Converts durations. */
public final class Durations {

    /** The maximum of a converted duration, about 146 years: the sum of two is still a {@code long}. */
    public static final long MAX_NANOS = Long.MAX_VALUE / 2;

    private static final Duration MAX = Duration.ofNanos(MAX_NANOS);

    private Durations() {}

    /**
     * Returns a duration in nanoseconds.
     *
     * @param duration not negative
     * @return up to {@link #MAX_NANOS}
     */
    public static long saturatedNanos(Duration duration) {
        return duration.compareTo(MAX) > 0 ? MAX_NANOS : duration.toNanos();
    }

    /**
     * Returns a duration in seconds, for people, rounded down to tenths.
     *
     * @param duration not negative
     * @return for example {@code "4.0 s"}
     */
    public static String inSeconds(Duration duration) {
        return duration.toSeconds() + "." + duration.toNanosPart() / 100_000_000 + " s";
    }

    /**
     * Returns a duration for people, in milliseconds if it is shorter than a second.
     *
     * @param duration not negative
     * @return for example {@code "4.0 s"} or {@code "250 ms"}
     */
    public static String inUnits(Duration duration) {
        long millis = saturatedNanos(duration) / 1_000_000;
        return millis < 1_000 ? millis + " ms" : inSeconds(duration);
    }
}
