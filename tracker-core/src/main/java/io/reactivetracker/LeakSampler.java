// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import io.reactivetracker.internal.JfrEvents;
import io.reactivetracker.internal.LibraryThreads;
import io.reactivetracker.internal.Throwables;
import java.lang.ref.WeakReference;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Picks the tasks of one tracker that a {@link LeakWatch} follows, and reports those that have leaked. */
final class LeakSampler implements Registration {

    private final TaskTracker tracker;
    private final int interval;
    private final boolean isReleasing;
    private final Consumer<? super LeakedTask> listener;

    /** One for all tasks: the reaper must not keep the tracker reachable. */
    private final WeakReference<LeakSampler> self = new WeakReference<>(this);

    private final Queue<WatchedTask> leaked = new ConcurrentLinkedQueue<>();

    /** The number of tasks in the queue and in the report that runs. The thread that raises it from 0 reports. */
    private final AtomicInteger reports = new AtomicInteger();

    private volatile boolean isClosed;

    LeakSampler(TaskTracker tracker, int interval, boolean isReleasing, Consumer<? super LeakedTask> listener) {
        this.tracker = tracker;
        this.interval = interval;
        this.isReleasing = isReleasing;
        this.listener = listener;
    }

    /** Returns the entry of a token that is watched, or null if this one is not. Throws nothing. */
    RunningTasks.@Nullable Entry sample(TaskToken token, @Nullable String name) {
        if (interval > 1 && ThreadLocalRandom.current().nextInt(interval) != 0) {
            return null;
        }
        try {
            return new WatchedTask(token, name, self, tracker.nanoTime(), LeakReaper.SYSTEM.queue());
        } catch (StackOverflowError | OutOfMemoryError unwatched) {
            // The task must not fail because it is watched.
            return null;
        }
    }

    /** Reports a task on a thread of its own: the reaper's thread must not wait for code of others. */
    void leaked(WatchedTask task) {
        leaked.add(task);
        if (reports.getAndIncrement() == 0) {
            try {
                LibraryThreads.cached().execute(this::report);
            } catch (OutOfMemoryError noThread) {
                report();
            }
        }
    }

    private void report() {
        int done;
        do {
            done = reports.get();
            for (int i = 0; i < done; i++) {
                WatchedTask task = leaked.poll();
                if (task != null && !isClosed) {
                    report(task);
                }
            }
        } while (reports.addAndGet(-done) != 0);
    }

    private void report(WatchedTask task) {
        try {
            tracker.countLeak();
            LeakedTask found = task.describe(tracker.name(), tracker.nanoTime(), isReleasing);
            JfrEvents.taskLeaked(found.tracker(), found.name(), found.age(), isReleasing, found.createdAt());
            listener.accept(found);
        } catch (Throwable broken) {
            Throwables.reportUncaught(broken);
        } finally {
            if (isReleasing) {
                tracker.endLeaked(task);
            }
        }
    }

    @Override
    public void close() {
        isClosed = true;
        tracker.unwatchLeaks(this);
    }

    @Override
    public String toString() {
        return "LeakWatch of tracker \"" + tracker.name() + (isClosed ? "\", closed" : "\"");
    }
}
