// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.tck;

import static io.reactivetracker.rxjava.RxTracking.whenClosed;

import io.reactivetracker.TaskTracker;
import org.reactivestreams.Publisher;
import org.testng.annotations.Test;

/** The wait for the close of a tracker, as a completable. */
@Test
@Skipped(message = "required elements nr", because = "a wait has no elements, it only completes")
@Skipped(message = "no error state Publisher", because = "a wait can't fail")
public class RxWhenClosedTest extends TrackerVerification<Void> {

    @Override
    public long maxElementsFromPublisher() {
        return 0;
    }

    @Override
    public Publisher<Void> createPublisher(long elements) {
        TaskTracker closed = TaskTracker.create("closed");
        closed.close();
        return whenClosed(closed).toFlowable();
    }

    @Override
    @SuppressWarnings("NullAway") // so the TCK expects it although there is none
    public Publisher<Void> createFailedPublisher() {
        return null;
    }
}
