// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.internal;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/** A leaked task, written before the listener of its watch is called. */
@Name("io.reactivetracker.TaskLeaked")
@Label("Task Leaked")
@Description("A task was garbage collected before its end, as a LeakWatch has found")
@Category({"Reactive Tracker", "Tasks"})
@StackTrace(false)
final class TaskLeakedEvent extends Event {

    private static final TaskLeakedEvent PROBE = new TaskLeakedEvent();

    @Label("Tracker")
    @Description("Name of the tracker")
    @Nullable
    String tracker;

    @Label("Task")
    @Description("Name of the task, if it has one")
    @Nullable
    String task;

    @Label("Age")
    @Description("Time from the start of the task until it was found")
    @Timespan(Timespan.NANOSECONDS)
    long age;

    @Label("Released")
    @Description("The watch releases the count of the task")
    boolean released;

    @Label("Created At")
    @Description("Nearest frames of the application where the task was created")
    @Nullable
    String createdAt;

    static boolean isRecorded() {
        return PROBE.isEnabled();
    }
}
