// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.tck;

import static io.reactivetracker.reactor.ReactorTracking.untilClosed;

import org.reactivestreams.Publisher;
import org.testng.annotations.Test;
import reactor.core.publisher.Mono;

/** A mono that the close of a tracker completes. */
@Test
@Skipped(message = "required elements nr", because = "a Mono has one element at most")
public class MonoUntilClosedTest extends TrackerVerification<Long> {

    @Override
    public long maxElementsFromPublisher() {
        return 1;
    }

    @Override
    public Publisher<Long> createPublisher(long elements) {
        return Mono.justOrEmpty(elements == 0 ? null : elements).transform(untilClosed(tracker));
    }

    @Override
    public Publisher<Long> createFailedPublisher() {
        return Mono.<Long>error(new IllegalStateException("failed")).transform(untilClosed(tracker));
    }
}
