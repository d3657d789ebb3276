// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.observation.tck.TestObservationRegistry;
import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.group.Outcome;
import io.reactivetracker.group.TaskCounts;
import io.reactivetracker.group.TaskGroup;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.CorePublisher;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * However a task ends, its observation starts once and stops once, with the outcome that its group counts. Runs on
 * Micrometer's test registry, which throws on anything else.
 */
class ObservationMatrixTest {

    /** Where a task ends, and the expected outcome. */
    enum End {
        COMPLETES(ObservedOutcome.SUCCEEDED),
        FAILS(ObservedOutcome.FAILED),
        COMPLETES_THEN_FAILS(ObservedOutcome.SUCCEEDED),
        FAILS_THEN_COMPLETES(ObservedOutcome.FAILED),
        IS_CANCELLED(ObservedOutcome.CANCELLED),
        IS_CANCELLED_TWICE(ObservedOutcome.CANCELLED),
        IS_CANCELLED_THEN_COMPLETES(ObservedOutcome.CANCELLED),
        IS_CANCELLED_WHEN_IT_COMPLETES(ObservedOutcome.SUCCEEDED),
        IS_CANCELLED_IN_ON_SUBSCRIBE(ObservedOutcome.CANCELLED),
        SOURCE_THROWS_IN_SUBSCRIBE(ObservedOutcome.FAILED),
        SOURCE_THROWS_BEHIND_ON_SUBSCRIBE(ObservedOutcome.FAILED),
        SOURCE_THROWS_IN_REQUEST(ObservedOutcome.FAILED),
        SOURCE_THROWS_IN_CANCEL(ObservedOutcome.CANCELLED),
        SUBSCRIBER_THROWS_IN_ON_SUBSCRIBE(ObservedOutcome.FAILED),
        SUBSCRIBER_THROWS_IN_ON_NEXT(ObservedOutcome.FAILED),
        SUBSCRIBER_THROWS_IN_ON_ERROR(ObservedOutcome.FAILED),
        SUBSCRIBER_THROWS_IN_ON_COMPLETE(ObservedOutcome.SUCCEEDED),
        IS_REFUSED(ObservedOutcome.REFUSED);

        private final ObservedOutcome outcome;

        End(ObservedOutcome outcome) {
            this.outcome = outcome;
        }
    }

    static Stream<Arguments> matrix() {
        List<Arguments> matrix = new ArrayList<>();
        for (End end : End.values()) {
            for (boolean isMono : new boolean[] {false, true}) {
                for (boolean isOfGroup : new boolean[] {false, true}) {
                    matrix.add(Arguments.of(end, isMono ? "Mono" : "Flux", isOfGroup ? "group" : "tracker"));
                }
            }
        }
        return matrix.stream();
    }

    @RegisterExtension
    final Dropped dropped = new Dropped();

    private final TestObservationRegistry registry = TestObservationRegistry.create();
    private final Seen seen = new Seen();
    private final TaskTracker tracker = TaskTracker.create("imports");
    private final TaskGroup orders = TaskGroup.builder("orders").build();
    private final IOException error = new IOException("no ship");
    private final IllegalStateException thrown = new IllegalStateException("thrown");

    @ParameterizedTest(name = "{0}, {1} of a {2}")
    @MethodSource("matrix")
    void startsOnceAndStopsOnce(End end, String type, String counter) {
        registry.observationConfig().observationHandler(seen);
        boolean isOfGroup = counter.equals("group");
        ObservedTracking observed = ObservedTracking.of(registry);
        if (end == End.IS_REFUSED) {
            tracker.close();
            orders.close();
        }
        Script script = new Script(end, error, thrown);
        Publisher<Integer> source = type.equals("Mono") ? script.mono() : script.flux();
        Publisher<Integer> task = isOfGroup
                ? observed.<Publisher<Integer>>trackWith(orders, "ship").apply(source)
                : observed.<Publisher<Integer>>trackWith(
                                tracker, TaskOptions.named("ship").and(TaskOptions.strict()))
                        .apply(source);
        LastSubscriber subscriber = new LastSubscriber(end, thrown);
        try {
            ((CorePublisher<Integer>) task).subscribe(subscriber);
            subscriber.go();
            script.go();
        } catch (RuntimeException failure) {
            assertThat(failure).isSameAs(thrown);
        }

        String outcome = end.outcome.name().toLowerCase(Locale.ROOT);
        assertThat(seen.told.stream().filter(told -> told.startsWith("st") && !told.startsWith("started")))
                .containsExactly("start ship", "stop ship: " + outcome);
        assertThat(seen.told).endsWith("stop ship: " + outcome);
        boolean hasFailed = end.outcome == ObservedOutcome.FAILED || end.outcome == ObservedOutcome.REFUSED;
        assertThat(seen.contexts.get(0).getError() != null).isEqualTo(hasFailed);
        assertThat(tracker.isEmpty()).isTrue();
        assertThat(orders.runningTasks()).isEmpty();
        if (isOfGroup) {
            assertThat(orders.counts()).isEqualTo(countsOf(end.outcome));
        }
        // Errors of the library or the source; none is from an observation that was signalled wrongly.
        assertThat(dropped.takeErrors()).isSubsetOf(thrown, error);
    }

    private static TaskCounts countsOf(ObservedOutcome outcome) {
        return switch (outcome) {
            case SUCCEEDED -> TaskCounts.none().with(Outcome.SUCCEEDED, 1);
            case FAILED -> TaskCounts.none().with(Outcome.FAILED, 1);
            case CANCELLED -> TaskCounts.none().with(Outcome.CANCELLED, 1);
            case TIMED_OUT -> TaskCounts.none().with(Outcome.TIMED_OUT, 1);
            case REJECTED -> TaskCounts.none().with(Outcome.REJECTED, 1);
            case REFUSED -> TaskCounts.none();
        };
    }

    /** A source that acts as the {@code End} requires. */
    private static final class Script implements Subscription {

        private final End end;
        private final IOException error;
        private final RuntimeException thrown;
        private @Nullable CoreSubscriber<? super Integer> subscriber;

        Script(End end, IOException error, RuntimeException thrown) {
            this.end = end;
            this.error = error;
            this.thrown = thrown;
        }

        Flux<Integer> flux() {
            return new Flux<>() {
                @Override
                public void subscribe(CoreSubscriber<? super Integer> actual) {
                    accept(actual);
                }
            };
        }

        Mono<Integer> mono() {
            return new Mono<>() {
                @Override
                public void subscribe(CoreSubscriber<? super Integer> actual) {
                    accept(actual);
                }
            };
        }

        private void accept(CoreSubscriber<? super Integer> actual) {
            if (end == End.SOURCE_THROWS_IN_SUBSCRIBE) {
                throw thrown;
            }
            subscriber = actual;
            actual.onSubscribe(this);
            if (end == End.SOURCE_THROWS_BEHIND_ON_SUBSCRIBE) {
                throw thrown;
            }
        }

        @Override
        public void request(long n) {
            if (end == End.SOURCE_THROWS_IN_REQUEST) {
                throw thrown;
            }
        }

        @Override
        public void cancel() {
            if (end == End.SOURCE_THROWS_IN_CANCEL) {
                throw thrown;
            }
        }

        void go() {
            CoreSubscriber<? super Integer> actual = subscriber;
            if (actual == null) {
                return;
            }
            switch (end) {
                case COMPLETES,
                        IS_CANCELLED_THEN_COMPLETES,
                        IS_CANCELLED_WHEN_IT_COMPLETES,
                        SUBSCRIBER_THROWS_IN_ON_COMPLETE -> {
                    actual.onNext(1);
                    actual.onComplete();
                }
                case SUBSCRIBER_THROWS_IN_ON_NEXT -> actual.onNext(1);
                case FAILS, SUBSCRIBER_THROWS_IN_ON_ERROR -> actual.onError(error);
                case COMPLETES_THEN_FAILS -> {
                    actual.onComplete();
                    actual.onError(error);
                }
                case FAILS_THEN_COMPLETES -> {
                    actual.onError(error);
                    actual.onComplete();
                    actual.onError(error);
                }
                default -> {}
            }
        }
    }

    /** A downstream that acts as the {@code End} requires. */
    private static final class LastSubscriber implements CoreSubscriber<Integer> {

        private final End end;
        private final RuntimeException thrown;
        private @Nullable Subscription subscription;

        LastSubscriber(End end, RuntimeException thrown) {
            this.end = end;
            this.thrown = thrown;
        }

        @Override
        public void onSubscribe(Subscription s) {
            subscription = s;
            throwIn(End.SUBSCRIBER_THROWS_IN_ON_SUBSCRIBE);
            if (end == End.IS_CANCELLED_IN_ON_SUBSCRIBE) {
                s.cancel();
            }
        }

        void go() {
            Subscription s = subscription;
            if (s == null) {
                return;
            }
            s.request(Long.MAX_VALUE);
            switch (end) {
                case IS_CANCELLED, SOURCE_THROWS_IN_CANCEL, IS_CANCELLED_THEN_COMPLETES -> s.cancel();
                case IS_CANCELLED_TWICE -> {
                    s.cancel();
                    s.cancel();
                }
                default -> {}
            }
        }

        @Override
        public void onNext(Integer element) {
            throwIn(End.SUBSCRIBER_THROWS_IN_ON_NEXT);
        }

        @Override
        public void onError(Throwable failure) {
            throwIn(End.SUBSCRIBER_THROWS_IN_ON_ERROR);
        }

        @Override
        public void onComplete() {
            if (end == End.IS_CANCELLED_WHEN_IT_COMPLETES && subscription != null) {
                subscription.cancel();
            }
            throwIn(End.SUBSCRIBER_THROWS_IN_ON_COMPLETE);
        }

        private void throwIn(End where) {
            if (end == where) {
                throw thrown;
            }
        }
    }
}
