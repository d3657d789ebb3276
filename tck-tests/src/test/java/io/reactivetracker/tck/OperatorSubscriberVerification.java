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

    /** Returns the operator alone, over a source that only exposes its subscriber. */
    abstract Publisher<Integer> pipelineOver(AtomicReference<Subscriber<? super Integer>> subscribed);

    @Override
    public Subscriber<Integer> createSubscriber(WhiteboxSubscriberProbe<Integer> probe) {
        AtomicReference<Subscriber<? super Integer>> subscribed = new AtomicReference<>();
        pipelineOver(subscribed).subscribe(new ProbedSubscriber(probe));
        @SuppressWarnings("unchecked") // a subscriber accepts elements of its supertype
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
