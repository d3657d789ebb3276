// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.shutdown;

import java.time.Duration;

/** Tells a {@link ShutdownTask} why the application stops and how much time it has. */
public final class ShutdownContext {

    private final String reason;
    private final PhaseProcess phase;

    ShutdownContext(String reason, PhaseProcess phase) {
        this.reason = reason;
        this.phase = phase;
    }

    /**
     * Returns the reason that {@link ShutdownPlan#run} was given.
     *
     * @return for example {@code "SIGTERM"}
     */
    public String reason() {
        return reason;
    }

    /**
     * Returns the name of the phase that the task belongs to.
     *
     * @return the phase's name
     */
    public String phase() {
        return phase.name();
    }

    /**
     * Returns the time until the phase ends, whether the task has ended or not. Give it to clients as their timeout.
     *
     * @return zero if the time is over
     */
    public Duration remaining() {
        return phase.remaining();
    }
}
