// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.tck;

import static io.reactivetracker.reactor.ReactorTracking.spawn;

import io.reactivetracker.reactor.TaskHandle;
import org.reactivestreams.Publisher;
import org.testng.annotations.Test;
import reactor.core.publisher.Mono;

/** The outcome of a spawned task. */
@Test
@Skipped(message = "required elements nr", because = "a Mono has one element at most")
public class SpawnTest extends TrackerVerification<Long> {

    @Override
    public long maxElementsFromPublisher() {
        return 1;
    }

    @Override
    public Publisher<Long> createPublisher(long elements) {
        return spawn(tracker, Mono.justOrEmpty(elements == 0 ? null : elements)).join();
    }

    @Override
    public Publisher<Long> createFailedPublisher() {
        TaskHandle<Long> task = spawn(tracker, Mono.never());
        task.abort();
        return task.join();
    }
}
