// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.tck;

import static io.reactivetracker.rxjava.RxTracking.trackWith;

import io.reactivex.rxjava3.core.Flowable;
import org.reactivestreams.Publisher;
import org.testng.annotations.Test;

/** A tracked flowable whose source does not support fusion. */
@Test
public class FlowableTrackWithTest extends TrackerVerification<Long> {

    @Override
    public Publisher<Long> createPublisher(long elements) {
        return Sources.flowable(elements).hide().compose(trackWith(tracker));
    }

    @Override
    public Publisher<Long> createFailedPublisher() {
        return Flowable.<Long>error(new IllegalStateException("failed")).compose(trackWith(tracker));
    }
}
