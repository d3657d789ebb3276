// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.core.env.PropertyResolver;

/**
 * How long a shutdown waits for tasks to end by themselves, and then for cancelled ones.
 *
 * <p>The defaults derive from the timeout that Spring gives each phase of its shutdown. Of its default of 30 s, the
 * grace is 20 s and the cancel wait 5 s; a platform that allows 30 s in total has 5 s left for what comes before and
 * after.
 *
 * @param grace how long tasks may continue
 * @param cancelWait how long cancelled tasks may take to end
 */
record ShutdownTimes(Duration grace, Duration cancelWait) {

    private static final String GRACE = "reactive-tracker.shutdown.grace";
    private static final String CANCEL_WAIT = "reactive-tracker.shutdown.cancel-wait";

    /** A number other than zero. Zero needs no unit. */
    private static final Pattern BARE_NUMBER = Pattern.compile("\\+?0*[1-9]\\d*");

    /** Limits each time, so that times can be added. */
    private static final Duration MAX = Duration.ofDays(36_500);

    static ShutdownTimes of(ReactiveTrackerProperties.Shutdown given, Duration phaseTimeout) {
        Duration sixth = phaseTimeout.isNegative() ? Duration.ZERO : phaseTimeout.dividedBy(6);
        Duration givenWait = notNegative(CANCEL_WAIT, given.cancelWait());
        Duration givenGrace = notNegative(GRACE, given.grace());
        Duration cancelWait = givenWait == null ? sixth : givenWait;
        return new ShutdownTimes(
                givenGrace == null ? difference(sixth.multipliedBy(5), cancelWait) : givenGrace, cancelWait);
    }

    Duration total() {
        return grace.plus(cancelWait);
    }

    /** Returns these times with {@code gone} subtracted from the cancel wait. */
    ShutdownTimes lessWait(Duration gone) {
        return new ShutdownTimes(grace, difference(cancelWait, gone));
    }

    /** Returns the first time less the second, at least zero. */
    static Duration difference(Duration all, Duration gone) {
        Duration left = all.minus(gone);
        return left.isNegative() ? Duration.ZERO : left;
    }

    /**
     * Rejects a time that was given as a bare number, which Spring takes for milliseconds: {@code grace=10} is a
     * mistake.
     *
     * @throws InvalidConfigurationPropertyValueException if one of the properties has no unit and is not zero
     */
    static void requireUnits(PropertyResolver properties) {
        requireUnit(GRACE, properties);
        requireUnit(CANCEL_WAIT, properties);
    }

    static void requireUnit(String property, PropertyResolver properties) {
        String value = properties.getProperty(property);
        if (value != null && BARE_NUMBER.matcher(value.strip()).matches()) {
            String number = value.strip();
            throw new InvalidConfigurationPropertyValueException(
                    property,
                    value,
                    "It has no unit and would be " + number + " milliseconds: write " + number + "s or " + number
                            + "ms.");
        }
    }

    private static @Nullable Duration notNegative(String property, @Nullable Duration duration) {
        if (duration != null && duration.isNegative()) {
            throw new InvalidConfigurationPropertyValueException(
                    property, duration, "It must not be negative; 0 means not to wait.");
        }
        return duration == null || duration.compareTo(MAX) <= 0 ? duration : MAX;
    }
}
