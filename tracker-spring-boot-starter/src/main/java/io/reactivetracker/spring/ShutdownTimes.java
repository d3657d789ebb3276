// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

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

    /** For whoever says "for ever": so that times can be added. */
    private static final Duration LONGEST = Duration.ofDays(36_500);

    static ShutdownTimes of(ReactiveTrackerProperties.OfShutdown given, Duration timeoutOfPhase) {
        Duration cancelWait = notNegative("reactive-tracker.shutdown.cancel-wait", given.cancelWait());
        Duration grace = notNegative("reactive-tracker.shutdown.grace", given.grace());
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

    /** The same, with so much of the grace gone. */
    ShutdownTimes lessGrace(Duration gone) {
        Duration left = grace.minus(gone);
        return new ShutdownTimes(left.isNegative() ? Duration.ZERO : left, cancelWait);
    }

    private static @Nullable Duration notNegative(String property, @Nullable Duration duration) {
        if (duration != null && duration.isNegative()) {
            throw new InvalidConfigurationPropertyValueException(
                    property, duration, "It must not be negative: 0 is for not to wait at all.");
        }
        return duration == null || duration.compareTo(LONGEST) <= 0 ? duration : LONGEST;
    }
}
