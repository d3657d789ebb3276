// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import io.reactivetracker.internal.Durations;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How long a {@linkplain TaskGroup#shutdown shutdown} waits in each of its stages: a grace, in which tasks may end by
 * themselves; then, if asked for, a cancel of what is left, and a wait for that to end. Immutable.
 */
public final class Shutdown {

    private final Duration grace;
    private final @Nullable Duration cancelWait;
    private final boolean isOneBudget;

    private Shutdown(Duration grace, @Nullable Duration cancelWait, boolean isOneBudget) {
        this.grace = grace;
        this.cancelWait = cancelWait;
        this.isOneBudget = isOneBudget;
    }

    /**
     * Waits so long, and cancels nothing; see {@link #thenCancel}.
     *
     * @param grace how long tasks may go on; zero for not at all
     * @return a plan
     * @throws IllegalArgumentException if the time is negative
     */
    public static Shutdown grace(Duration grace) {
        return new Shutdown(Durations.requireNotNegative("grace", grace), null, false);
    }

    /**
     * After the grace cancels what is left, and waits so long for it, from the moment at which the cancel begins.
     *
     * @param wait how long cancelled tasks may take to end; zero for not at all
     * @return a plan of both stages
     * @throws IllegalArgumentException if the time is negative
     */
    public Shutdown thenCancel(Duration wait) {
        return new Shutdown(grace, Durations.requireNotNegative("wait", wait), false);
    }

    /**
     * Stays within one budget: waits, cancels what is left when the rest of the budget has come, and is over when the
     * budget is, however long the cancel itself took.
     *
     * @param budget how long all of it may take
     * @param keptForCancel how much of that is kept for tasks to end after they were cancelled
     * @return a plan
     * @throws IllegalArgumentException if a time is negative, or more is to be kept than there is
     */
    public static Shutdown within(Duration budget, Duration keptForCancel) {
        Durations.requireNotNegative("budget", budget);
        Durations.requireNotNegative("keptForCancel", keptForCancel);
        if (keptForCancel.compareTo(budget) > 0) {
            throw new IllegalArgumentException(
                    "keptForCancel must not be more than the budget, but was " + keptForCancel + " of " + budget);
        }
        return new Shutdown(budget.minus(keptForCancel), keptForCancel, true);
    }

    Duration grace() {
        return grace;
    }

    /** Null if nothing is to be cancelled. */
    @Nullable
    Duration cancelWait() {
        return cancelWait;
    }

    boolean isOneBudget() {
        return isOneBudget;
    }

    /**
     * The stages and their times.
     *
     * @return for people to read; the form may change
     */
    @Override
    public String toString() {
        return "Shutdown[grace " + grace
                + (cancelWait == null ? "" : ", then cancel and wait " + cancelWait)
                + (isOneBudget ? ", in one budget]" : "]");
    }
}
