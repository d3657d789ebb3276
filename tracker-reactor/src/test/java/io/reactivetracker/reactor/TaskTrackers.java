// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import io.reactivetracker.TaskTracker;
import java.lang.reflect.Field;

/** Puts trackers into states that take too long to reach. */
final class TaskTrackers {

    private TaskTrackers() {}

    /** Counts the maximum number of tasks. */
    static TaskTracker full() {
        TaskTracker tracker = TaskTracker.create("full");
        try {
            Field state = TaskTracker.class.getDeclaredField("state");
            state.setAccessible(true);
            Field word = state.getType().getDeclaredField("word");
            word.setAccessible(true);
            Object count = word.get(state.get(tracker));
            Field bits = word.getType().getDeclaredField("word");
            bits.setAccessible(true);
            bits.setLong(count, ((1L << 30) - 1) << 1);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(e.getMessage(), e);
        }
        return tracker;
    }
}
