// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.tck;

import static io.reactivetracker.rxjava.RxTracking.spawn;

import io.reactivetracker.rxjava.TaskHandle;
import io.reactivex.rxjava3.core.Maybe;
import org.reactivestreams.Publisher;
import org.testng.annotations.Test;

/** The outcome of a task that RxJava's {@code spawn} started. */
@Test
@Skipped(message = "required elements nr", because = "a Maybe has one element at most")
public class RxSpawnTest extends TrackerVerification<Long> {

    @Override
    public long maxElementsFromPublisher() {
        return 1;
    }

    @Override
    public Publisher<Long> createPublisher(long elements) {
        Maybe<Long> task = elements == 0 ? Maybe.empty() : Maybe.just(elements);
        return spawn(tracker, "task", task).join().toFlowable();
    }

    @Override
    public Publisher<Long> createFailedPublisher() {
        TaskHandle<Long> task = spawn(tracker, "task", Maybe.<Long>never());
        task.abort();
        return task.join().toFlowable();
    }
}
