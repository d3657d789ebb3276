// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.benchmarks;

import static io.reactivetracker.rxjava.RxTracking.trackWith;

import io.reactivetracker.TaskTracker;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Single;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/** One subscription of RxJava from subscribe to its end, with different operators last. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RxSubscriptionBenchmark {

    private final AtomicLong count = new AtomicLong();
    private final TaskTracker tracker = TaskTracker.create("subscriptions");

    private final Single<Integer> single = Single.just(1);
    private final Single<Integer> singleTracked = Single.just(1).compose(trackWith(tracker));
    private final Single<Integer> singleDoFinally = Single.just(1).doFinally(count::decrementAndGet);
    private final Flowable<Integer> flowable = Flowable.range(1, 2);
    private final Flowable<Integer> flowableTracked = Flowable.range(1, 2).compose(trackWith(tracker));
    private final Flowable<Integer> flowableDoFinally = Flowable.range(1, 2).doFinally(count::decrementAndGet);

    private Sink.OfFlowable sink;

    /** Makes the consumer. */
    @Setup
    public void make(Blackhole blackhole) {
        sink = new Sink.OfFlowable(blackhole);
    }

    @Benchmark
    public void singleBare() {
        single.subscribe(sink);
    }

    @Benchmark
    public void singleTrackWith() {
        singleTracked.subscribe(sink);
    }

    @Benchmark
    public void singleDoFinallyCounting() {
        count.incrementAndGet();
        singleDoFinally.subscribe(sink);
    }

    @Benchmark
    public void flowableBare() {
        flowable.subscribe(sink);
    }

    @Benchmark
    public void flowableTrackWith() {
        flowableTracked.subscribe(sink);
    }

    @Benchmark
    public void flowableDoFinallyCounting() {
        count.incrementAndGet();
        flowableDoFinally.subscribe(sink);
    }
}
