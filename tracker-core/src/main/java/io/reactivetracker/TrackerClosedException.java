// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import java.io.Serial;
import java.util.Objects;

/**
 * Says that a task was refused because its tracker is closed.
 *
 * <p>Only a {@linkplain TaskOptions#strict() strict} task is refused. Nothing of it was started: no upstream was
 * subscribed to, and the tracker did not count it.
 */
public class TrackerClosedException extends IllegalStateException {

    @Serial
    private static final long serialVersionUID = 1L;

    /** The name of the tracker that refused the task. */
    private final String trackerName;

    /**
     * Makes the exception for a task that this tracker refused.
     *
     * @param tracker the closed tracker
     */
    public TrackerClosedException(TaskTracker tracker) {
        super("tracker \""
                + Objects.requireNonNull(tracker, "tracker must not be null").name()
                + "\" is closed and takes no strict task: start it before close(), or leave strict() out"
                + " to have it counted and waited for all the same");
        this.trackerName = tracker.name();
    }

    /**
     * Makes the exception with a message of its own.
     *
     * @param trackerName the name of the closed tracker
     * @param message what to say
     */
    protected TrackerClosedException(String trackerName, String message) {
        super(message);
        this.trackerName = trackerName;
    }

    /**
     * The name of the tracker that refused the task.
     *
     * @return as {@link TaskTracker#name()} gives it
     */
    public final String trackerName() {
        return trackerName;
    }
}
