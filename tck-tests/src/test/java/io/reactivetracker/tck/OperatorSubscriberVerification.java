// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.tck;

import java.util.concurrent.atomic.AtomicReference;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.tck.SubscriberWhiteboxVerification;
import org.testng.annotations.AfterClass;

/** The subscriber with which an operator subscribes to its upstream. */
abstract class OperatorSubscriberVerification extends SubscriberWhiteboxVerification<Integer> {

    OperatorSubscriberVerification() {
        super(TrackerVerification.environment());
    }

    /** The pipeline of the operator alone, over a source that does nothing but show who subscribes to it. */
    abstract Publisher<Integer> pipelineOver(AtomicReference<Subscriber<? super Integer>> subscribed);

    @Override
    public Subscriber<Integer> createSubscriber(WhiteboxSubscriberProbe<Integer> probe) {
        AtomicReference<Subscriber<? super Integer>> subscribed = new AtomicReference<>();
        pipelineOver(subscribed).subscribe(new ProbedSubscriber(probe));
        @SuppressWarnings("unchecked") // a subscriber takes what its supertype takes
        Subscriber<Integer> subscriber = (Subscriber<Integer>) subscribed.get();
        return subscriber;
    }

    @Override
    public Integer createElement(int element) {
        return element;
    }

    @AfterClass
    public void everySkippedRuleHasAReason() {
        ReasonedSkips.assertNoneWithoutReason();
    }
}
