// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import io.reactivetracker.TaskTracker;
import io.reactivetracker.group.GroupSnapshot;

/** The state of a group or a tracker. */
enum TrackedState {
    /** Accepts tasks. */
    OPEN,
    /** Closed and not drained. */
    CLOSING,
    /** Cancelled and not drained. */
    CANCELLED,
    /** Closed, and all tasks have ended. */
    DRAINED;

    static TrackedState of(GroupSnapshot group) {
        if (!group.isClosed() && !group.isCancelled()) {
            return OPEN;
        }
        if (group.counts().pending() == 0 && group.children().isEmpty()) {
            return DRAINED;
        }
        return group.isCancelled() ? CANCELLED : CLOSING;
    }

    static TrackedState of(TaskTracker tracker) {
        if (tracker.isDrained()) {
            return DRAINED;
        }
        return tracker.isClosed() ? CLOSING : OPEN;
    }
}
