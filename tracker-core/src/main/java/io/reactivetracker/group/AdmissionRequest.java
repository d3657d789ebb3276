// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import io.reactivetracker.TaskTimer;

/**
 * A task's request for admission.
 *
 * <p>An {@link Admission} answers once, by {@link #grant} or {@link #reject}, before or after its {@code admit} has
 * returned, in any thread. Only the first answer counts. Do not answer while holding a lock: a grant passes the task to
 * its group's executor, which may run it at once.
 */
public interface AdmissionRequest {

    /**
     * Returns the task that asks.
     *
     * @return the task
     */
    TaskContext task();

    /**
     * Returns the timer of the task's group, for an admission that waits for time to pass.
     *
     * @return the timer
     */
    TaskTimer timer();

    /**
     * Admits the task.
     *
     * @param permit the permit, which the task releases when it ends
     * @return true if the task took the permit; false if it no longer waits, because it was cancelled or answered
     *     before: then the permit is not released and is free for another task
     */
    boolean grant(Permit permit);

    /**
     * Rejects the task. Has no effect if it no longer waits.
     *
     * @param reason the limit that was reached, and what to change; for the message of the rejection
     */
    void reject(String reason);
}
