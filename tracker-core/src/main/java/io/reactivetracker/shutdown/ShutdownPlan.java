// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.shutdown;

import io.reactivetracker.TaskTimer;
import io.reactivetracker.internal.DefaultExecutor;
import io.reactivetracker.internal.Preconditions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Stops an application in named phases within one budget.
 *
 * <pre>{@code
 * ShutdownPlan plan = ShutdownPlan.within(Duration.ofSeconds(25))
 *         .phase("intake", phase -> phase.close("consumer", consumer))
 *         .phase("work", phase -> phase.after("intake").reserve(Duration.ofSeconds(15)).group(orders))
 *         .phase("clients", phase -> phase.after("work").close("redis", redis))
 *         .build();
 * JvmShutdown.install(plan);
 * }</pre>
 *
 * <p>A phase starts when all phases that it names are over, so phases that do not depend on each other run at the same
 * time. The tasks of one phase run at the same time, each on a thread of its own. A phase is over when its tasks have
 * ended, or when its time is over. Its time ends early enough that each later phase has the time that it reserves: a
 * phase that hangs cannot use it. Time that a phase does not need is for the phases after it. A task that throws, or
 * that is abandoned, stops no other task and no later phase.
 *
 * <p>A plan runs once. Safe for use by any number of threads.
 *
 * <p>After Pekko's <a href="https://pekko.apache.org/docs/pekko/current/coordinated-shutdown.html">{@code
 * CoordinatedShutdown}</a>, which has a time per phase, and neither a budget nor a report.
 */
public final class ShutdownPlan {

    private final Duration budget;
    private final List<PhaseDefinition> phases;
    private final TaskTimer timer;

    // Guarded by this. Set once.
    private @Nullable CompletableFuture<ShutdownPlanReport> report;

    ShutdownPlan(Duration budget, List<PhaseDefinition> phases, TaskTimer timer) {
        this.budget = budget;
        this.phases = phases;
        this.timer = timer;
    }

    /**
     * Returns a builder of a plan.
     *
     * @param budget the time for all phases together. On Kubernetes, a few seconds less than {@code
     *     terminationGracePeriodSeconds}
     * @return a builder without phases
     * @throws IllegalArgumentException if the budget is zero or negative
     */
    public static ShutdownPlanBuilder within(Duration budget) {
        return new ShutdownPlanBuilder(Preconditions.requirePositive("budget", budget));
    }

    /**
     * Runs this plan, unless it runs or has run already. Does not block.
     *
     * @param reason why the application stops. Tasks can read it, and the report has it. The first call decides
     * @return a future of the report, which is the same for each call. It fails only if the report cannot be
     *     made, for want of memory. Cancelling or completing it affects neither the plan nor other callers
     * @throws IllegalArgumentException if the reason is blank
     */
    public CompletableFuture<ShutdownPlanReport> run(String reason) {
        Preconditions.requireName("reason", reason);
        PlanProcess process = null;
        CompletableFuture<ShutdownPlanReport> made;
        synchronized (this) {
            made = report;
            if (made == null) {
                process = new PlanProcess(reason, budget, phases, timer, DefaultExecutor.get());
                made = process.report();
                report = made;
            }
        }
        if (process != null) {
            process.start();
        }
        return made.copy();
    }

    /**
     * Returns the budget and the phases.
     *
     * @return a description for logs; its format may change
     */
    @Override
    public String toString() {
        return "ShutdownPlan[within " + budget + ": " + phases + "]";
    }
}
