// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.tck;

import io.reactivetracker.group.TaskGroup;
import io.reactivetracker.micrometer.ObservedTracking;
import org.reactivestreams.Publisher;
import org.testng.annotations.Test;
import reactor.core.publisher.Mono;

/** A mono as an observed task of a group. */
@Test
@Skipped(message = "required elements nr", because = "a Mono has one element at most")
public class ObservedMonoInGroupTest extends TrackerVerification<Long> {

    private final ObservedTracking observed = Observing.tracking();
    private final TaskGroup group = TaskGroup.builder("tck").build();

    @Override
    public long maxElementsFromPublisher() {
        return 1;
    }

    @Override
    public Publisher<Long> createPublisher(long elements) {
        return Mono.justOrEmpty(elements == 0 ? null : elements).transform(observed.trackWith(group));
    }

    @Override
    public Publisher<Long> createFailedPublisher() {
        return Mono.<Long>error(new IllegalStateException("failed")).transform(observed.trackWith(group));
    }
}
