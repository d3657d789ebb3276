// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.fuzz;

/** Builds a pipeline with a reactive library. */
@FunctionalInterface
public interface Assembly {

    /**
     * Builds a pipeline, and schedules its subscribers.
     *
     * @param world where it runs, and whether it is the reference
     * @param pipeline what to build
     */
    void assemble(World world, Pipeline pipeline);
}
