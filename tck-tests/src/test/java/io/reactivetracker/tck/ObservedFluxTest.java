// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.tck;

import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.micrometer.ObservedTracking;
import org.reactivestreams.Publisher;
import org.testng.annotations.Test;
import reactor.core.publisher.Flux;

/** A tracked flux whose tasks are observed. */
@Test
public class ObservedFluxTest extends TrackerVerification<Long> {

    private final ObservedTracking observed = Observing.tracking();

    @Override
    public Publisher<Long> createPublisher(long elements) {
        return Sources.flux(elements).transform(observed.trackWith(tracker, "tck"));
    }

    @Override
    public Publisher<Long> createFailedPublisher() {
        TaskTracker closed = TaskTracker.create("closed");
        closed.close();
        return Flux.<Long>never()
                .transform(observed.trackWith(closed, TaskOptions.named("tck").and(TaskOptions.strict())));
    }
}
