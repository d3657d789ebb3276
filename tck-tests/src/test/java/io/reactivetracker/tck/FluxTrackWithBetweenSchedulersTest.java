// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.tck;

import static io.reactivetracker.reactor.ReactorTracking.trackWith;

import org.reactivestreams.Publisher;
import org.testng.annotations.Test;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;

/** A tracked flux between two schedulers that would be fused without it. */
@Test
public class FluxTrackWithBetweenSchedulersTest extends TrackerVerification<Long> {

    @Override
    public Publisher<Long> createPublisher(long elements) {
        return Sources.flux(elements)
                .publishOn(Schedulers.parallel())
                .transform(trackWith(tracker))
                .publishOn(Schedulers.single());
    }

    @Override
    public Publisher<Long> createFailedPublisher() {
        return Flux.<Long>error(new IllegalStateException("failed"))
                .publishOn(Schedulers.parallel())
                .transform(trackWith(tracker))
                .publishOn(Schedulers.single());
    }
}
