// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.adapter.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.reactivetracker.CancellationToken;
import io.reactivetracker.TaskCancelledException;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.group.Admission;
import io.reactivetracker.group.Backoff;
import io.reactivetracker.group.ErrorPolicy;
import io.reactivetracker.group.GroupClosedException;
import io.reactivetracker.group.Outcome;
import io.reactivetracker.group.TaskCounts;
import io.reactivetracker.group.TaskGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** An adapter that is written with the public SPI alone does what ours do. */
class FlowTrackingTest {

    private final Source source = new Source();
    private final Sink sink = new Sink();
    private final IllegalStateException error = new IllegalStateException("no ship");

    private static TaskGroup group(Admission admission, ErrorPolicy policy) {
        return TaskGroup.builder("orders")
                .executor(Runnable::run)
                .admission(admission)
                .onError(policy)
                .build();
    }

    @Test
    void aTrackerCountsASubscriptionUntilItHasEnded() {
        TaskTracker tracker = TaskTracker.create("orders");
        FlowTracking.trackWith(source, tracker).subscribe(sink);
        assertThat(tracker.size()).isEqualTo(1);
        source.next("a");
        source.complete();
        assertThat(sink.seen).containsExactly("a", "complete");
        assertThat(tracker.isEmpty()).isTrue();
        FlowTracking.trackWith(source, tracker).subscribe(sink);
        sink.cancel();
        assertThat(source.cancelled).isEqualTo(1);
        assertThat(tracker.isEmpty()).isTrue();
    }

    @Test
    void aTokenCutsASubscriptionOff() {
        CancellationToken token = CancellationToken.create();
        FlowTracking.cancelWith(source, token).subscribe(sink);
        source.next("a");
        token.cancel(error);
        source.next("late");
        source.complete();
        assertThat(source.cancelled).isEqualTo(1);
        assertThat(sink.seen).containsExactly("a", "error");
        assertThat(sink.error).isInstanceOf(TaskCancelledException.class).hasCause(error);
    }

    @Test
    void aTaskOfAGroupIsRetriedWithTheDemandThatIsLeft() {
        TaskGroup group = group(Admission.unlimited(), ErrorPolicy.retry(1, Backoff.none()));
        sink.demand = 3;
        FlowTracking.trackWith(source, group).subscribe(sink);
        source.next("a");
        source.error(error);
        assertThat(source.requested).containsExactly(3L, 2L);
        source.next("b");
        source.complete();
        assertThat(sink.seen).containsExactly("a", "b", "complete");
        assertThat(group.counts()).isEqualTo(TaskCounts.none().with(Outcome.SUCCEEDED, 1));
    }

    @Test
    void aTaskOfAGroupResumesWithAPublisher() {
        Source other = new Source();
        TaskGroup group =
                group(Admission.unlimited(), ErrorPolicy.resumeWith(1, FlowTracking.resumeWith(task -> other)));
        FlowTracking.trackWith(source, group).subscribe(sink);
        source.error(error);
        other.next("from stock");
        other.error(error);
        assertThat(sink.seen).containsExactly("from stock", "error");
        assertThat(sink.error).isSameAs(error);
        assertThat(group.counts()).isEqualTo(TaskCounts.none().with(Outcome.FAILED, 1));
    }

    @Test
    void aTaskOfAGroupWaitsForAdmission() {
        TaskGroup group = group(Admission.concurrency(1), ErrorPolicy.continueOnError());
        Source second = new Source();
        Sink secondSink = new Sink();
        FlowTracking.trackWith(source, group).subscribe(sink);
        FlowTracking.trackWith(second, group).subscribe(secondSink);
        assertThat(second.subscriptions).isZero();
        source.complete();
        assertThat(second.subscriptions).isEqualTo(1);
        secondSink.cancel();
        assertThat(second.cancelled).isEqualTo(1);
        assertThat(group.counts())
                .isEqualTo(TaskCounts.none().with(Outcome.SUCCEEDED, 1).with(Outcome.CANCELLED, 1));
    }

    @Test
    void aTaskOfAGroupIsCancelledWithIt() {
        TaskGroup group = group(Admission.concurrency(1), ErrorPolicy.continueOnError());
        Sink queued = new Sink();
        FlowTracking.trackWith(source, group).subscribe(sink);
        FlowTracking.trackWith(new Source(), group).subscribe(queued);
        group.cancel(error);
        assertThat(source.cancelled).isEqualTo(1);
        for (Sink each : List.of(sink, queued)) {
            assertThat(each.seen).containsExactly("error");
            assertThat(each.error).isInstanceOf(TaskCancelledException.class).hasCause(error);
        }
        assertThat(group.counts()).isEqualTo(TaskCounts.none().with(Outcome.CANCELLED, 2));
        assertThat(group.drained().isDone()).isTrue();
        assertThatExceptionOfType(TaskCancelledException.class)
                .isThrownBy(() -> FlowTracking.trackWith(source, group).subscribe(sink));
    }

    @Test
    void aClosedGroupRefuses() {
        TaskGroup group = group(Admission.unlimited(), ErrorPolicy.continueOnError());
        group.close();
        assertThatExceptionOfType(GroupClosedException.class)
                .isThrownBy(() -> FlowTracking.trackWith(source, group).subscribe(sink));
    }

    @Test
    void aTaskWhoseSourceThrowsFails() {
        TaskGroup group = group(Admission.unlimited(), ErrorPolicy.continueOnError());
        FlowTracking.<String>trackWith(
                        subscriber -> {
                            throw error;
                        },
                        group)
                .subscribe(sink);
        assertThat(sink.error).isSameAs(error);
        assertThat(group.counts()).isEqualTo(TaskCounts.none().with(Outcome.FAILED, 1));
    }

    /** A publisher whose signals the test makes. */
    private static final class Source implements Flow.Publisher<String> {

        private final List<Long> requested = new ArrayList<>();
        private int subscriptions;
        private int cancelled;
        private Flow.@Nullable Subscriber<? super String> subscriber;

        @Override
        public void subscribe(Flow.Subscriber<? super String> newSubscriber) {
            subscriptions++;
            subscriber = newSubscriber;
            newSubscriber.onSubscribe(new Flow.Subscription() {
                @Override
                public void request(long n) {
                    requested.add(n);
                }

                @Override
                public void cancel() {
                    cancelled++;
                }
            });
        }

        private Flow.Subscriber<? super String> subscriber() {
            if (subscriber == null) {
                throw new AssertionError("not subscribed to");
            }
            return subscriber;
        }

        void next(String element) {
            subscriber().onNext(element);
        }

        void error(Throwable failure) {
            subscriber().onError(failure);
        }

        void complete() {
            subscriber().onComplete();
        }
    }

    /** A subscriber that keeps its signals. */
    private static final class Sink implements Flow.Subscriber<String> {

        private final List<String> seen = new ArrayList<>();
        private long demand = Long.MAX_VALUE;
        private @Nullable Throwable error;
        private Flow.@Nullable Subscription subscription;

        void cancel() {
            if (subscription != null) {
                subscription.cancel();
            }
        }

        @Override
        public void onSubscribe(Flow.Subscription newSubscription) {
            subscription = newSubscription;
            newSubscription.request(demand);
        }

        @Override
        public void onNext(String element) {
            seen.add(element);
        }

        @Override
        public void onError(Throwable failure) {
            seen.add("error");
            error = failure;
        }

        @Override
        public void onComplete() {
            seen.add("complete");
        }
    }
}
