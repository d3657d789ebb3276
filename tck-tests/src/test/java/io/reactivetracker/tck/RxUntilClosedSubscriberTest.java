// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.tck;

import static io.reactivetracker.rxjava.RxTracking.untilClosed;

import io.reactivetracker.TaskTracker;
import io.reactivex.rxjava3.core.Flowable;
import java.util.concurrent.atomic.AtomicReference;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.testng.annotations.Test;

/** The subscriber of a flowable that the close of a tracker completes. */
@Test
public class RxUntilClosedSubscriberTest extends OperatorSubscriberVerification {

    @Override
    Publisher<Integer> pipelineOver(AtomicReference<Subscriber<? super Integer>> subscribed) {
        Flowable<Integer> source = new Flowable<>() {
            @Override
            protected void subscribeActual(Subscriber<? super Integer> subscriber) {
                subscribed.set(subscriber);
            }
        };
        return source.compose(untilClosed(TaskTracker.create("tck")));
    }
}
