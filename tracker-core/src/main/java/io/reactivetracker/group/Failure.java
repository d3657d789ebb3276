// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import java.time.Duration;

/** The failure of one attempt of a task, for an {@link ErrorPolicy}. Valid during the call of the policy. */
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
     * Returns the error.
     *
     * @return the error that the task's downstream would get
     */
    public Throwable error() {
        return error;
    }

    /**
     * Returns the task that failed.
     *
     * @return the task
     */
    public TaskContext task() {
        return task;
    }

    /**
     * Returns the number of the attempt that failed, which is also the number of errors of the task so far.
     *
     * @return 1 for the first attempt
     */
    public int attempt() {
        return task.attempt();
    }

    /**
     * Returns the time since the task was issued, including waits.
     *
     * @return the time by the group's timer
     */
    public Duration elapsed() {
        return Duration.ofNanos(nanoTime - task.issuedAt());
    }

    /**
     * Returns the time of the failure.
     *
     * @return nanoseconds of the group's timer; only differences have a meaning
     */
    public long nanoTime() {
        return nanoTime;
    }
}
