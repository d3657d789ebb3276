// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.recorder;

/** What is known of a key. */
public enum TaskStatus {

    /** Nothing: no task of this key was begun, or what became of it was revoked or forgotten. It may begin. */
    NOT_FOUND,

    /** A task of this key has begun and not ended; its owner holds it. */
    RUNNING,

    /** A task of this key has succeeded. None begins again until that is revoked, or forgotten. */
    SUCCEEDED,

    /** The last task of this key has failed, was cancelled, or was left by its owner. It may begin again. */
    FAILED,

    /** What succeeded is being revoked; whoever does it holds the key. */
    REVOKING;

    /**
     * Whether nothing is under way: neither a task nor a revoke.
     *
     * @return false for {@link #RUNNING} and {@link #REVOKING}
     */
    public boolean isSettled() {
        return this != RUNNING && this != REVOKING;
    }
}
