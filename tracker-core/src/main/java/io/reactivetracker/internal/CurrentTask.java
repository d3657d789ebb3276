// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.internal;

import org.jspecify.annotations.Nullable;

/** Holds the task whose body this thread runs. Tasks that are started there are its children. */
public final class CurrentTask {

    private static final ThreadLocal<@Nullable Object> CURRENT = new ThreadLocal<>();

    private CurrentTask() {}

    /**
     * Returns the current task.
     *
     * @return the innermost task, or null if this thread runs no body
     */
    public static @Nullable Object get() {
        return CURRENT.get();
    }

    /**
     * Replaces the current task. Call it again with the result in a {@code finally} block.
     *
     * @param next the task, or null for none
     * @return the task that was current before
     */
    public static @Nullable Object swap(@Nullable Object next) {
        Object previous = CURRENT.get();
        if (next != null) {
            CURRENT.set(next);
        } else if (previous != null) {
            CURRENT.remove();
        }
        return previous;
    }
}
