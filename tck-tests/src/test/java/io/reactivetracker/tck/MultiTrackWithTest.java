// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.tck;

import static io.reactivetracker.mutiny.MutinyTracking.trackWith;

import java.util.concurrent.Flow.Publisher;
import org.testng.annotations.Test;

/** A tracked multi. */
@Test
@Skipped(message = "missing message part", because = "a source of Mutiny refuses the request, with its own message")
public class MultiTrackWithTest extends FlowVerification<Long> {

    @Override
    public Publisher<Long> createFlowPublisher(long elements) {
        return Sources.multi(elements).plug(trackWith(tracker));
    }

    @Override
    public Publisher<Long> createFailedFlowPublisher() {
        return failed().plug(trackWith(tracker));
    }
}
