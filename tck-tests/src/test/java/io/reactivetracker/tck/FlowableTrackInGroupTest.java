// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.tck;

import static io.reactivetracker.rxjava.RxTracking.trackWith;

import io.reactivetracker.group.TaskGroup;
import io.reactivex.rxjava3.core.Flowable;
import org.reactivestreams.Publisher;
import org.testng.annotations.Test;

/** A flowable as a task of a group. */
@Test
public class FlowableTrackInGroupTest extends TrackerVerification<Long> {

    private final TaskGroup group = TaskGroup.builder("tck").build();

    @Override
    public Publisher<Long> createPublisher(long elements) {
        return Sources.flowable(elements).compose(trackWith(group));
    }

    @Override
    public Publisher<Long> createFailedPublisher() {
        return Flowable.<Long>error(new IllegalStateException("failed")).compose(trackWith(group));
    }
}
