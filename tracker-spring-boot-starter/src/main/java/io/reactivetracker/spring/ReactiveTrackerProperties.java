// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.convert.DurationUnit;

/**
 * What can be set under {@code reactive-tracker}.
 *
 * <p>The values are as they were given; who uses them says what they must be.
 *
 * @param enabled Whether the starter does anything at all.
 * @param name Name of the application's task group. Unless set, it is that of the application.
 * @param concurrency How many tasks of the application's group run at a time. Unless set, any number.
 * @param queue How many tasks wait when as many run as may; others are rejected. Unless set, any number.
 * @param quietCancelledTasks Whether a cancelled task of a subscribe() without an error callback is left out of Reactor's log of
 *     dropped errors. Set it to false if the application has a hook of its own for dropped errors.
 * @param trackSubscriptions Whether each subscribe() of the application's own code whose outcome nobody sees is counted, and
 *     waited for at the shutdown.
 * @param trackSubscriptionsIn Packages whose calls of subscribe() are counted, with those below them. Unless set, those that
 *     are scanned for the application's entities and components.
 * @param shutdown How the shutdown goes.
 * @param web How requests are answered.
 */
@ConfigurationProperties("reactive-tracker")
record ReactiveTrackerProperties(
        @DefaultValue("true") boolean enabled,
        @Nullable String name,
        @Nullable Integer concurrency,
        @Nullable Integer queue,
        @DefaultValue("true") boolean quietCancelledTasks,
        @DefaultValue("false") boolean trackSubscriptions,
        @DefaultValue List<String> trackSubscriptionsIn,
        @DefaultValue OfShutdown shutdown,
        @DefaultValue OfWeb web) {

    /**
     * What can be set under {@code reactive-tracker.shutdown}.
     *
     * @param enabled Whether the application's stop waits for its tasks.
     * @param grace How long tasks may go on after the web server has stopped. Unless set, five sixths of
     *     'spring.lifecycle.timeout-per-shutdown-phase' less the cancel wait.
     * @param cancelWait How long tasks may take to end after they were cancelled. Unless set, a sixth of
     *     'spring.lifecycle.timeout-per-shutdown-phase'.
     * @param phase Phase of the application's lifecycle in which tasks are waited for: below those of the web server, and above
     *     those of what tasks need.
     */
    record OfShutdown(
            @DefaultValue("true") boolean enabled,
            @Nullable Duration grace,
            @Nullable Duration cancelWait,

            @DefaultValue("" + DrainLifecycle.DEFAULT_PHASE_OF_DRAIN)
            int phase) {}

    /**
     * What can be set under {@code reactive-tracker.web}.
     *
     * @param retryAfter When a client whose request was answered 503 since a task was refused may try again. A number without
     *     a unit is seconds.
     */
    record OfWeb(
            @DefaultValue("5s") @DurationUnit(ChronoUnit.SECONDS)
            Duration retryAfter) {}
}
