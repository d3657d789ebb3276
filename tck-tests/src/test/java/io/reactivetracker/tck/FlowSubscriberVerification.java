// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.tck;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.operators.AbstractMulti;
import io.smallrye.mutiny.subscription.MultiSubscriber;
import java.util.Objects;
import java.util.concurrent.Flow.Subscriber;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.reactivestreams.FlowAdapters;
import org.reactivestreams.tck.flow.FlowSubscriberWhiteboxVerification;
import org.testng.annotations.AfterClass;

/** The subscriber with which an operator for a {@code Multi} subscribes to its upstream. */
abstract class FlowSubscriberVerification extends FlowSubscriberWhiteboxVerification<Integer> {

    FlowSubscriberVerification() {
        super(TrackerVerification.environment());
    }

    /** Returns the operator alone. */
    abstract UnaryOperator<Multi<Integer>> operator();

    @Override
    protected Subscriber<Integer> createFlowSubscriber(WhiteboxSubscriberProbe<Integer> probe) {
        AtomicReference<MultiSubscriber<? super Integer>> subscribed = new AtomicReference<>();
        Multi<Integer> source = new AbstractMulti<>() {
            @Override
            public void subscribe(MultiSubscriber<? super Integer> subscriber) {
                subscribed.set(subscriber);
            }
        };
        source.plug(operator()).subscribe(FlowAdapters.toFlowSubscriber(new ProbedSubscriber(probe)));
        @SuppressWarnings("unchecked") // a subscriber accepts elements of its supertype
        Subscriber<Integer> subscriber = (Subscriber<Integer>) Objects.requireNonNull(subscribed.get());
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
