// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import static io.reactivetracker.reactor.ReactorTracking.trackWith;
import static io.reactivetracker.reactor.ReactorTracking.whenDrained;
import static org.assertj.core.api.Assertions.assertThat;

import io.reactivetracker.TaskTracker;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;

class ScaleTest {

    private static final int THREADS = 4;
    private static final int TASKS = 1_000_000;

    @RegisterExtension
    final Dropped dropped = new Dropped();

    @Test
    void aMillionSubscriptionsAtOnceAreDrainedToTheLast() throws Exception {
        TaskTracker tracker = TaskTracker.create("million");
        AtomicLong drains = new AtomicLong();
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<List<Held>> held = inThreads(threads, thread -> {
                List<Held> tasks = new ArrayList<>();
                for (int i = 0; i < TASKS / THREADS; i++) {
                    Held task = new Held();
                    task.transform(trackWith(tracker)).subscribe((CoreSubscriber<? super Integer>) task.downstream);
                    tasks.add(task);
                }
                return tasks;
            });
            assertThat(tracker.size()).isEqualTo(TASKS);
            whenDrained(tracker).subscribe(null, null, drains::incrementAndGet);
            tracker.close();

            // Each thread ends the tasks of another thread.
            inThreads(threads, thread -> {
                List<Held> tasks = held.get((thread + 1) % THREADS);
                for (int i = 0; i < tasks.size(); i++) {
                    assertThat(drains).hasValue(0);
                    tasks.get(i).end(i % 3);
                }
                return tasks;
            });
            assertThat(tracker.size()).isZero();
            assertThat(tracker.isDrained()).isTrue();
            assertThat(drains).hasValue(1);
        } finally {
            threads.shutdown();
        }
    }

    private interface Body<T> {
        T run(int thread) throws Exception;
    }

    private static <T> List<T> inThreads(ExecutorService threads, Body<T> body) throws Exception {
        List<Callable<T>> bodies = new ArrayList<>();
        for (int thread = 0; thread < THREADS; thread++) {
            int index = thread;
            bodies.add(() -> body.run(index));
        }
        List<T> results = new ArrayList<>();
        for (Future<T> result : threads.invokeAll(bodies)) {
            results.add(result.get());
        }
        return results;
    }

    /** A task that runs until the test ends it. */
    private static final class Held extends Mono<Integer> {

        private final Downstream downstream = new Downstream();
        private CoreSubscriber<? super Integer> upstream = Operators.drainSubscriber();

        @Override
        public void subscribe(CoreSubscriber<? super Integer> subscriber) {
            upstream = subscriber;
            subscriber.onSubscribe(Operators.emptySubscription());
        }

        void end(int how) {
            switch (how) {
                case 0 -> upstream.onComplete();
                case 1 -> upstream.onError(new IllegalStateException("no ship"));
                default -> downstream.subscription.cancel();
            }
        }
    }

    private static final class Downstream implements CoreSubscriber<Integer> {

        private Subscription subscription = Operators.emptySubscription();

        @Override
        public void onSubscribe(Subscription s) {
            subscription = s;
        }

        @Override
        public void onNext(Integer element) {}

        @Override
        public void onError(Throwable error) {}

        @Override
        public void onComplete() {}
    }
}
