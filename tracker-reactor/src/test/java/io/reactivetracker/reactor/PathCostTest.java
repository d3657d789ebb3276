// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.reactor;

import static io.reactivetracker.reactor.ReactorRecording.recordAs;
import static io.reactivetracker.reactor.ReactorTracking.trackWith;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.recorder.TaskRecorder;
import io.reactivetracker.recorder.TaskStatus;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.openjdk.jol.info.ClassLayout;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxOperator;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;

/** The bytes that tracking allocates per subscription and per element, which noise does not change. */
class PathCostTest {

    /** Too few for the compiler to find out by escape analysis that an object need not be allocated. */
    private static final int ROUNDS = 50;

    /** The minimum of several counts is free of what the virtual machine allocates now and then. */
    private static final int COUNTS = 10;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final TaskTracker tracker = TaskTracker.create("costs");

    private long bytesPerSubscription(Flux<?> flux) {
        long least = Long.MAX_VALUE;
        for (int count = 0; count < COUNTS; count++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < ROUNDS; i++) {
                subscribe(flux);
            }
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        return least / ROUNDS;
    }

    private static void subscribe(Flux<?> flux) {
        flux.subscribe((CoreSubscriber<Object>) new BaseSubscriber<Object>() {
            @Override
            protected void hookOnNext(Object element) {}
        });
    }

    @Test
    void aTrackedSubscriptionIsOneObjectMore() {
        Flux<Integer> source = Flux.range(0, 2).hide();
        long bare = bytesPerSubscription(source);
        long tracked = bytesPerSubscription(source.transform(trackWith(tracker)));
        assertThat(tracked - bare)
                .isEqualTo(ClassLayout.parseClass(TrackWithSubscriber.class).instanceSize());
    }

    @Test
    void itIsNoMoreThanEightBytesMoreThanThatOfAnOperatorThatDoesNothing() {
        Flux<Integer> source = Flux.range(0, 2).hide();
        long nothing = bytesPerSubscription(new Nothing<>(source));
        long tracked = bytesPerSubscription(source.transform(trackWith(tracker)));
        assertThat(tracked - nothing).isLessThanOrEqualTo(8);
    }

    @Test
    void itIsNoMoreThanCountingByHand() {
        AtomicLong count = new AtomicLong();
        Flux<Integer> source = Flux.range(0, 2).hide();
        long byHand = bytesPerSubscription(
                source.doFirst(count::incrementAndGet).doFinally(signal -> count.decrementAndGet()));
        assertThat(bytesPerSubscription(source.transform(trackWith(tracker)))).isLessThanOrEqualTo(byHand);
    }

    @Test
    void anElementCostsNothing() {
        for (boolean isFused : new boolean[] {true, false}) {
            // All elements are one object, so that the boxing of numbers is not counted.
            Flux<String> two = Flux.fromArray(elements(2));
            Flux<String> many = Flux.fromArray(elements(1_002));
            long ofTwo = bytesPerSubscription((isFused ? two : two.hide()).transform(trackWith(tracker)));
            long ofMany = bytesPerSubscription((isFused ? many : many.hide()).transform(trackWith(tracker)));
            assertThat(ofMany).isEqualTo(ofTwo);
        }
    }

    /** Counts the bytes of one subscription to each pipeline, so that each can be a task with its own key. */
    private long bytesPerSubscription(IntFunction<? extends Publisher<?>> pipelines) {
        List<Publisher<?>> assembled = IntStream.range(0, ROUNDS * COUNTS)
                .<Publisher<?>>mapToObj(pipelines)
                .toList();
        long least = Long.MAX_VALUE;
        for (int count = 0; count < COUNTS; count++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < ROUNDS; i++) {
                assembled.get(count * ROUNDS + i).subscribe(new BaseSubscriber<Object>() {
                    @Override
                    protected void hookOnNext(Object element) {}
                });
            }
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        return least / ROUNDS;
    }

    /** One for each subscription, created before any is counted. */
    private static final List<String> KEYS =
            IntStream.range(0, ROUNDS * COUNTS).mapToObj(i -> "payment-" + i).toList();

    @Test
    void aRecordedSubscriptionTakesNoMoreThanIsKnown() {
        // Of these, 64 bytes stay: the record and its entry in the map. A change that adds to them fails here.
        Flux<String> flux = Flux.fromArray(elements(2)).hide();
        TaskRecorder<String> ofFluxes = TaskRecorder.create();
        long bareFlux = bytesPerSubscription(i -> flux);
        long recordedFlux = bytesPerSubscription(i -> flux.transform(recordAs(ofFluxes, KEYS.get(i))));
        assertThat(recordedFlux - bareFlux).isLessThanOrEqualTo(656);
        Mono<String> mono = Mono.just("element").hide();
        TaskRecorder<String> ofMonos = TaskRecorder.create();
        long bareMono = bytesPerSubscription(i -> mono);
        long recordedMono = bytesPerSubscription(i -> mono.transform(recordAs(ofMonos, KEYS.get(i))));
        assertThat(recordedMono - bareMono).isLessThanOrEqualTo(696);
        assertThat(ofFluxes.counts().join()).containsEntry(TaskStatus.SUCCEEDED, (long) KEYS.size());
        assertThat(ofMonos.counts().join()).containsEntry(TaskStatus.SUCCEEDED, (long) KEYS.size());
    }

    @Test
    void anElementOfARecordedFluxCostsNothing() {
        Flux<String> two = Flux.fromArray(elements(2));
        Flux<String> many = Flux.fromArray(elements(1_002));
        TaskRecorder<String> ofTwo = TaskRecorder.create();
        TaskRecorder<String> ofMany = TaskRecorder.create();
        assertThat(bytesPerSubscription(i -> many.transform(recordAs(ofMany, KEYS.get(i)))))
                .isEqualTo(bytesPerSubscription(i -> two.transform(recordAs(ofTwo, KEYS.get(i)))));
    }

    private static String[] elements(int number) {
        String[] elements = new String[number];
        Arrays.fill(elements, "element");
        return elements;
    }

    /** An operator that passes everything on, with the fields that the rules require. */
    private static final class Nothing<T> extends FluxOperator<T, T> {

        Nothing(Flux<T> source) {
            super(source);
        }

        @Override
        public void subscribe(CoreSubscriber<? super T> actual) {
            source.subscribe(new NothingSubscriber<>(actual));
        }
    }

    /** Its subscriber: the downstream, the upstream, and whether it is done. */
    private static final class NothingSubscriber<T> implements CoreSubscriber<T>, Subscription {

        private final CoreSubscriber<? super T> actual;
        private Subscription upstream = Operators.emptySubscription();
        private boolean done;

        NothingSubscriber(CoreSubscriber<? super T> actual) {
            this.actual = actual;
        }

        @Override
        public void onSubscribe(Subscription s) {
            upstream = s;
            actual.onSubscribe(this);
        }

        @Override
        public void onNext(T element) {
            if (!done) {
                actual.onNext(element);
            }
        }

        @Override
        public void onError(Throwable error) {
            done = true;
            actual.onError(error);
        }

        @Override
        public void onComplete() {
            done = true;
            actual.onComplete();
        }

        @Override
        public void request(long n) {
            upstream.request(n);
        }

        @Override
        public void cancel() {
            upstream.cancel();
        }
    }
}
