// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.internal;

import java.util.Arrays;
import java.util.Objects;

/** What is done when something goes wrong while something else has gone wrong already. */
public final class Throwables {

    private static final int MAX_SUPPRESSED = 8;

    private Throwables() {}

    /**
     * Runs a step that a failure makes necessary; what it throws must not hide why.
     *
     * @param failure what has gone wrong
     * @param step what to run now; what it throws is added to the failure
     */
    public static void runAfter(Throwable failure, Runnable step) {
        try {
            step.run();
        } catch (Throwable another) {
            suppress(failure, another);
        }
    }

    /**
     * Adds to a failure what has gone wrong besides; not if it is there already, and no more than {@value #MAX_SUPPRESSED}.
     *
     * <p>An application may fail many tasks with one exception, which must not grow with each of them.
     *
     * @param failure what has gone wrong
     * @param another what else; may be the same
     */
    @SuppressWarnings("ReferenceEquality") // a throwable can't suppress itself, whatever equals it
    public static void suppress(Throwable failure, Throwable another) {
        if (another == failure) {
            return;
        }
        // The lock that addSuppressed takes.
        synchronized (failure) {
            Throwable[] before = failure.getSuppressed();
            if (before.length < MAX_SUPPRESSED && Arrays.stream(before).noneMatch(one -> isAlike(one, another))) {
                failure.addSuppressed(another);
            }
        }
    }

    private static boolean isAlike(Throwable one, Throwable another) {
        return one.getClass().equals(another.getClass()) && Objects.equals(one.getMessage(), another.getMessage());
    }
}
