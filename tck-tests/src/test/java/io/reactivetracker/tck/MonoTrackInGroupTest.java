// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.tck;

import static io.reactivetracker.reactor.ReactorTracking.trackWith;

import io.reactivetracker.group.TaskGroup;
import org.reactivestreams.Publisher;
import org.testng.annotations.Test;
import reactor.core.publisher.Mono;

/** A mono as a task of a group. */
@Test
@Skipped(message = "required elements nr", because = "a Mono has one element at most")
public class MonoTrackInGroupTest extends TrackerVerification<Long> {

    private final TaskGroup group = TaskGroup.builder("tck").build();

    @Override
    public long maxElementsFromPublisher() {
        return 1;
    }

    @Override
    public Publisher<Long> createPublisher(long elements) {
        return Mono.justOrEmpty(elements == 0 ? null : elements).transform(trackWith(group));
    }

    @Override
    public Publisher<Long> createFailedPublisher() {
        return Mono.<Long>error(new IllegalStateException("failed")).transform(trackWith(group));
    }
}
