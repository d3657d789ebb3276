// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import io.reactivetracker.CallSite;
import io.reactivetracker.CancellationToken;
import io.reactivetracker.Registration;
import io.reactivetracker.SubscriptionTask;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.reactor.ReactorTracking;
import org.jspecify.annotations.Nullable;

/**
 * Counts the subscriptions that the application's own code makes and whose outcome it ignores.
 *
 * <p>A tracker counts them, not a group, since a tracker refuses none: what a task starts during the shutdown is
 * awaited, too, and what a library starts then does not break.
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

    /** Returns a token that cancels all counted subscriptions, and all later ones. */
    CancellationToken token() {
        return token;
    }

    /** Counts subscriptions from now on, until the registration is closed. */
    Registration install() {
        return ReactorTracking.trackSubscriptions(this::taskOf);
    }

    private @Nullable SubscriptionTask taskOf(CallSite caller, @Nullable String pipelineName) {
        return callSites.isOfApplication(caller.type())
                ? new SubscriptionTask(tracker, token, pipelineName == null ? caller.toString() : pipelineName)
                : null;
    }
}
