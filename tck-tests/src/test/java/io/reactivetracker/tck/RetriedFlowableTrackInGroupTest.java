// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.tck;

import static io.reactivetracker.rxjava.RxTracking.trackWith;

import io.reactivetracker.group.Backoff;
import io.reactivetracker.group.ErrorPolicy;
import io.reactivetracker.group.TaskGroup;
import io.reactivex.rxjava3.core.Flowable;
import org.reactivestreams.Publisher;
import org.testng.annotations.Test;

/** A flowable as a task of a group that allows retries. */
@Test
public class RetriedFlowableTrackInGroupTest extends TrackerVerification<Long> {

    private final TaskGroup group = TaskGroup.builder("tck")
            .onError(ErrorPolicy.retry(1, Backoff.none()).releasingPermit())
            .build();

    @Override
    public Publisher<Long> createPublisher(long elements) {
        return Sources.flowable(elements).compose(trackWith(group));
    }

    @Override
    public Publisher<Long> createFailedPublisher() {
        return Flowable.<Long>error(new IllegalStateException("failed")).compose(trackWith(group));
    }
}
