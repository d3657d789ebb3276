// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import io.reactivetracker.TaskTimer;
import io.reactivetracker.TaskTracker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Drains all groups and trackers of an application context at the same time. */
final class ContextDrain {

    private final TrackedBeans beans;
    private final @Nullable CountedSubscriptions subscriptions;
    private final ShutdownTimes times;
    private final TaskTimer timer;
    private final Executor cancels;

    /**
     * Creates a drain that cancels subscriptions, which runs code of the application, on the executor {@code cancels}.
     */
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

    /**
     * Returns a future that completes when all have drained or the time is over. It never fails: a shutdown must go on.
     */
    CompletableFuture<Void> run() {
        if (subscriptions == null) {
            return drainBeans(times);
        }
        SubscriptionDrain drain = new SubscriptionDrain(subscriptions, times, timer, cancels);
        return attempt("the subscriptions", drain::begin).thenCompose(begun -> {
            CompletableFuture<Void> others = drainBeans(drain.timesOfOthers());
            // Others are awaited even if the drain of the subscriptions fails.
            return attempt("the subscriptions", () -> drain.end(others)).thenCombine(others, (end, other) -> null);
        });
    }

    private CompletableFuture<Void> drainBeans(ShutdownTimes within) {
        List<CompletableFuture<Void>> drains = new ArrayList<>();
        beans.topGroups()
                .forEach((bean, group) -> drains.add(attempt("group " + bean, () -> GroupDrain.start(group, within))));
        beans.trackers().forEach((bean, tracker) -> {
            if (subscriptions == null || subscriptions.tracker() != tracker) {
                drains.add(attempt("tracker " + bean, () -> drain(tracker, within.total())));
            }
        });
        return CompletableFuture.allOf(drains.toArray(CompletableFuture[]::new));
    }

    /** A tracker cannot cancel its tasks, so they get the whole time. */
    private CompletableFuture<Void> drain(TaskTracker tracker, Duration time) {
        long start = timer.nanoTime();
        boolean unusedIsFirst = tracker.close();
        DrainLog.closed(DrainLog.tracker(tracker), tracker.size(), time);
        return DrainWait.atMost(time, tracker.drained(), timer)
                .thenRun(() -> DrainLog.trackerOver(tracker, false, Duration.ofNanos(timer.nanoTime() - start)));
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
