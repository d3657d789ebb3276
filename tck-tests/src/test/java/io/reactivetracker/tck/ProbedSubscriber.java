// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.tck;

import static java.util.Objects.requireNonNull;

import org.reactivestreams.Subscription;
import org.reactivestreams.tck.SubscriberWhiteboxVerification.SubscriberPuppet;
import org.reactivestreams.tck.SubscriberWhiteboxVerification.WhiteboxSubscriberProbe;
import reactor.core.CoreSubscriber;

/** The downstream of an operator under test: reports signals to the TCK, and requests and cancels as the TCK says. */
final class ProbedSubscriber implements CoreSubscriber<Integer> {

    private final WhiteboxSubscriberProbe<Integer> probe;

    ProbedSubscriber(WhiteboxSubscriberProbe<Integer> probe) {
        this.probe = probe;
    }

    @Override
    public void onSubscribe(Subscription subscription) {
        probe.registerOnSubscribe(new SubscriberPuppet() {
            @Override
            public void triggerRequest(long elements) {
                subscription.request(elements);
            }

            @Override
            public void signalCancel() {
                subscription.cancel();
            }
        });
    }

    @Override
    public void onNext(Integer element) {
        probe.registerOnNext(requireNonNull(element));
    }

    @Override
    public void onError(Throwable error) {
        probe.registerOnError(requireNonNull(error));
    }

    @Override
    public void onComplete() {
        probe.registerOnComplete();
    }
}
