// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import io.reactivetracker.TaskTracker;
import io.reactivetracker.TaskTimer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Brings all groups and trackers of an application context to their ends, all at the same time. */
final class ContextDrain {

    private final TrackedBeans beans;
    private final @Nullable CountedSubscriptions subscriptions;
    private final ShutdownTimes times;
    private final TaskTimer timer;
    private final Executor cancels;

    /** Makes one whose cancels of subscriptions, which run code of the application, run in threads of this executor. */
    ContextDrain(
            TrackedBeans beans,
            @Nullable CountedSubscriptions subscriptions,
            ShutdownTimes times,
            TaskTimer timer,
            Executor cancels) {
        this.beans = beans;
        this.subscriptions = subscriptions;
        this.times = times;
        this.timer = timer;
        this.cancels = cancels;
    }

    /** Completes when all have ended or the time is over; never with a failure, for the shutdown has to go on. */
    CompletableFuture<Void> run() {
        if (subscriptions == null) {
            return runBeans(times);
        }
        SubscriptionDrain drain = new SubscriptionDrain(subscriptions, times, timer, cancels);
        return attempt("the subscriptions", drain::begin).thenCompose(begun -> {
            CompletableFuture<Void> others = runBeans(drain.timesOfOthers());
            // The others are waited for even if something goes wrong with the subscriptions.
            return attempt("the subscriptions", () -> drain.end(others)).thenCombine(others, (end, other) -> null);
        });
    }

    private CompletableFuture<Void> runBeans(ShutdownTimes within) {
        List<CompletableFuture<Void>> drains = new ArrayList<>();
        beans.topGroups()
                .forEach((bean, group) ->
                        drains.add(attempt("group " + bean, () -> new GroupDrain(group, within).run())));
        beans.trackers().forEach((bean, tracker) -> {
            if (!isOfSubscriptions(tracker)) {
                drains.add(attempt("tracker " + bean, () -> new TrackerDrain(tracker, within, timer).run()));
            }
        });
        return CompletableFuture.allOf(drains.toArray(CompletableFuture[]::new));
    }

    private boolean isOfSubscriptions(TaskTracker tracker) {
        return subscriptions != null && subscriptions.tracker() == tracker;
    }

    private static CompletableFuture<Void> attempt(String what, Supplier<CompletableFuture<Void>> drain) {
        CompletableFuture<Void> running;
        try {
            running = drain.get();
        } catch (Throwable failure) {
            running = CompletableFuture.failedFuture(failure);
        }
        return running.exceptionally(failure -> {
            DrainLog.failed(what, failure);
            return null;
        });
    }
}
