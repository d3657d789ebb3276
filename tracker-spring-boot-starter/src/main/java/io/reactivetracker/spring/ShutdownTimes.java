// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.core.env.PropertyResolver;

/**
 * How long a shutdown waits: first for tasks to end by themselves, then for those that were cancelled.
 *
 * <p>What is not set follows from the time that Spring gives each phase of its shutdown, so that one property sets both: of
 * the default 30 s, 20 s are the grace and 5 s the wait, and 5 s are left, which is what a platform that allows 30 s in all
 * has for what comes before and after.
 *
 * @param grace how long tasks may go on
 * @param cancelWait how long cancelled tasks may take to end
 */
record ShutdownTimes(Duration grace, Duration cancelWait) {

    private static final String GRACE = "reactive-tracker.shutdown.grace";
    private static final String CANCEL_WAIT = "reactive-tracker.shutdown.cancel-wait";

    /** A number that is not zero, which needs no unit. */
    private static final Pattern BARE_NUMBER = Pattern.compile("\\+?0*[1-9]\\d*");

    /** The longest time, so that times can be added. */
    private static final Duration LONGEST = Duration.ofDays(36_500);

    static ShutdownTimes of(ReactiveTrackerProperties.OfShutdown given, Duration timeoutOfPhase) {
        Duration cancelWait = notNegative(CANCEL_WAIT, given.cancelWait());
        Duration grace = notNegative(GRACE, given.grace());
        Duration sixth = timeoutOfPhase.isNegative() ? Duration.ZERO : timeoutOfPhase.dividedBy(6);
        if (cancelWait == null) {
            cancelWait = sixth;
        }
        if (grace == null) {
            Duration rest = sixth.multipliedBy(5).minus(cancelWait);
            grace = rest.isNegative() ? Duration.ZERO : rest;
        }
        return new ShutdownTimes(grace, cancelWait);
    }

    /** Both together. */
    Duration total() {
        return grace.plus(cancelWait);
    }

    /** The same, with this much of the wait gone. */
    ShutdownTimes lessWait(Duration gone) {
        Duration left = cancelWait.minus(gone);
        return new ShutdownTimes(grace, left.isNegative() ? Duration.ZERO : left);
    }

    /**
     * Refuses a time that was given as a bare number, which would be milliseconds: {@code grace=10} is hardly ever meant so.
     *
     * @throws InvalidConfigurationPropertyValueException if one of the properties has no unit and is not zero
     */
    static void requireUnits(PropertyResolver properties) {
        requireUnit(GRACE, properties);
        requireUnit(CANCEL_WAIT, properties);
    }

    private static void requireUnit(String property, PropertyResolver properties) {
        String value = properties.getProperty(property);
        if (value != null && BARE_NUMBER.matcher(value.strip()).matches()) {
            throw new InvalidConfigurationPropertyValueException(
                    property,
                    value,
                    "It has no unit, and would be " + value.strip() + " milliseconds: write " + value.strip()
                            + "s if seconds are meant, or " + value.strip() + "ms.");
        }
    }

    private static @Nullable Duration notNegative(String property, @Nullable Duration duration) {
        if (duration != null && duration.isNegative()) {
            throw new InvalidConfigurationPropertyValueException(
                    property, duration, "It must not be negative: 0 is for not to wait at all.");
        }
        return duration == null || duration.compareTo(LONGEST) <= 0 ? duration : LONGEST;
    }
}
