// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.internal;

/** What is done when something goes wrong while something else has gone wrong already. */
public final class Failures {

    private Failures() {}

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
     * Adds to a failure what has gone wrong besides.
     *
     * @param failure what has gone wrong
     * @param another what else; may be the same
     */
    @SuppressWarnings("ReferenceEquality") // a throwable can't suppress itself, whatever equals it
    public static void suppress(Throwable failure, Throwable another) {
        if (another != failure) {
            failure.addSuppressed(another);
        }
    }
}
