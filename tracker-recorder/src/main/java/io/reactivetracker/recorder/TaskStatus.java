// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

/** The status of a key. */
public enum TaskStatus {

    /** There is no record: no task has begun, or its record was revoked or forgotten. A task may begin. */
    NOT_FOUND,

    /** A task has begun and not ended; its owner holds the key. */
    RUNNING,

    /** A task has succeeded. No task may begin until the success is revoked or forgotten. */
    SUCCEEDED,

    /** The last task has failed, was cancelled, or lost its lease. A task may begin. */
    FAILED,

    /** A success is being revoked; the owner of the revoke holds the key. */
    REVOKING;

    /**
     * Returns whether no task or revoke is under way.
     *
     * @return false for {@link #RUNNING} and {@link #REVOKING}
     */
    public boolean isSettled() {
        return this != RUNNING && this != REVOKING;
    }
}
