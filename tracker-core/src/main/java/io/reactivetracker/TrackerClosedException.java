// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import java.io.Serial;
import java.util.Objects;

/**
 * Thrown if a {@linkplain TaskOptions#strict() strict} task is refused because its tracker is closed.
 *
 * <p>No part of the task has started: its upstream was not subscribed to, and the tracker did not count it.
 */
public class TrackerClosedException extends IllegalStateException {

    @Serial
    private static final long serialVersionUID = 1L;

    /** The name of the tracker that refused the task. */
    private final String trackerName;

    /**
     * Creates an exception for a task that a tracker refused.
     *
     * @param tracker the closed tracker
     */
    public TrackerClosedException(TaskTracker tracker) {
        super("tracker \""
                + Objects.requireNonNull(tracker, "tracker must not be null").name()
                + "\" is closed and refuses strict tasks: start the task before close(), or without strict()"
                + " to have it counted and awaited");
        this.trackerName = tracker.name();
    }

    /**
     * Creates an exception with another message.
     *
     * @param trackerName the name of the closed tracker
     * @param message the message
     */
    protected TrackerClosedException(String trackerName, String message) {
        super(message);
        this.trackerName = trackerName;
    }

    /**
     * Returns the name of the tracker that refused the task.
     *
     * @return the {@link TaskTracker#name()}
     */
    public final String trackerName() {
        return trackerName;
    }
}
