// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

/**
 * How much the model checks of random scenarios look at: little by default, so that they take seconds on a machine that is
 * busy with other work, and as much as there is time for by {@code -Dlincheck.iterations} and {@code -Dlincheck.invocations}.
 *
 * <p>The scenarios that are written down are few, and have interleavings enough that the controls, which must fail, do.
 */
public final class ModelCheck {

    private ModelCheck() {}

    /** How many random scenarios there are for each test. */
    public static int iterations() {
        return Integer.getInteger("lincheck.iterations", 2);
    }

    /** How many interleavings of each random scenario are run. */
    public static int invocations() {
        return Integer.getInteger("lincheck.invocations", 50);
    }

    /** How many interleavings of each scenario that is written down are run. */
    public static int invocationsOfScenario() {
        return Math.max(invocations(), 500);
    }
}
