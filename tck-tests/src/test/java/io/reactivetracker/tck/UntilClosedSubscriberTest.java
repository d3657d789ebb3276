// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.tck;

import static io.reactivetracker.reactor.ReactorTracking.untilClosed;

import io.reactivetracker.TaskTracker;
import java.util.concurrent.atomic.AtomicReference;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.testng.annotations.Test;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;

/** The subscriber of a flux that the close of a tracker completes. */
@Test
public class UntilClosedSubscriberTest extends OperatorSubscriberVerification {

    @Override
    Publisher<Integer> pipelineOver(AtomicReference<Subscriber<? super Integer>> subscribed) {
        Flux<Integer> source = new Flux<>() {
            @Override
            public void subscribe(CoreSubscriber<? super Integer> subscriber) {
                subscribed.set(subscriber);
            }
        };
        return source.transform(untilClosed(TaskTracker.create("tck")));
    }
}
