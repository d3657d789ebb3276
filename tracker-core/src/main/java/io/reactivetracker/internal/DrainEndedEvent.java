// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.internal;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/** The end of a drain, written by the thread that ended the last task. Its duration is the time since the close. */
@Name("io.reactivetracker.DrainEnded")
@Label("Drain Ended")
@Description("A closed tracker or group has drained: it has no more tasks, and a group no more groups below it")
@Category({"Reactive Tracker", "Drains"})
@StackTrace(false)
final class DrainEndedEvent extends Event {

    private static final DrainEndedEvent PROBE = new DrainEndedEvent();

    @Label("Tracker")
    @Description("Name of the tracker or group")
    @Nullable
    String tracker;

    @Label("Running at the Close")
    @Description("Number of tasks that had not ended when the drain began")
    long running;

    static boolean isRecorded() {
        return PROBE.isEnabled();
    }
}
