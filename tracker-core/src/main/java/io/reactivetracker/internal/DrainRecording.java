// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.internal;

/** Writes the two events of a drain, its begin and its end. */
public final class DrainRecording {

    private final DrainEndedEvent event = new DrainEndedEvent();

    private DrainRecording() {}

    static DrainRecording begin() {
        DrainRecording begun = new DrainRecording();
        begun.event.begin();
        return begun;
    }

    /**
     * Writes that the drain has begun. Call it before {@link #ended()} can be called.
     *
     * @param tracker the name of the tracker or group
     * @param running the number of its tasks
     */
    public void begun(String tracker, long running) {
        event.tracker = tracker;
        event.running = running;
        DrainBegunEvent begun = new DrainBegunEvent();
        begun.tracker = tracker;
        begun.running = running;
        begun.commit();
    }

    /** Writes that the drain has ended. */
    public void ended() {
        try {
            event.commit();
        } catch (Throwable broken) {
            Throwables.reportUncaught(broken);
        }
    }
}
