// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.tck;

import static io.reactivetracker.mutiny.MutinyTracking.spawn;

import io.smallrye.mutiny.Uni;
import java.util.concurrent.Flow.Publisher;
import org.testng.annotations.Test;

/** The outcome of a task that Mutiny's {@code spawn} started, as a multi. */
@Test
@Skipped(message = "required elements nr", because = "a Uni has one item at most")
@Skipped(message = "no error state Publisher", because = "toMulti() subscribes to a Uni with the first request")
public class UniSpawnTest extends FlowVerification<Long> {

    @Override
    public long maxElementsFromPublisher() {
        return 1;
    }

    @Override
    public Publisher<Long> createFlowPublisher(long elements) {
        Uni<Long> uni =
                elements == 0 ? Uni.createFrom().nullItem() : Uni.createFrom().item(elements);
        return spawn(tracker, "task", uni).join().toMulti();
    }

    @Override
    @SuppressWarnings("NullAway") // so the TCK expects it although there is none
    public Publisher<Long> createFailedFlowPublisher() {
        return null;
    }
}
