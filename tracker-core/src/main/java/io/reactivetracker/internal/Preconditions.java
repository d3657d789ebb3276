// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.internal;

import java.time.Duration;
import java.util.Objects;

/** Checks arguments. Each method returns the argument that it has checked. */
public final class Preconditions {

    private Preconditions() {}

    /**
     * Requires a name that is not blank.
     *
     * @param what what has the name, for the message
     * @param name the name
     * @return the name
     * @throws IllegalArgumentException if it is blank
     */
    public static String requireName(String what, String name) {
        Objects.requireNonNull(name, () -> what + " must not be null");
        if (name.isBlank()) {
            throw new IllegalArgumentException(
                    what + " must not be blank, but was \"" + name + "\": give it a name that tells it from others");
        }
        return name;
    }

    /**
     * Requires a positive number.
     *
     * @param what the parameter, for the message
     * @param number the number
     * @return the number
     * @throws IllegalArgumentException if it is zero or negative
     */
    public static int requirePositive(String what, int number) {
        return (int) requirePositive(what, (long) number);
    }

    /**
     * Requires a positive number.
     *
     * @param what the parameter, for the message
     * @param number the number
     * @return the number
     * @throws IllegalArgumentException if it is zero or negative
     */
    public static long requirePositive(String what, long number) {
        if (number < 1) {
            throw new IllegalArgumentException(what + " must be positive, but was " + number);
        }
        return number;
    }

    /**
     * Requires a positive duration.
     *
     * @param what the parameter, for the message
     * @param duration the duration
     * @return the duration
     * @throws IllegalArgumentException if it is zero or negative
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
     * @param what the parameter, for the message
     * @param duration the duration
     * @return the duration
     * @throws IllegalArgumentException if it is negative
     */
    public static Duration requireNotNegative(String what, Duration duration) {
        Objects.requireNonNull(duration, () -> what + " must not be null");
        if (duration.isNegative()) {
            throw new IllegalArgumentException(what + " must not be negative, but was " + duration);
        }
        return duration;
    }
}
