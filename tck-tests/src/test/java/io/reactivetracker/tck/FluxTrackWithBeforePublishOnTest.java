// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.tck;

import static io.reactivetracker.reactor.ReactorTracking.trackWith;

import org.reactivestreams.Publisher;
import org.testng.annotations.Test;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;

/** A tracked flux between a source and a consumer that would be fused without it. */
@Test
public class FluxTrackWithBeforePublishOnTest extends TrackerVerification<Long> {

    @Override
    public Publisher<Long> createPublisher(long elements) {
        return Sources.flux(elements).transform(trackWith(tracker)).publishOn(Schedulers.immediate());
    }

    @Override
    public Publisher<Long> createFailedPublisher() {
        return Flux.<Long>error(new IllegalStateException("failed"))
                .transform(trackWith(tracker))
                .publishOn(Schedulers.immediate());
    }
}
