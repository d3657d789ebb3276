// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.tck;

import static io.reactivetracker.reactor.ReactorTracking.trackWith;

import io.reactivetracker.group.Backoff;
import io.reactivetracker.group.ErrorPolicy;
import io.reactivetracker.group.TaskGroup;
import org.reactivestreams.Publisher;
import org.testng.annotations.Test;
import reactor.core.publisher.Flux;

/** A flux as a task of a group that allows retries. */
@Test
public class RetriedFluxTrackInGroupTest extends TrackerVerification<Long> {

    private final TaskGroup group = TaskGroup.builder("tck")
            .onError(ErrorPolicy.retry(1, Backoff.none()).releasingPermit())
            .build();

    @Override
    public Publisher<Long> createPublisher(long elements) {
        return Sources.flux(elements).transform(trackWith(group));
    }

    @Override
    public Publisher<Long> createFailedPublisher() {
        return Flux.<Long>error(new IllegalStateException("failed")).transform(trackWith(group));
    }
}
