// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.tck;

import static io.reactivetracker.mutiny.MutinyTracking.trackWith;

import io.reactivetracker.group.TaskGroup;
import java.util.concurrent.Flow.Publisher;
import org.testng.annotations.Test;

/** A multi as a task of a group. */
@Test
@Skipped(message = "missing message part", because = "a source of Mutiny refuses the request, with its own message")
public class MultiTrackInGroupTest extends FlowVerification<Long> {

    private final TaskGroup group = TaskGroup.builder("tck").build();

    @Override
    public Publisher<Long> createFlowPublisher(long elements) {
        return Sources.multi(elements).plug(trackWith(group));
    }

    @Override
    public Publisher<Long> createFailedFlowPublisher() {
        return failed().plug(trackWith(group));
    }
}
