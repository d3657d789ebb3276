// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import io.reactivetracker.internal.Preconditions;
import java.util.Objects;

/**
 * How a fire-and-forget subscription is counted.
 *
 * @param tracker counts the subscription, closed or not
 * @param token cancels the subscription: the upstream is cancelled, and the subscriber gets a
 *     {@link TaskCancelledException}
 * @param name the name under which {@link TaskTracker#runningTasks()} lists the subscription
 */
public record SubscriptionTask(TaskTracker tracker, CancellationToken token, String name) {

    /**
     * Creates a task.
     *
     * @param tracker counts the subscription
     * @param token cancels the subscription
     * @param name the name of the task
     * @throws IllegalArgumentException if the name is blank
     */
    public SubscriptionTask {
        Objects.requireNonNull(tracker, "tracker must not be null");
        Objects.requireNonNull(token, "token must not be null");
        Preconditions.requireName("task name", name);
    }
}
