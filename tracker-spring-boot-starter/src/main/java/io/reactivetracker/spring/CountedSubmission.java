// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import org.jspecify.annotations.Nullable;

/**
 * Marks a thread that submits a task which is counted already, so that the decorator of the executor does not count it
 * again. The first decorator that looks removes the mark: what the executor runs in this thread may submit, too.
 */
final class CountedSubmission {

    private static final ThreadLocal<@Nullable Boolean> MARK = new ThreadLocal<>();

    private CountedSubmission() {}

    static void mark() {
        MARK.set(true);
    }

    /** Removes the mark of this thread, and returns whether there was one. */
    static boolean takeMark() {
        boolean isMarked = MARK.get() != null;
        if (isMarked) {
            MARK.remove();
        }
        return isMarked;
    }
}
