// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.fuzz;

/** Builds a pipeline with a reactive library. */
@FunctionalInterface
public interface Assembly {

    /**
     * Builds a pipeline and schedules its subscribers.
     *
     * @param world the world it runs in; tells whether it is the reference
     * @param pipeline the pipeline to build
     */
    void assemble(World world, Pipeline pipeline);
}
