// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import io.reactivetracker.internal.Durations;
import io.reactivetracker.internal.Preconditions;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.DoubleSupplier;

/** How long to wait before each retry. Immutable. */
public final class Backoff {

    private static final Backoff NONE = new Backoff(Duration.ZERO, Duration.ZERO, 0, () -> 0);

    private final Duration first;
    private final Duration longest;
    private final double jitter;
    private final DoubleSupplier random;

    private Backoff(Duration first, Duration longest, double jitter, DoubleSupplier random) {
        this.first = first;
        this.longest = longest;
        this.jitter = jitter;
        this.random = random;
    }

    /**
     * No wait at all.
     *
     * @return the backoff
     */
    public static Backoff none() {
        return NONE;
    }

    /**
     * The same wait each time.
     *
     * @param delay how long
     * @return the backoff
     * @throws IllegalArgumentException if the delay is not positive
     */
    public static Backoff fixed(Duration delay) {
        Preconditions.requirePositive("delay", delay);
        return exponential(delay, delay);
    }

    /**
     * Twice the wait each time, up to a longest one.
     *
     * @param first how long before the first retry
     * @param longest how long at most, jitter not counted
     * @return the backoff
     * @throws IllegalArgumentException if {@code first} is not positive, or {@code longest} is shorter
     */
    public static Backoff exponential(Duration first, Duration longest) {
        Preconditions.requirePositive("first", first);
        Objects.requireNonNull(longest, "longest must not be null");
        if (longest.compareTo(first) < 0) {
            throw new IllegalArgumentException(
                    "longest must not be shorter than first, but was " + longest + " with first " + first);
        }
        return new Backoff(first, longest, 0, () -> 0);
    }

    /**
     * The same waits, each longer or shorter by chance, so that tasks that failed together are not retried together.
     *
     * @param factor up to which part of the wait is added or taken away; from 0 to 1
     * @return the backoff
     * @throws IllegalArgumentException if the factor is out of its range
     */
    public Backoff jitter(double factor) {
        return jitter(factor, () -> ThreadLocalRandom.current().nextDouble(-1, 1));
    }

    /** With chance from a source of our own, from -1 to 1: for the tests. */
    Backoff jitter(double factor, DoubleSupplier chance) {
        if (!(factor >= 0 && factor <= 1)) {
            throw new IllegalArgumentException("factor must be from 0 to 1, but was " + factor);
        }
        return new Backoff(first, longest, factor, chance);
    }

    /**
     * How long to wait before a retry.
     *
     * @param retry which one; 1 is the first
     * @return the wait
     * @throws IllegalArgumentException if the number is not positive
     */
    public Duration delay(int retry) {
        Preconditions.requirePositive("retry", retry);
        long most = Durations.saturatedNanos(longest);
        long doubled = Durations.saturatedNanos(first);
        // No more than 62 rounds: what is positive has reached the longest by then.
        for (int i = 1; i < retry && doubled < most; i++) {
            doubled = Math.min(most, doubled * 2);
        }
        return Duration.ofNanos(doubled + (long) (doubled * jitter * random.getAsDouble()));
    }

    /**
     * The shortest and longest wait, and the jitter.
     *
     * @return for people to read; the form may change
     */
    @Override
    public String toString() {
        return "Backoff[" + first + " to " + longest + ", jitter " + jitter + "]";
    }
}
