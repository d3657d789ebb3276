// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.tck;

import static io.reactivetracker.reactor.ReactorTracking.cancelWith;

import io.reactivetracker.CancellationToken;
import org.reactivestreams.Publisher;
import org.testng.annotations.Test;
import reactor.core.publisher.Flux;

/** A flux that a token can cancel. */
@Test
public class FluxCancelWithTest extends TrackerVerification<Long> {

    private final CancellationToken token = CancellationToken.create();

    @Override
    public Publisher<Long> createPublisher(long elements) {
        return Sources.flux(elements).transform(cancelWith(token));
    }

    @Override
    public Publisher<Long> createFailedPublisher() {
        CancellationToken cancelled = CancellationToken.create();
        cancelled.cancel();
        return Flux.<Long>never().transform(cancelWith(cancelled));
    }
}
