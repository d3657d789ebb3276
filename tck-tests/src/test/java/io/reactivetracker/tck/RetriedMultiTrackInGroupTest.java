// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.tck;

import static io.reactivetracker.mutiny.MutinyTracking.trackWith;

import io.reactivetracker.group.Backoff;
import io.reactivetracker.group.ErrorPolicy;
import io.reactivetracker.group.TaskGroup;
import java.util.concurrent.Flow.Publisher;
import org.testng.annotations.Test;

/** A multi as a task of a group that allows retries. */
@Test
public class RetriedMultiTrackInGroupTest extends FlowVerification<Long> {

    private final TaskGroup group = TaskGroup.builder("tck")
            .onError(ErrorPolicy.retry(1, Backoff.none()).releasingPermit())
            .build();

    @Override
    public Publisher<Long> createFlowPublisher(long elements) {
        return Sources.multi(elements).plug(trackWith(group));
    }

    @Override
    public Publisher<Long> createFailedFlowPublisher() {
        return failed().plug(trackWith(group));
    }
}
