// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.tck;

import static io.reactivetracker.mutiny.MutinyTracking.trackWith;

import io.reactivetracker.TaskTracker;
import io.smallrye.mutiny.Multi;
import java.util.function.UnaryOperator;
import org.testng.annotations.Test;

/** The subscriber of a tracked multi. */
@Test
public class MultiTrackWithSubscriberTest extends FlowSubscriberVerification {

    @Override
    UnaryOperator<Multi<Integer>> operator() {
        return trackWith(TaskTracker.create("tck"));
    }
}
