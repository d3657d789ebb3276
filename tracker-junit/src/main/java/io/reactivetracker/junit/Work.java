// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.junit;

import io.reactivetracker.CallSite;
import io.reactivetracker.CancellationToken;
import io.reactivetracker.SubscriptionTask;
import io.reactivetracker.TaskTracker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Counts the subscriptions of one test or class, or of several tests that can't be told apart. */
final class Work {

    private final TaskTracker tracker;
    private final CancellationToken token;
    private final Map<String, CallSite> sites = new ConcurrentHashMap<>();

    Work(String owner) {
        tracker = TaskTracker.create(owner);
        token = CancellationToken.create("a subscription of " + owner);
        // It is only awaited, and refuses nothing.
        boolean unusedIsFirst = tracker.close();
    }

    /**
     * Returns the task that a subscription is.
     *
     * @param note what the message says besides the call site, or an empty text
     */
    SubscriptionTask task(CallSite site, @Nullable String pipelineName, String note) {
        String description = site + (pipelineName == null ? "" : " \"" + pipelineName + "\"") + note;
        sites.put(description, site);
        return new SubscriptionTask(tracker, token, description);
    }

    /** Returns the subscriptions that are running. */
    List<Subscription> running() {
        List<Subscription> running = new ArrayList<>();
        tracker.runningTasks().forEach(task -> {
            CallSite site = sites.get(task.name());
            if (site != null) {
                running.add(new Subscription(site, task.name(), task.age()));
            }
        });
        return running;
    }

    /** Waits until no subscription is running, but not longer than a time, also if this thread is interrupted. */
    void await(Duration time) {
        boolean isInterrupted = Thread.interrupted();
        try {
            boolean unusedIsDone = tracker.drained().await(time);
        } catch (InterruptedException interrupted) {
            isInterrupted = true;
        }
        if (isInterrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Cancels all subscriptions, and later ones at once. */
    void cancel() {
        boolean unusedIsFirst = token.cancel();
    }
}
