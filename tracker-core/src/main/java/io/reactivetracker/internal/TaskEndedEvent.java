// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.internal;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/**
 * The end of a task, written by the thread that ends it. Its duration is the time since the task was issued.
 *
 * <p>Disabled unless the settings of the recording enable it: a recording that runs all the time must not get an event
 * for each task unasked.
 */
@Name("io.reactivetracker.TaskEnded")
@Label("Task Ended")
@Description("A named task of a tracker, or a task of a group, has ended")
@Category({"Reactive Tracker", "Tasks"})
@Enabled(false)
@StackTrace(false)
final class TaskEndedEvent extends Event {

    /** Never written. Asked whether the event is recorded, without an object for each question. */
    private static final TaskEndedEvent PROBE = new TaskEndedEvent();

    @Label("Tracker")
    @Description("Name of the tracker or group")
    @Nullable
    String tracker;

    @Label("Task")
    @Description("Name of the task")
    @Nullable
    String task;

    @Label("Task Id")
    @Description("Id of the task, unique in this virtual machine")
    long taskId;

    @Label("Outcome")
    @Description("How the task ended, as its group counts it; not known for a task of a tracker")
    @Nullable
    String outcome;

    @Label("Attempts")
    @Description("Number of attempts, which is 1 unless the task was retried")
    int attempts;

    @Label("Queued")
    @Description("Time without a permit: the task waited for admission, or for its next attempt")
    @Timespan(Timespan.NANOSECONDS)
    long queued;

    @Label("Issued Before")
    @Description("The task was issued while its end was not recorded, so neither duration nor queued time is known")
    boolean issuedBefore;

    static boolean isRecorded() {
        return PROBE.isEnabled();
    }
}
