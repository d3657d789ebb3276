// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.internal;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/** The end of the shutdown of a group, written when its report is made. Its duration is the time since its begin. */
@Name("io.reactivetracker.ShutdownEnded")
@Label("Shutdown Ended")
@Description("The shutdown of a group is over. Counts include the groups below, from the begin of the shutdown")
@Category({"Reactive Tracker", "Drains"})
@StackTrace(false)
final class ShutdownEndedEvent extends Event {

    private static final ShutdownEndedEvent PROBE = new ShutdownEndedEvent();

    @Label("Group")
    @Description("Name of the group")
    @Nullable
    String group;

    @Label("Result")
    @Description("DRAINED, or TIME_OVER if tasks were left")
    @Nullable
    String result;

    @Label("Running at the Begin")
    @Description("Number of tasks that had not ended when the shutdown began")
    long running;

    @Label("Succeeded")
    long succeeded;

    @Label("Failed")
    long failed;

    @Label("Cancelled")
    long cancelled;

    @Label("Timed Out")
    long timedOut;

    @Label("Rejected")
    long rejected;

    @Label("Pending")
    @Description("Number of tasks that have not ended")
    long pending;

    static boolean isRecorded() {
        return PROBE.isEnabled();
    }
}
