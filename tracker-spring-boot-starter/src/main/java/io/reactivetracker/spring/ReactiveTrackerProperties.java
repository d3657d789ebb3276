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
 * Properties below {@code reactive-tracker}, not validated: the classes that use them do that.
 *
 * @param enabled Whether to enable the starter.
 * @param name Name of the application's task group. Default is the name of the application.
 * @param concurrency Maximum number of tasks of the application's group that run at the same time. Unlimited by
 *     default.
 * @param maxQueued Maximum number of tasks that wait while the concurrency is used up; further tasks are rejected.
 *     Unlimited by default.
 * @param timeout Time limit of each task of the application's group, from its issue to its end, including the time in
 *     the queue and retries. A task that is not over by then is cancelled. Unlimited by default.
 * @param quietCancelledTasks Whether to keep cancelled tasks of a subscribe() without an error callback out of
 *     Reactor's log of dropped errors. Set it to false if the application has its own hook for dropped errors.
 * @param trackSubscriptions Whether to count each subscribe() of the application's own code whose outcome is ignored,
 *     and to wait for it at shutdown.
 * @param trackSubscriptionsIn Packages, including those below them, whose calls of subscribe() are counted. Default is
 *     the packages of the auto-configuration.
 * @param background Settings of the work that Spring runs in the background.
 * @param shutdown Settings of the shutdown.
 * @param web Settings of responses.
 */
@ConfigurationProperties("reactive-tracker")
record ReactiveTrackerProperties(
        @DefaultValue("true") boolean enabled,
        @Nullable String name,
        @Nullable Integer concurrency,
        @Nullable Integer maxQueued,
        @Nullable Duration timeout,
        @DefaultValue("true") boolean quietCancelledTasks,
        @DefaultValue("false") boolean trackSubscriptions,
        @DefaultValue List<String> trackSubscriptionsIn,
        @DefaultValue Background background,
        @DefaultValue Shutdown shutdown,
        @DefaultValue Web web) {

    /**
     * Properties below {@code reactive-tracker.background}.
     *
     * @param enabled Whether to count the work of @Async and @Scheduled methods and of Spring's executors as tasks, and
     *     to wait for it at shutdown.
     * @param executors Names of executor beans that Spring Boot has not built and whose tasks are counted, too.
     */
    record Background(
            @DefaultValue("false") boolean enabled,
            @DefaultValue List<String> executors) {}

    /**
     * Properties below {@code reactive-tracker.shutdown}.
     *
     * @param enabled Whether to wait for tasks at shutdown.
     * @param grace Time in which tasks may end by themselves. Default is five sixths of
     *     'spring.lifecycle.timeout-per-shutdown-phase' minus the cancel wait.
     * @param cancelWait Time in which cancelled tasks may end. Default is one sixth of
     *     'spring.lifecycle.timeout-per-shutdown-phase'.
     * @param phase Phase of the application's shutdown that waits for tasks: below the phases of the web server and
     *     above those of the beans that tasks need.
     * @param closeRegistriesLast Whether to close the meter registries after the wait for tasks instead of before it,
     *     so that they publish what it has counted.
     */
    record Shutdown(
            @DefaultValue("true") boolean enabled,
            @Nullable Duration grace,
            @Nullable Duration cancelWait,

            @DefaultValue("" + DrainLifecycle.DEFAULT_PHASE_OF_DRAIN)
            int phase,

            @DefaultValue("true") boolean closeRegistriesLast) {}

    /**
     * Properties below {@code reactive-tracker.web}.
     *
     * @param retryAfter Time after which a client may retry a request that was answered 503 because a task was refused.
     *     In seconds if no unit is given.
     * @param endStreams Whether text/event-stream responses, and WebSocket sessions of WebFlux, end when the
     *     application begins to stop, so that the web server does not wait for them. A stream that would end by itself
     *     is cut, too.
     */
    record Web(
            @DefaultValue("5s") @DurationUnit(ChronoUnit.SECONDS)
            Duration retryAfter,

            @DefaultValue("false") boolean endStreams) {}
}
