// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.tck;

import static io.reactivetracker.rxjava.RxTracking.cancelWith;

import io.reactivetracker.CancellationToken;
import io.reactivex.rxjava3.core.Flowable;
import java.util.concurrent.atomic.AtomicReference;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.testng.annotations.Test;

/** The subscriber of a flowable that a token can cancel. */
@Test
public class RxCancelWithSubscriberTest extends OperatorSubscriberVerification {

    @Override
    Publisher<Integer> pipelineOver(AtomicReference<Subscriber<? super Integer>> subscribed) {
        Flowable<Integer> source = new Flowable<>() {
            @Override
            protected void subscribeActual(Subscriber<? super Integer> subscriber) {
                subscribed.set(subscriber);
            }
        };
        return source.compose(cancelWith(CancellationToken.create()));
    }
}
