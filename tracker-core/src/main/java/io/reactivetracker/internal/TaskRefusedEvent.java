// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.internal;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/** The refusal of a task, written by the thread that refuses it. */
@Name("io.reactivetracker.TaskRefused")
@Label("Task Refused")
@Description("A tracker or group has refused a task, nothing of which was started")
@Category({"Reactive Tracker", "Tasks"})
// Many tasks may be refused under load, and each has an exception with a stack trace already.
@StackTrace(false)
final class TaskRefusedEvent extends Event {

    private static final TaskRefusedEvent PROBE = new TaskRefusedEvent();

    @Label("Tracker")
    @Description("Name of the tracker or group")
    @Nullable
    String tracker;

    @Label("Task")
    @Description("Name of the task, if it has one")
    @Nullable
    String task;

    @Label("Task Id")
    @Description("Id of the task, or 0 if it was refused before it got one")
    long taskId;

    @Label("Reason")
    @Description("CLOSED or CANCELLED: the tracker or group was; ADMISSION, EXECUTOR or TIMER: that refused the task")
    @Nullable
    String reason;

    @Label("Detail")
    @Description("More about the reason, such as the limit that was reached")
    @Nullable
    String detail;

    static boolean isRecorded() {
        return PROBE.isEnabled();
    }
}
