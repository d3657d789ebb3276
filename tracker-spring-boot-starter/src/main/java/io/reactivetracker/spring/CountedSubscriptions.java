// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import io.reactivetracker.CancellationToken;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.reactor.ReactorTracking;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.CorePublisher;
import reactor.core.CoreSubscriber;

/**
 * Counts the subscriptions that the application's own code makes, and whose outcome nobody sees.
 *
 * <p>By a tracker and not by a group, since a tracker refuses none: what a task starts during the shutdown is waited for as
 * well, and what a library starts then does not break.
 */
final class CountedSubscriptions {

    private final TaskTracker tracker = TaskTracker.create("subscriptions");
    private final CancellationToken token = CancellationToken.create("a task of tracker \"subscriptions\"");
    private final CallSites callSites;

    CountedSubscriptions(CallSites callSites) {
        this.callSites = callSites;
    }

    TaskTracker tracker() {
        return tracker;
    }

    /** To cancel it ends those that are counted, and those that come later. */
    CancellationToken token() {
        return token;
    }

    /** Subscribes, and has that counted if it is the application's and nothing else counts it. */
    <T> void subscribe(CorePublisher<T> source, CoreSubscriber<? super T> actual) {
        String name = LastSubscribers.isLast(actual) ? nameOf(source) : null;
        (name == null ? source : counted(source, name)).subscribe(actual);
    }

    /** The name of the task; null if it is not to be counted. */
    private @Nullable String nameOf(CorePublisher<?> source) {
        PipelineSteps steps = PipelineSteps.of(WatchedPipelines.unwatched(source));
        if (steps.isTracked() || steps.isIgnored()) {
            return null;
        }
        String caller = callSites.nearest();
        return caller == null || steps.name() == null ? caller : steps.name();
    }

    private <T> CorePublisher<T> counted(CorePublisher<T> source, String name) {
        Publisher<T> cancellable = ReactorTracking.<T>cancelWith(token).apply(source);
        // Operators of Reactor all, so that the hooks are not asked a second time.
        return (CorePublisher<T>) ReactorTracking.<T>trackWith(tracker, name).apply(cancellable);
    }
}
