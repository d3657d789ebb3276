// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.adapter;

import io.reactivetracker.internal.CancelScope;
import org.jspecify.annotations.Nullable;

/** The task whose upstream the calling thread cancels. */
public final class CancelledTask {

    private CancelledTask() {}

    /**
     * Keeps the task counted until the returned action has run. Call it while the cancel of an upstream starts work
     * that the cancel does not wait for.
     *
     * @return releases the task, and is to be run once; null if this thread cancels no task, or the task has ended
     */
    public static @Nullable Runnable hold() {
        return CancelScope.hold();
    }
}
