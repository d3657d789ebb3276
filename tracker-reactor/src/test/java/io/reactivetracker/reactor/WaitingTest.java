// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import static io.reactivetracker.reactor.ReactorTracking.whenCancelled;
import static io.reactivetracker.reactor.ReactorTracking.whenDrained;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.reactivetracker.CancellationToken;
import io.reactivetracker.TaskToken;
import io.reactivetracker.TaskTracker;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.openjdk.jol.info.GraphLayout;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

class WaitingTest {

    @RegisterExtension
    final Dropped dropped = new Dropped();

    @Nested
    class WhenDrained {

        private final TaskTracker tracker = TaskTracker.create("orders");

        @Test
        void completesOnceTheTrackerIsClosedAndEmpty() {
            TaskToken token = tracker.token();
            StepVerifier.create(whenDrained(tracker))
                    .expectSubscription()
                    .then(tracker::close)
                    .then(token::close)
                    .verifyComplete();
        }

        @Test
        void completesAtOnceIfTheTrackerIsDrained() {
            tracker.close();
            StepVerifier.create(whenDrained(tracker)).verifyComplete();
        }

        @Test
        void beginsWithTheCallAndNotWithTheSubscription() {
            Mono<Void> wait = whenDrained(tracker);
            tracker.close();
            tracker.reopen();
            StepVerifier.create(wait).verifyComplete();
            StepVerifier.create(wait).verifyComplete();
        }

        @Test
        void beginsAnewWithEachSubscriptionIfItIsDeferred() {
            tracker.close();
            Mono<Void> wait = Mono.defer(() -> whenDrained(tracker));
            StepVerifier.create(wait).verifyComplete();
            tracker.reopen();
            AtomicInteger completions = new AtomicInteger();
            wait.doOnSuccess(nothing -> completions.incrementAndGet()).subscribe();
            assertThat(completions).hasValue(0);
            tracker.close();
            assertThat(completions).hasValue(1);
        }

        @Test
        void doesNotCloseTheTracker() {
            whenDrained(tracker).subscribe();
            assertThat(tracker.isClosed()).isFalse();
        }

        @Test
        void completesWithoutDemand() {
            tracker.close();
            StepVerifier.create(whenDrained(tracker), 0).verifyComplete();
        }

        @Test
        void completesEveryOneOfAHundredThousandSubscribers() {
            AtomicInteger completions = new AtomicInteger();
            for (int i = 0; i < 100_000; i++) {
                whenDrained(tracker).subscribe(null, null, completions::incrementAndGet);
            }
            tracker.close();
            assertThat(completions).hasValue(100_000);
        }

        @Test
        void leavesNothingBehindWhenAMillionWaitsAreCancelled() {
            long before = GraphLayout.parseInstance(tracker).totalSize();
            for (int i = 0; i < 1_000_000; i++) {
                whenDrained(tracker).subscribe().dispose();
            }
            assertThat(GraphLayout.parseInstance(tracker).totalSize()).isEqualTo(before);
        }

        @Test
        void completesTheOthersIfOneSubscriberThrows() throws Exception {
            AtomicInteger completions = new AtomicInteger();
            AtomicInteger reported = new AtomicInteger();
            whenDrained(tracker).subscribe(new ThrowingSubscriber());
            whenDrained(tracker).subscribe(null, null, completions::incrementAndGet);
            Thread thread = new Thread(tracker::close);
            thread.setUncaughtExceptionHandler((where, failure) -> reported.incrementAndGet());
            thread.start();
            thread.join();
            assertThat(completions).hasValue(1);
            assertThat(reported).hasValue(1);
        }

        @Test
        void letsASubscriberUseTheTracker() {
            AtomicInteger completions = new AtomicInteger();
            whenDrained(tracker).subscribe(null, null, () -> {
                tracker.reopen();
                whenDrained(tracker).subscribe(null, null, completions::incrementAndGet);
                tracker.token().close();
            });
            tracker.close();
            assertThat(completions).hasValue(0);
            tracker.close();
            assertThat(completions).hasValue(1);
        }
    }

    @Nested
    class WhenCancelled {

        private final CancellationToken token = CancellationToken.create();

        @Test
        void completesOnceTheTokenIsCancelled() {
            StepVerifier.create(whenCancelled(token))
                    .expectSubscription()
                    .then(token::cancel)
                    .verifyComplete();
        }

        @Test
        void completesAtOnceIfTheTokenIsCancelled() {
            token.cancel();
            StepVerifier.create(whenCancelled(token)).verifyComplete();
        }

        @Test
        void completesForAnAncestorToo() {
            StepVerifier.create(whenCancelled(token.child().child()))
                    .expectSubscription()
                    .then(token::cancel)
                    .verifyComplete();
        }

        @Test
        void leavesNothingBehindWhenTheWaitIsCancelled() {
            long before = GraphLayout.parseInstance(token).totalSize();
            for (int i = 0; i < 1_000; i++) {
                Disposable wait = whenCancelled(token).subscribe();
                wait.dispose();
            }
            assertThat(GraphLayout.parseInstance(token).totalSize()).isEqualTo(before);
        }
    }

    @Test
    @SuppressWarnings("NullAway")
    void nothingMayBeNull() {
        assertThatNullPointerException()
                .isThrownBy(() -> whenDrained((TaskTracker) null))
                .withMessage("tracker must not be null");
        assertThatNullPointerException().isThrownBy(() -> whenCancelled(null)).withMessage("token must not be null");
    }

    private static final class ThrowingSubscriber implements CoreSubscriber<Void> {

        @Override
        public void onSubscribe(Subscription subscription) {
            subscription.request(1);
        }

        @Override
        public void onNext(Void element) {}

        @Override
        public void onError(Throwable error) {}

        @Override
        public void onComplete() {
            throw new IllegalStateException("thrown by a subscriber");
        }
    }
}
