// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.tck.TestObservationRegistry;
import io.reactivetracker.group.Admission;
import io.reactivetracker.group.TaskGroup;
import io.reactivetracker.reactor.ReactorTracking;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.reactivestreams.Subscription;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** Several threads act on one task. The registry throws if an observation is signalled out of order. */
class ObservationRaceTest {

    private static final int ROUNDS = 3_000;

    @RegisterExtension
    final Dropped dropped = new Dropped();

    private final TestObservationRegistry registry = TestObservationRegistry.create();
    private final ObservedTracking observed = ObservedTracking.of(registry);
    private final TaskGroup limited = TaskGroup.builder("limited")
            .admission(Admission.concurrency(1))
            .executor(Runnable::run)
            .build();
    private final AtomicInteger starts = new AtomicInteger();
    private final AtomicInteger stops = new AtomicInteger();

    @Test
    void aTaskThatIsAdmittedAndCancelledAtTheSameTimeIsStoppedOnceAndToldOfNothingAfterwards() throws Exception {
        inTwoThreads(() -> {
            Disposable first =
                    Mono.never().transform(ReactorTracking.trackWith(limited)).subscribe();
            Disposable second = Mono.never()
                    .transform(observed.trackWith(limited, "second"))
                    .subscribe();
            return new Runnable[] {first::dispose, second::dispose};
        });
        assertThat(starts.get()).isEqualTo(ROUNDS);
        assertThat(stops.get()).isEqualTo(ROUNDS);
    }

    @Test
    void aTaskThatCompletesAndIsCancelledAtTheSameTimeIsStoppedOnce() throws Exception {
        inTwoThreads(() -> {
            Sinks.Empty<Void> source = Sinks.empty();
            Disposable task = source.asMono()
                    .transform(observed.trackWith(limited, "ship"))
                    .onErrorComplete()
                    .subscribe();
            return new Runnable[] {source::tryEmitEmpty, task::dispose};
        });
        assertThat(starts.get()).isEqualTo(ROUNDS);
        assertThat(stops.get()).isEqualTo(ROUNDS);
    }

    @Test
    void aTaskThatIsCancelledWhileItIsToldOfItsBeginningIsStoppedAfterwards() {
        List<Subscription> task = new ArrayList<>();
        List<String> inOrder = new ArrayList<>();
        registry.observationConfig().observationHandler(new ObservationHandler<TaskObservationContext>() {
            @Override
            public void onEvent(Observation.Event event, TaskObservationContext context) {
                inOrder.add("is told");
                // The second cancel must not release the hold of the signalling thread.
                task.forEach(Subscription::cancel);
                task.forEach(Subscription::cancel);
                inOrder.add("was told");
            }

            @Override
            public void onStop(TaskObservationContext context) {
                inOrder.add("stop " + context.outcome());
            }

            @Override
            public boolean supportsContext(Observation.Context context) {
                return context instanceof TaskObservationContext;
            }
        });
        Disposable first =
                Mono.never().transform(ReactorTracking.trackWith(limited)).subscribe();
        Mono.never()
                .transform(observed.trackWith(limited, "second"))
                .doOnSubscribe(task::add)
                .subscribe();
        first.dispose();
        assertThat(inOrder).containsExactly("is told", "was told", "stop CANCELLED");
    }

    private interface Round {
        Runnable[] begin();
    }

    private void inTwoThreads(Round round) throws Exception {
        registry.observationConfig().observationHandler(new ObservationHandler<>() {
            @Override
            public void onStart(Observation.Context context) {
                starts.incrementAndGet();
            }

            @Override
            public void onStop(Observation.Context context) {
                stops.incrementAndGet();
            }

            @Override
            public boolean supportsContext(Observation.Context context) {
                return true;
            }
        });
        CyclicBarrier together = new CyclicBarrier(2);
        ExecutorService other = Executors.newSingleThreadExecutor();
        AtomicReference<Runnable> ofOther = new AtomicReference<>(() -> {});
        try {
            Future<?> working = other.submit(() -> {
                for (int i = 0; i < ROUNDS; i++) {
                    together.await();
                    Objects.requireNonNull(ofOther.get()).run();
                    together.await();
                }
                return null;
            });
            for (int i = 0; i < ROUNDS; i++) {
                Runnable[] both = round.begin();
                ofOther.set(both[0]);
                together.await();
                both[1].run();
                together.await();
            }
            working.get();
        } finally {
            other.shutdownNow();
        }
    }
}
