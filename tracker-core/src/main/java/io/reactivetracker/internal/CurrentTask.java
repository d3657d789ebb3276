// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.internal;

import org.jspecify.annotations.Nullable;

/** The task whose body this thread runs, if any: the parent of what is started there, and what must not wait for itself. */
public final class CurrentTask {

    private static final ThreadLocal<@Nullable Object> CURRENT = new ThreadLocal<>();

    private CurrentTask() {}

    /**
     * Returns the task.
     *
     * @return the innermost one, or null if this thread runs no body
     */
    public static @Nullable Object get() {
        return CURRENT.get();
    }

    /**
     * Makes another task the current one. Call it again, in a {@code finally}, with what it returned.
     *
     * @param next the task, or null for none
     * @return the one that was current
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
