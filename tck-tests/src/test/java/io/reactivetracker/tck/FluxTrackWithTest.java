// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.tck;

import static io.reactivetracker.reactor.ReactorTracking.trackWith;

import org.reactivestreams.Publisher;
import org.testng.annotations.Test;
import reactor.core.publisher.Flux;

/** A tracked flux whose source is hidden. */
@Test
public class FluxTrackWithTest extends TrackerVerification<Long> {

    @Override
    public Publisher<Long> createPublisher(long elements) {
        return Sources.flux(elements).hide().transform(trackWith(tracker));
    }

    @Override
    public Publisher<Long> createFailedPublisher() {
        return Flux.<Long>error(new IllegalStateException("failed")).transform(trackWith(tracker));
    }
}
