// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.tck;

import static io.reactivetracker.rxjava.RxTracking.trackWith;

import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.schedulers.Schedulers;
import org.reactivestreams.Publisher;
import org.testng.annotations.Test;

/** A tracked flowable between a source and a consumer that would be fused without it. */
@Test
public class FlowableTrackWithBeforeObserveOnTest extends TrackerVerification<Long> {

    @Override
    public Publisher<Long> createPublisher(long elements) {
        return Sources.flowable(elements)
                .map(element -> element)
                .compose(trackWith(tracker))
                .observeOn(Schedulers.trampoline());
    }

    @Override
    public Publisher<Long> createFailedPublisher() {
        return Flowable.<Long>error(new IllegalStateException("failed"))
                .compose(trackWith(tracker))
                .observeOn(Schedulers.trampoline());
    }
}
