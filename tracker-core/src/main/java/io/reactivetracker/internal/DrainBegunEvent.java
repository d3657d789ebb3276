// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.internal;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import org.jspecify.annotations.Nullable;

/** The close of a tracker or group. Its stack trace shows who closed it. */
@Name("io.reactivetracker.DrainBegun")
@Label("Drain Begun")
@Description("A tracker or group was closed")
@Category({"Reactive Tracker", "Drains"})
final class DrainBegunEvent extends Event {

    private static final DrainBegunEvent PROBE = new DrainBegunEvent();

    @Label("Tracker")
    @Description("Name of the tracker or group")
    @Nullable
    String tracker;

    @Label("Running")
    @Description("Number of tasks that had not ended, for a group with those of all groups below it")
    long running;

    static boolean isRecorded() {
        return PROBE.isEnabled();
    }
}
