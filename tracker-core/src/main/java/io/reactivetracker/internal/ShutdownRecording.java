// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.internal;

/** Writes the event of a shutdown. */
public final class ShutdownRecording {

    private final ShutdownEndedEvent event = new ShutdownEndedEvent();

    private ShutdownRecording() {}

    static ShutdownRecording begin() {
        ShutdownRecording begun = new ShutdownRecording();
        begun.event.begin();
        return begun;
    }

    /**
     * Notes with how many tasks the shutdown began.
     *
     * @param group the name of the group
     * @param running the number of tasks
     */
    public void begun(String group, long running) {
        event.group = group;
        event.running = running;
    }

    /**
     * Notes how the tasks ended.
     *
     * @param succeeded how many succeeded
     * @param failed how many failed
     * @param cancelled how many were cancelled
     * @param timedOut how many timed out
     * @param rejected how many were rejected
     */
    public void counted(long succeeded, long failed, long cancelled, long timedOut, long rejected) {
        event.succeeded = succeeded;
        event.failed = failed;
        event.cancelled = cancelled;
        event.timedOut = timedOut;
        event.rejected = rejected;
    }

    /**
     * Writes that the shutdown is over.
     *
     * @param isDrained whether the group has drained
     * @param pending the number of tasks that have not ended
     */
    public void ended(boolean isDrained, long pending) {
        event.result = isDrained ? "DRAINED" : "TIME_OVER";
        event.pending = pending;
        try {
            event.commit();
        } catch (Throwable broken) {
            Throwables.reportUncaught(broken);
        }
    }
}
