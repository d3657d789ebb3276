// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import io.reactivetracker.RunningTask;
import io.reactivetracker.TaskTracker;
import java.util.List;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * A tracker in the response of the endpoint.
 *
 * @param name the tracker's name
 * @param state as in {@link TrackedState}
 * @param size the number of counted tasks, named or not
 * @param running the oldest running tasks that have a name
 * @param unlisted the number of running tasks with a name that are not listed
 */
record TrackerDescription(String name, TrackedState state, long size, List<TaskDescription> running, long unlisted)
        implements OperationResponseBody {

    static TrackerDescription of(TaskTracker tracker) {
        List<RunningTask> running = tracker.runningTasks();
        return new TrackerDescription(
                tracker.name(),
                TrackedState.of(tracker),
                tracker.size(),
                TaskDescription.oldest(running, tracker),
                TaskDescription.unlisted(running));
    }
}
