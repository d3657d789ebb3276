// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.tck;

import static io.reactivetracker.rxjava.RxTracking.cancelWith;

import io.reactivetracker.CancellationToken;
import io.reactivex.rxjava3.core.Flowable;
import org.reactivestreams.Publisher;
import org.testng.annotations.Test;

/** A flowable that a token can cancel. */
@Test
public class FlowableCancelWithTest extends TrackerVerification<Long> {

    private final CancellationToken token = CancellationToken.create();

    @Override
    public Publisher<Long> createPublisher(long elements) {
        return Sources.flowable(elements).compose(cancelWith(token));
    }

    @Override
    public Publisher<Long> createFailedPublisher() {
        CancellationToken cancelled = CancellationToken.create();
        cancelled.cancel();
        return Flowable.<Long>never().compose(cancelWith(cancelled));
    }
}
