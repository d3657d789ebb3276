// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.adapter;

import io.reactivetracker.internal.Throwables;

/** Adds failures that follow a first one to that first one, as suppressed. */
public final class SecondaryFailures {

    private SecondaryFailures() {}

    /**
     * Runs a step because of a failure, such as the cancel of an upstream, and adds to the failure what the step
     * throws.
     *
     * @param failure the failure
     * @param step what to run now
     */
    public static void runAfter(Throwable failure, Runnable step) {
        Throwables.runAfter(failure, step);
    }

    /**
     * Adds a second failure to a first one as suppressed.
     *
     * <p>Adds nothing if the first failure has eight already, or one of the same class and message: an application may
     * fail many tasks with one exception, which must not grow with each of them.
     *
     * @param failure the first failure
     * @param another the second failure; may be the first
     */
    public static void suppress(Throwable failure, Throwable another) {
        Throwables.suppress(failure, another);
    }
}
