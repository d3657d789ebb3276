// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.internal;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Knows the task whose upstream this thread cancels. Code that the cancel does not wait for, such as a blocking body or
 * an asynchronous clean-up, holds that task: the task is counted until the code has ended.
 */
public final class CancelScope {

    private static final ThreadLocal<@Nullable Supplier<@Nullable Runnable>> CURRENT = new ThreadLocal<>();

    private CancelScope() {}

    /**
     * Runs a cancel on behalf of a task.
     *
     * @param hold holds the task, and returns the release; returns null if the task has ended
     * @param cancel cancels the upstream
     */
    public static void run(Supplier<@Nullable Runnable> hold, Runnable cancel) {
        Supplier<@Nullable Runnable> outer = CURRENT.get();
        CURRENT.set(hold);
        try {
            cancel.run();
        } finally {
            if (outer == null) {
                CURRENT.remove();
            } else {
                CURRENT.set(outer);
            }
        }
    }

    /**
     * Holds the task whose upstream this thread cancels.
     *
     * @return releases it when it is first run; null if this thread cancels no task, or the task has ended
     */
    public static @Nullable Runnable hold() {
        Supplier<@Nullable Runnable> task = CURRENT.get();
        Runnable release = task == null ? null : task.get();
        if (release == null) {
            return null;
        }
        // A second run would take the hold of another.
        AtomicBoolean isReleased = new AtomicBoolean();
        return () -> {
            if (!isReleased.getAndSet(true)) {
                release.run();
            }
        };
    }
}
