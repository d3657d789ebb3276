// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.rxjava;

import static io.reactivetracker.rxjava.RxTracking.cancelWith;
import static org.assertj.core.api.Assertions.assertThat;

import io.reactivetracker.CancellationToken;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.FlowableSubscriber;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/** The upstream of a subscription that a token can end is cancelled once. */
class CancelledOnceTest {

    private final List<String> cancels = new ArrayList<>();
    private final CancellationToken token = CancellationToken.create();

    @Test
    void whenTheTokenWasCancelledAndThenTheDownstreamThrows() {
        new EmitsOnRequest().compose(cancelWith(token)).subscribe(new FlowableSubscriber<>() {
            @Override
            public void onSubscribe(Subscription s) {
                try {
                    s.request(1);
                } catch (IllegalStateException expected) {
                    assertThat(expected).hasMessage("the downstream fails");
                }
            }

            @Override
            public void onNext(Integer element) {
                token.cancel();
                throw new IllegalStateException("the downstream fails");
            }

            @Override
            public void onError(Throwable error) {}

            @Override
            public void onComplete() {}
        });
        assertThat(cancels).hasSize(1);
    }

    @Test
    void whenTheTokenWasCancelledAndThenTheDownstreamCancels() {
        new EmitsOnRequest()
                .compose(cancelWith(token))
                .doOnNext(element -> token.cancel())
                .take(1)
                .subscribe();
        assertThat(cancels).hasSize(1);
    }

    private final class EmitsOnRequest extends Flowable<Integer> {
        @Override
        protected void subscribeActual(Subscriber<? super Integer> downstream) {
            downstream.onSubscribe(new Subscription() {
                @Override
                public void request(long n) {
                    downstream.onNext(1);
                }

                @Override
                public void cancel() {
                    cancels.add("cancel");
                }
            });
        }
    }
}
