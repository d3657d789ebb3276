// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.tck;

import static io.reactivetracker.reactor.ReactorTracking.whenCancelled;

import io.reactivetracker.CancellationToken;
import org.reactivestreams.Publisher;
import org.testng.annotations.Test;

/** The wait for a token, as a mono. */
@Test
@Skipped(message = "required elements nr", because = "a wait has no elements, it only completes")
@Skipped(message = "no error state Publisher", because = "a wait can't fail")
public class WhenCancelledTest extends TrackerVerification<Void> {

    @Override
    public long maxElementsFromPublisher() {
        return 0;
    }

    @Override
    public Publisher<Void> createPublisher(long elements) {
        CancellationToken cancelled = CancellationToken.create();
        cancelled.cancel();
        return whenCancelled(cancelled);
    }

    @Override
    @SuppressWarnings("NullAway") // so the TCK expects it although there is none
    public Publisher<Void> createFailedPublisher() {
        return null;
    }
}
