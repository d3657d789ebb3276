// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.tck;

import static io.reactivetracker.mutiny.MutinyTracking.untilClosed;

import io.reactivetracker.TaskTracker;
import io.smallrye.mutiny.Multi;
import java.util.function.UnaryOperator;
import org.testng.annotations.Test;

/** The subscriber of a multi that the close of a tracker completes. */
@Test
public class MultiUntilClosedSubscriberTest extends FlowSubscriberVerification {

    @Override
    UnaryOperator<Multi<Integer>> operator() {
        return untilClosed(TaskTracker.create("tck"));
    }
}
