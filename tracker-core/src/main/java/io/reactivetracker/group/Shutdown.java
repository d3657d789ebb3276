// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import io.reactivetracker.internal.Durations;
import io.reactivetracker.internal.Preconditions;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The plan of a {@linkplain TaskGroup#shutdown shutdown}: a grace, in which tasks may end by themselves; then,
 * optionally, a cancel of the remaining tasks and a wait for them to end. Immutable.
 */
public final class Shutdown {

    private final Duration grace;
    private final @Nullable Duration cancelWait;
    private final boolean isOneBudget;
    private final @Nullable ShutdownListener listener;

    private Shutdown(
            Duration grace, @Nullable Duration cancelWait, boolean isOneBudget, @Nullable ShutdownListener listener) {
        this.grace = grace;
        this.cancelWait = cancelWait;
        this.isOneBudget = isOneBudget;
        this.listener = listener;
    }

    /**
     * Returns a plan that waits and cancels nothing; see {@link #thenCancel}.
     *
     * @param grace how long to wait; zero not to wait
     * @return a plan
     * @throws IllegalArgumentException if {@code grace} is negative
     */
    public static Shutdown grace(Duration grace) {
        return new Shutdown(Preconditions.requireNotNegative("grace", grace), null, false, null);
    }

    /**
     * Returns a plan that cancels the remaining tasks after the grace and then waits for them, counted from the moment
     * at which the cancel begins.
     *
     * @param wait how long cancelled tasks may take to end; zero not to wait
     * @return a plan with both stages
     * @throws IllegalArgumentException if {@code wait} is negative
     */
    public Shutdown thenCancel(Duration wait) {
        return new Shutdown(grace, Preconditions.requireNotNegative("wait", wait), false, listener);
    }

    /**
     * Returns a plan with one budget: it waits, cancels the remaining tasks when only {@code keptForCancel} is left of
     * the budget, and is over at the end of the budget, however long the cancel itself takes.
     *
     * @param budget how long the whole shutdown may take
     * @param keptForCancel the part of it that is reserved for cancelled tasks to end
     * @return a plan
     * @throws IllegalArgumentException if a time is negative, or {@code keptForCancel} exceeds {@code budget}
     */
    public static Shutdown within(Duration budget, Duration keptForCancel) {
        Preconditions.requireNotNegative("budget", budget);
        Preconditions.requireNotNegative("keptForCancel", keptForCancel);
        if (keptForCancel.compareTo(budget) > 0) {
            throw new IllegalArgumentException(
                    "keptForCancel must not exceed the budget, but was " + keptForCancel + " of " + budget);
        }
        return new Shutdown(budget.minus(keptForCancel), keptForCancel, true, null);
    }

    /**
     * Returns this plan with a listener of its stages, which replaces an earlier one.
     *
     * @param listener observes each shutdown that runs by the plan
     * @return a plan with the same times
     */
    public Shutdown listener(ShutdownListener listener) {
        return new Shutdown(
                grace, cancelWait, isOneBudget, Objects.requireNonNull(listener, "listener must not be null"));
    }

    Duration grace() {
        return grace;
    }

    /** Null if nothing is cancelled. */
    @Nullable
    Duration cancelWait() {
        return cancelWait;
    }

    boolean isOneBudget() {
        return isOneBudget;
    }

    @Nullable
    ShutdownListener listener() {
        return listener;
    }

    /**
     * Returns the stages and their times.
     *
     * @return a description for logs; its format may change
     */
    @Override
    public String toString() {
        return "Shutdown[grace " + Durations.inSeconds(grace)
                + (cancelWait == null ? "" : ", then cancel and wait " + Durations.inSeconds(cancelWait))
                + (isOneBudget ? ", in one budget]" : "]");
    }
}
