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

/** The loss of a lease, written when the owner notices it. */
@Name("io.reactivetracker.LeaseLost")
@Label("Lease Lost")
@Description("The lease of a recorded task ran out before it was renewed, so another owner may have taken over")
@Category({"Reactive Tracker", "Recorder"})
@StackTrace(false)
final class LeaseLostEvent extends Event {

    private static final LeaseLostEvent PROBE = new LeaseLostEvent();

    @Label("Key")
    @Description("Key of the task, in quotes, and cut after 200 characters")
    @Nullable
    String key;

    @Label("Fencing Token")
    @Description("Fencing token of the owner that lost the lease")
    long fencingToken;

    @Label("Lease")
    @Description("Duration of the lease")
    @Timespan(Timespan.NANOSECONDS)
    long lease;

    @Label("Ending")
    @Description("The task had ended, and the store had not confirmed its end yet")
    boolean ending;

    @Label("Cause")
    @Description("Class of the failure of the last renewal, if the store did not answer no")
    @Nullable
    String cause;

    static boolean isRecorded() {
        return PROBE.isEnabled();
    }
}
