// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import io.reactivetracker.TaskTimer;

/**
 * A task that asks for admission, once.
 *
 * <p>An {@link Admission} answers with {@link #grant} or {@link #reject}, once, before or after its {@code admit} has
 * returned, in any thread. Only the first answer counts. Call neither while holding a lock: to grant hands the task to
 * its group's executor, which may run it at once.
 */
public interface AdmissionRequest {

    /**
     * The task that asks.
     *
     * @return what it knows of itself
     */
    TaskContext task();

    /**
     * The clock of the task's group, for an admission that waits for time to pass.
     *
     * @return the timer
     */
    TaskTimer timer();

    /**
     * Lets the task run.
     *
     * @param permit what the task gives back when it has ended
     * @return true if the task took the permit; false if it does not wait any more, because it was cancelled or has
     *     its answer already: then the permit is not taken, will not be released, and is free for another
     */
    boolean grant(Permit permit);

    /**
     * Turns the task away. Without effect if it does not wait any more.
     *
     * @param reason for people to read: which limit was hit, and what to change
     */
    void reject(String reason);
}
