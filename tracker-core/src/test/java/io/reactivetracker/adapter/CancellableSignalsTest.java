// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivetracker.CancellationToken;
import io.reactivetracker.TaskCancelledException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

class CancellableSignalsTest {

    private final CancellationToken token = CancellationToken.create();
    private final Subscription subscription = new Subscription(token);

    @Test
    void passElementsOnWhileNobodyCancels() {
        subscription.start();
        assertThat(subscription.enter()).isTrue();
        subscription.leaveAndTell();
        assertThat(subscription.enter()).isTrue();
        subscription.leaveAndTell();
        assertThat(subscription.hasEnded()).isFalse();
        assertThat(subscription.isCut()).isFalse();
        assertThat(subscription.events).isEmpty();
    }

    @Test
    void areCutOffByTheTokenWithItsCauseAndOnce() {
        IllegalStateException cause = new IllegalStateException("enough");
        subscription.start();
        token.cancel(cause);

        assertThat(subscription.events).containsExactly("cancel upstream", "error: " + cause);
        assertThat(subscription.hasEnded()).isTrue();
        assertThat(subscription.isCut()).isTrue();
        assertThat(subscription.enter()).isFalse();
        assertThat(subscription.end()).isFalse();
    }

    @Test
    void areCutOffAtOnceByATokenThatWasCancelledBeforeTheStart() {
        token.cancel();
        assertThat(subscription.enter()).isTrue();
        subscription.listen();
        assertThat(subscription.events)
                .as("the downstream does not know us yet")
                .containsExactly("cancel upstream");
        subscription.leaveAndTell();
        assertThat(subscription.events).containsExactly("cancel upstream", "error: null");
    }

    @Test
    void tellOfACancelOnlyAfterTheElementThatIsBeingPassedOnHoweverDeepInside() {
        subscription.start();
        subscription.enter();
        subscription.enter();
        token.cancel();
        assertThat(subscription.events).containsExactly("cancel upstream");
        subscription.leaveAndTell();
        assertThat(subscription.events).containsExactly("cancel upstream");
        subscription.leaveAndTell();
        assertThat(subscription.events).containsExactly("cancel upstream", "error: null");
    }

    @Test
    void thatHaveEndedAreNotCutOffAndLeaveTheToken() {
        subscription.start();
        assertThat(subscription.end()).isTrue();
        assertThat(subscription.end()).isFalse();
        token.cancel();
        assertThat(subscription.events).isEmpty();
        assertThat(subscription.hasEnded()).isTrue();
        assertThat(subscription.isCut()).isFalse();
        assertThat(subscription.enter()).isFalse();
    }

    @Test
    void areToldEvenIfTheUpstreamsCancelThrows() {
        subscription.start();
        subscription.cancelFails = true;
        Thread.UncaughtExceptionHandler handler = Thread.currentThread().getUncaughtExceptionHandler();
        List<Throwable> uncaught = new ArrayList<>();
        Thread.currentThread().setUncaughtExceptionHandler((thread, failure) -> uncaught.add(failure));
        try {
            token.cancel();
        } finally {
            Thread.currentThread().setUncaughtExceptionHandler(handler);
        }
        assertThat(subscription.events).containsExactly("cancel upstream", "error: null");
        assertThat(uncaught)
                .singleElement()
                .asInstanceOf(InstanceOfAssertFactories.THROWABLE)
                .hasMessage("cancel failed");
    }

    @Test
    void endOnceHoweverATerminalSignalAndACancelRace() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            for (int round = 0; round < 2_000; round++) {
                CancellationToken raced = CancellationToken.create();
                Subscription racing = new Subscription(raced);
                racing.start();
                CyclicBarrier start = new CyclicBarrier(2);
                Future<Boolean> terminal = threads.submit(() -> {
                    start.await();
                    if (racing.enter()) {
                        racing.leaveAndTell();
                    }
                    return racing.end();
                });
                Future<Boolean> cancel = threads.submit(() -> {
                    start.await();
                    return raced.cancel();
                });
                assertThat(cancel.get()).isTrue();
                int terminals = (terminal.get() ? 1 : 0)
                        + (int) racing.events.stream()
                                .filter(e -> e.startsWith("error"))
                                .count();
                assertThat(terminals).isOne();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    /** The signals of a subscription that writes down what it is told. */
    private static final class Subscription extends CancellableSignals {

        private final List<String> events = new ArrayList<>();
        private boolean cancelFails;

        Subscription(CancellationToken token) {
            super(token);
        }

        void start() {
            assertThat(enter()).isTrue();
            listen();
            leaveAndTell();
        }

        @Override
        protected void cancelUpstream() {
            events.add("cancel upstream");
            if (cancelFails) {
                throw new IllegalStateException("cancel failed");
            }
        }

        @Override
        protected void passOnError(Throwable error) {
            assertThat(error).isInstanceOf(TaskCancelledException.class);
            events.add("error: " + error.getCause());
        }
    }
}
