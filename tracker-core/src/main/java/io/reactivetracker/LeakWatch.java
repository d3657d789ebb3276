// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import io.reactivetracker.internal.Preconditions;
import java.lang.System.Logger;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reports tasks of a tracker that were garbage collected before their end: nobody can end them any more, so the tracker
 * would count them forever and never drain.
 *
 * <pre>{@code
 * Registration watch = LeakWatch.sampling(64).start(tracker);
 * }</pre>
 *
 * <p>A task is found when its {@link TaskToken} is garbage. For a tracked subscription the token is the subscriber. So
 * a subscription is found if its source has dropped the subscriber without a terminal signal. A task of
 * {@link TaskTracker#track} is found if its stage is garbage and has not completed, and a task of
 * {@link TaskTracker#wrap} if the executor has discarded it. A task is not found while anything refers to its token: a
 * thread, a timer, a field of the application, or an action that waits for the close of a tracker or the cancel of a
 * token. Nor is a task found if the tracker is garbage, too, since nobody can wait for it then.
 *
 * <p>A task of a {@link io.reactivetracker.group.TaskGroup} is never garbage before its end, since the group must be
 * able to cancel it. Use a {@link io.reactivetracker.group.TaskWatchdog} there.
 *
 * <p>A watch follows tasks that start while it is active: each one, or one in several that a random number picks. For
 * each of those it takes a part of the stack, keeps an object until the task has ended, and keeps neither the token nor
 * the tracker reachable. A tracker without a watch does none of that. A leak is found some time after a garbage
 * collection, by a thread of the library that exists while watched tasks run.
 *
 * <p>Listeners are called on a thread of the library, for one task of a tracker after the other. What a listener throws
 * reaches the uncaught-exception handler of that thread. A listener that blocks delays the reports and the releases of
 * that tracker and nothing else.
 *
 * <p>Immutable, so one value may watch several trackers. After
 * <a href="https://netty.io/4.1/api/io/netty/util/ResourceLeakDetector.html">{@code ResourceLeakDetector}</a> of Netty,
 * with the release of what has leaked added.
 */
public final class LeakWatch {

    private final int interval;
    private final boolean isReleasing;
    private final @Nullable Consumer<? super LeakedTask> listener;

    private LeakWatch(int interval, boolean isReleasing, @Nullable Consumer<? super LeakedTask> listener) {
        this.interval = interval;
        this.isReleasing = isReleasing;
        this.listener = listener;
    }

    /**
     * Watches each task.
     *
     * @return a watch that logs what it finds and releases nothing
     */
    public static LeakWatch always() {
        return new LeakWatch(1, false, null);
    }

    /**
     * Watches one in {@code interval} tasks, picked at random. The others are not found if they leak.
     *
     * @param interval the number of tasks of which one is watched, on average; 1 is {@link #always()}
     * @return a watch that logs what it finds and releases nothing
     * @throws IllegalArgumentException if {@code interval} is zero or negative
     */
    public static LeakWatch sampling(int interval) {
        return new LeakWatch(Preconditions.requirePositive("interval", interval), false, null);
    }

    /**
     * Also releases the count of each task that is found, after it is reported, so that the tracker can drain. This
     * ends the task as {@link TaskToken#close()} does, on a thread of the library.
     *
     * <p>Tasks that are not watched are not released. Combine it with {@link #always()} if a drain must not hang.
     *
     * @return a copy that releases
     */
    public LeakWatch releasing() {
        return new LeakWatch(interval, true, listener);
    }

    /**
     * Calls a listener for each task that is found, in place of the log.
     *
     * @param newListener called once for each task
     * @return a copy with this listener
     */
    public LeakWatch listener(Consumer<? super LeakedTask> newListener) {
        return new LeakWatch(interval, isReleasing, Objects.requireNonNull(newListener, "listener must not be null"));
    }

    /**
     * Starts to watch the tasks of a tracker. Tasks that run already are not watched.
     *
     * <p>Unless there is a {@linkplain #listener listener}, logs leaks at {@code WARNING}, by the {@link Logger}
     * {@code io.reactivetracker.leaks}: one line for each leak of a creation site that is its first, second, fourth,
     * eighth and so on, with that number.
     *
     * @param tracker the tracker, which need not be open
     * @return a handle that stops the watch; from then on no task is watched, reported or released. It need not be
     *     kept: a watch lives as long as its tracker
     * @throws IllegalStateException if the tracker has a watch already that was not stopped
     */
    public Registration start(TaskTracker tracker) {
        Objects.requireNonNull(tracker, "tracker must not be null");
        LeakSampler sampler =
                new LeakSampler(tracker, interval, isReleasing, listener == null ? new LeakLog()::log : listener);
        tracker.watchLeaks(sampler);
        return sampler;
    }

    /**
     * Returns the interval, and whether leaked tasks are released.
     *
     * @return a description for logs; its format may change
     */
    @Override
    public String toString() {
        return "LeakWatch[" + (interval == 1 ? "each task" : "1 of " + interval + " tasks")
                + (isReleasing ? ", releasing]" : "]");
    }
}
