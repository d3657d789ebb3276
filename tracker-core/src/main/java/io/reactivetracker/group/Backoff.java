// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import io.reactivetracker.internal.Durations;
import io.reactivetracker.internal.Preconditions;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.DoubleSupplier;

/** The delays before retries. Immutable. */
public final class Backoff {

    private static final Backoff NONE = new Backoff(Duration.ZERO, Duration.ZERO, 0, () -> 0);

    private final Duration first;
    private final Duration max;
    private final double jitter;
    private final DoubleSupplier random;

    private Backoff(Duration first, Duration max, double jitter, DoubleSupplier random) {
        this.first = first;
        this.max = max;
        this.jitter = jitter;
        this.random = random;
    }

    /**
     * Returns a backoff without delays.
     *
     * @return the backoff
     */
    public static Backoff none() {
        return NONE;
    }

    /**
     * Returns a backoff whose delays are equal.
     *
     * @param delay the delay
     * @return the backoff
     * @throws IllegalArgumentException if the delay is not positive
     */
    public static Backoff fixed(Duration delay) {
        Preconditions.requirePositive("delay", delay);
        return exponential(delay, delay);
    }

    /**
     * Returns a backoff that doubles the delay each time, up to a maximum.
     *
     * @param first the delay before the first retry
     * @param max the maximum delay, without jitter
     * @return the backoff
     * @throws IllegalArgumentException if {@code first} is not positive, or {@code max} is shorter
     */
    public static Backoff exponential(Duration first, Duration max) {
        Preconditions.requirePositive("first", first);
        Objects.requireNonNull(max, "max must not be null");
        if (max.compareTo(first) < 0) {
            throw new IllegalArgumentException(
                    "max must not be shorter than first, but was " + max + " with first " + first);
        }
        return new Backoff(first, max, 0, () -> 0);
    }

    /**
     * Returns a backoff with random deviations, so that tasks that failed together are not retried together.
     *
     * @param factor the largest deviation, as a part of the delay; from 0 to 1
     * @return the backoff
     * @throws IllegalArgumentException if the factor is out of its range
     */
    public Backoff jitter(double factor) {
        return jitter(factor, () -> ThreadLocalRandom.current().nextDouble(-1, 1));
    }

    /** With a source of random numbers from -1 to 1, for tests. */
    Backoff jitter(double factor, DoubleSupplier chance) {
        if (!(factor >= 0 && factor <= 1)) {
            throw new IllegalArgumentException("factor must be from 0 to 1, but was " + factor);
        }
        return new Backoff(first, max, factor, chance);
    }

    /**
     * Returns the delay before a retry.
     *
     * @param retry the number of the retry; 1 is the first
     * @return the delay
     * @throws IllegalArgumentException if the number is not positive
     */
    public Duration delay(int retry) {
        Preconditions.requirePositive("retry", retry);
        long maxNanos = Durations.saturatedNanos(max);
        long doubled = Durations.saturatedNanos(first);
        // No more than 62 rounds: any positive number has reached the maximum by then.
        for (int i = 1; i < retry && doubled < maxNanos; i++) {
            doubled = Math.min(maxNanos, doubled * 2);
        }
        return Duration.ofNanos(doubled + (long) (doubled * jitter * random.getAsDouble()));
    }

    /**
     * Returns the first and the maximum delay, and the jitter.
     *
     * @return a description for logs; its format may change
     */
    @Override
    public String toString() {
        return "Backoff[" + first + " to " + max + ", jitter " + jitter + "]";
    }
}
