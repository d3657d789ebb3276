// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import org.jspecify.annotations.Nullable;

/**
 * Decides which fire-and-forget subscriptions are counted, and by which tracker.
 *
 * <p>A subscription is <em>fire-and-forget</em> if its last subscriber is the one that a library creates for {@code
 * subscribe()}, {@code subscribe(onNext)} and the like, so that no code observes its end. The adapters of Reactor and
 * RxJava find such subscriptions with {@code trackSubscriptions}.
 */
@FunctionalInterface
public interface SubscriptionSelector {

    /**
     * Returns how a subscription is counted.
     *
     * <p>Called in the thread that subscribes, by several threads at the same time, for each fire-and-forget
     * subscription of the process that no operator of this library tracks already. What this method throws fails the
     * subscription.
     *
     * @param caller the code that has called {@code subscribe()}
     * @param pipelineName the name that the pipeline was given, or null if it has none
     * @return the task that the subscription is, or null if it is not counted
     */
    @Nullable
    SubscriptionTask select(CallSite caller, @Nullable String pipelineName);
}
