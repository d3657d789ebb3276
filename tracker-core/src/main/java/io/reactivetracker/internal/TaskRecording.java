// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.internal;

/**
 * The event of a task that has not ended. Measures how long the task has no permit.
 *
 * <p>Not safe for use by several threads: the lock that guards the state of the task guards it, too.
 */
public final class TaskRecording {

    private final TaskEndedEvent event = new TaskEndedEvent();
    private boolean isQueued;
    private long queuedSince;

    private TaskRecording() {}

    static TaskRecording begin() {
        TaskRecording begun = new TaskRecording();
        begun.event.begin();
        return begun;
    }

    /** The task waits for a permit from now on. */
    public void queued() {
        isQueued = true;
        queuedSince = System.nanoTime();
    }

    /** The task has a permit, or has ended. */
    public void granted() {
        if (isQueued) {
            isQueued = false;
            event.queued += System.nanoTime() - queuedSince;
        }
    }

    /** Ends the times. Returns the event, which lacks the data of the task. */
    TaskEndedEvent end() {
        granted();
        return event;
    }
}
