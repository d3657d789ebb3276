// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import io.reactivetracker.TaskTracker;
import io.reactivetracker.group.GroupSnapshot;

/** How far a group or a tracker is on its way to its end. */
enum TrackedState {
    /** Takes tasks. */
    OPEN,
    /** Closed, and not drained. */
    CLOSING,
    /** Cancelled, and not drained. */
    CANCELLED,
    /** Closed, and has no more tasks. */
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
