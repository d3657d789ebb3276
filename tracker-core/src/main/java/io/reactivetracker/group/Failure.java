// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import java.time.Duration;
import java.util.function.Supplier;

/** The failure of one attempt of a task, as an {@link ErrorPolicy} sees it. Valid while the policy is asked. */
public final class Failure {

    private final AbstractGroupTask task;
    private final Throwable error;
    private final long nanoTime;

    Failure(AbstractGroupTask task, Throwable error) {
        this.task = task;
        this.error = error;
        this.nanoTime = task.group().timer().nanoTime();
    }

    /**
     * What went wrong.
     *
     * @return the error, as the task's downstream would get it
     */
    public Throwable error() {
        return error;
    }

    /**
     * The task that failed.
     *
     * @return what it knows of itself
     */
    public TaskContext task() {
        return task;
    }

    /**
     * Which attempt failed, which is also the number of errors that the task has had so far.
     *
     * @return 1 at first
     */
    public int attempt() {
        return task.attempt();
    }

    /**
     * How long the task has taken so far, waits included.
     *
     * @return the time since it was issued, by the group's timer
     */
    public Duration elapsed() {
        return Duration.ofNanos(nanoTime - task.issuedAt());
    }

    /**
     * When it failed.
     *
     * @return the time of the group's timer, for differences only
     */
    public long nanoTime() {
        return nanoTime;
    }

    /**
     * What the policy has noted about this task: made at the task's first failure, and there again at its next.
     *
     * @param <S> the type of the state
     * @param policy whose state: a policy asks for its own, by {@code this}
     * @param initial makes it
     * @return the state; several failures of one task come one after the other, so it needs no guard
     */
    public <S> S state(ErrorPolicy policy, Supplier<? extends S> initial) {
        return task.state(policy, initial);
    }
}
