// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.tck;

import static io.reactivetracker.reactor.ReactorTracking.trackWith;

import io.reactivetracker.group.TaskGroup;
import org.reactivestreams.Publisher;
import org.testng.annotations.Test;
import reactor.core.publisher.Flux;

/** A flux as a task of a group. */
@Test
public class FluxTrackInGroupTest extends TrackerVerification<Long> {

    private final TaskGroup group = TaskGroup.builder("tck").build();

    @Override
    public Publisher<Long> createPublisher(long elements) {
        return Sources.flux(elements).transform(trackWith(group));
    }

    @Override
    public Publisher<Long> createFailedPublisher() {
        return Flux.<Long>error(new IllegalStateException("failed")).transform(trackWith(group));
    }
}
