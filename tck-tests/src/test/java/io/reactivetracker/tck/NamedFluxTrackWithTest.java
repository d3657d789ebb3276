// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.tck;

import static io.reactivetracker.reactor.ReactorTracking.trackWith;

import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskTracker;
import org.reactivestreams.Publisher;
import org.testng.annotations.Test;
import reactor.core.publisher.Flux;

/** A tracked flux whose tasks are listed by name, and refused once the tracker is closed. */
@Test
public class NamedFluxTrackWithTest extends TrackerVerification<Long> {

    @Override
    public Publisher<Long> createPublisher(long elements) {
        return Sources.flux(elements)
                .transform(trackWith(tracker, TaskOptions.named("tck").and(TaskOptions.strict())));
    }

    @Override
    public Publisher<Long> createFailedPublisher() {
        TaskTracker closed = TaskTracker.create("closed");
        closed.close();
        return Flux.<Long>never().transform(trackWith(closed, TaskOptions.strict()));
    }
}
