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

    private static final String SUBSCRIPTIONS = "the subscriptions";
    private static final String BACKGROUND = "the background work";

    private final TrackedBeans beans;
    private final @Nullable CountedSubscriptions subscriptions;
    private final @Nullable BackgroundWork background;
    private final ShutdownTimes times;
    private final TaskTimer timer;
    private final Executor cancels;

    /**
     * Creates a drain that cancels subscriptions, which runs code of the application, on the executor {@code cancels}.
     */
    ContextDrain(
            TrackedBeans beans,
            @Nullable CountedSubscriptions subscriptions,
            @Nullable BackgroundWork background,
            ShutdownTimes times,
            TaskTimer timer,
            Executor cancels) {
        this.beans = beans;
        this.subscriptions = subscriptions;
        this.background = background;
        this.times = times;
        this.timer = timer;
        this.cancels = cancels;
    }

    /**
     * Returns a future that completes when all have drained or the time is over. It never fails: a shutdown must go on.
     */
    CompletableFuture<Void> run() {
        if (subscriptions == null && background == null) {
            return drainBeans(times);
        }
        long start = timer.nanoTime();
        SubscriptionDrain subscribed =
                subscriptions == null ? null : new SubscriptionDrain(subscriptions, times, timer, cancels);
        BackgroundDrain worked = background == null ? null : new BackgroundDrain(background, times, timer);
        return CompletableFuture.allOf(
                        attempt(SUBSCRIPTIONS, subscribed == null ? ContextDrain::nothing : subscribed::begin),
                        attempt(BACKGROUND, worked == null ? ContextDrain::nothing : worked::begin))
                .thenCompose(begun -> {
                    Duration took = Duration.ofNanos(timer.nanoTime() - start);
                    return end(drainBeans(times.lessWait(took)), subscribed, worked);
                });
    }

    /** Others are awaited even if the drain of the subscriptions or that of the background work fails. */
    private static CompletableFuture<Void> end(
            CompletableFuture<Void> others, @Nullable SubscriptionDrain subscribed, @Nullable BackgroundDrain worked) {
        if (worked == null) {
            return subscribed == null ? others : both(others, attempt(SUBSCRIPTIONS, () -> subscribed.end(others)));
        }
        if (subscribed == null) {
            return both(others, attempt(BACKGROUND, () -> worked.end(others.thenCompose(over -> worked.quiet()))));
        }
        // Background work may subscribe, and a subscription may submit background work.
        CompletableFuture<Void> quiet = others.thenCompose(over -> attempt(BACKGROUND, worked::quiet));
        CompletableFuture<Void> subscriptions = attempt(SUBSCRIPTIONS, () -> subscribed.end(quiet));
        return both(
                both(others, subscriptions),
                attempt(BACKGROUND, () -> worked.end(subscriptions.thenCompose(over -> worked.quiet()))));
    }

    private static CompletableFuture<Void> nothing() {
        return CompletableFuture.completedFuture(null);
    }

    private static CompletableFuture<Void> both(CompletableFuture<Void> one, CompletableFuture<Void> other) {
        return one.thenCombine(other, (end, otherEnd) -> null);
    }

    private CompletableFuture<Void> drainBeans(ShutdownTimes within) {
        List<CompletableFuture<Void>> drains = new ArrayList<>();
        beans.topGroups().forEach((bean, group) -> {
            if (background == null || background.group() != group) {
                drains.add(attempt("group " + bean, () -> GroupDrain.start(group, within)));
            }
        });
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
