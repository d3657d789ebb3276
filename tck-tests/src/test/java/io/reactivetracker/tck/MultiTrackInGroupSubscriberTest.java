// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.tck;

import static io.reactivetracker.mutiny.MutinyTracking.trackWith;

import io.reactivetracker.group.TaskGroup;
import io.smallrye.mutiny.Multi;
import java.util.function.UnaryOperator;
import org.testng.annotations.Test;

/** The subscriber of a multi that is a task of a group. */
@Test
public class MultiTrackInGroupSubscriberTest extends FlowSubscriberVerification {

    @Override
    UnaryOperator<Multi<Integer>> operator() {
        return trackWith(TaskGroup.builder("tck").build());
    }
}
