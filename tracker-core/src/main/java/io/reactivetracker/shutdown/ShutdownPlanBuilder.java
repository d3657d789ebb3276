// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.shutdown;

import io.reactivetracker.TaskTimer;
import io.reactivetracker.internal.Preconditions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * Builds a {@link ShutdownPlan}.
 *
 * <p>Not safe for use by more than one thread.
 */
public final class ShutdownPlanBuilder {

    private final Duration budget;
    private final List<PhaseBuilder> phases = new ArrayList<>();
    private TaskTimer timer = TaskTimer.system();

    ShutdownPlanBuilder(Duration budget) {
        this.budget = budget;
    }

    /**
     * Adds a phase.
     *
     * @param name the phase's name, by which later phases name it
     * @param description adds the tasks of the phase, its order and its time
     * @return this
     * @throws IllegalArgumentException if the name is blank
     */
    public ShutdownPlanBuilder phase(String name, Consumer<PhaseBuilder> description) {
        Objects.requireNonNull(description, "description must not be null");
        PhaseBuilder phase = new PhaseBuilder(Preconditions.requireName("the name of a phase", name));
        description.accept(phase);
        phases.add(phase);
        return this;
    }

    /**
     * Sets the timer that measures the phases. Tests use one with virtual time.
     *
     * @param timer the timer; the default is {@link TaskTimer#system()}
     * @return this
     */
    public ShutdownPlanBuilder timer(TaskTimer timer) {
        this.timer = Objects.requireNonNull(timer, "timer must not be null");
        return this;
    }

    /**
     * Returns the plan.
     *
     * @return a plan that has not run
     * @throws IllegalArgumentException if there is no phase; two phases have one name; a phase names an unknown phase;
     *     phases wait for each other in a cycle; phases reserve more than the budget along a path; or a phase reserves
     *     more than its timeout. The message names the phases
     */
    public ShutdownPlan build() {
        return new ShutdownPlan(budget, new PhaseGraph(budget, phases).definitions(), timer);
    }
}
