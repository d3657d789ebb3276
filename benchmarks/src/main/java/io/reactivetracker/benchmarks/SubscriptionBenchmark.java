// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.benchmarks;

import static io.reactivetracker.reactor.ReactorTracking.trackWith;

import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.reactor.bulkhead.operator.BulkheadOperator;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.group.Admission;
import io.reactivetracker.group.TaskGroup;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** One subscription of Reactor from subscribe to its end, with different operators last. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SubscriptionBenchmark {

    /** {@code Mono.just}, {@code Flux.range} of one element, and {@code Mono.never} that is cancelled. */
    @Param({"just", "range", "never"})
    public String source;

    private final AtomicLong count = new AtomicLong();
    private final TaskTracker tracker = TaskTracker.create("subscriptions");
    private final TaskGroup unlimited = TaskGroup.builder("unlimited").build();
    private final TaskGroup limited = TaskGroup.builder("limited")
            .admission(Admission.concurrency(1_000_000))
            .build();
    private final Bulkhead bulkhead = Bulkhead.of(
            "bulkhead", BulkheadConfig.custom().maxConcurrentCalls(1_000_000).build());

    private boolean isCancelled;
    private Sink.OfReactor sink;

    private Publisher<Integer> bare;
    private Publisher<Integer> passedThrough;
    private Publisher<Integer> counted;
    private Publisher<Integer> tracked;
    private Publisher<Integer> trackedByName;
    private Publisher<Integer> doFinally;
    private Publisher<Integer> using;
    private Publisher<Integer> bulkheaded;
    private Publisher<Integer> grouped;
    private Publisher<Integer> gated;

    /** Assembles the pipelines: the benchmark measures only the subscription. */
    @Setup
    public void assemble(Blackhole blackhole) {
        sink = new Sink.OfReactor(blackhole);
        isCancelled = source.equals("never");
        bare = bare();
        passedThrough = Through.with(bare(), PassThrough::new);
        counted = Through.with(bare(), actual -> new CountingPassThrough<>(actual, count));
        tracked = through(trackWith(tracker));
        trackedByName = through(trackWith(tracker, "task"));
        bulkheaded = through(BulkheadOperator.<Integer>of(bulkhead)::apply);
        grouped = through(trackWith(unlimited));
        gated = through(trackWith(limited));
        if (bare() instanceof Mono<Integer> mono) {
            doFinally = mono.doFinally(signal -> count.decrementAndGet());
            using = Mono.using(count::incrementAndGet, counter -> mono, counter -> count.decrementAndGet());
        } else {
            Flux<Integer> flux = Flux.from(bare());
            doFinally = flux.doFinally(signal -> count.decrementAndGet());
            using = Flux.using(count::incrementAndGet, counter -> flux, counter -> count.decrementAndGet());
        }
    }

    private Publisher<Integer> bare() {
        return switch (source) {
            case "just" -> Mono.just(1);
            case "range" -> Flux.range(1, 1);
            case "never" -> Mono.never();
            default -> throw new IllegalArgumentException(source);
        };
    }

    private Publisher<Integer> through(UnaryOperator<Publisher<Integer>> operator) {
        return operator.apply(bare());
    }

    private void subscribe(Publisher<Integer> pipeline) {
        pipeline.subscribe(sink);
        if (isCancelled) {
            sink.cancel();
        }
    }

    @Benchmark
    public void bareSource() {
        subscribe(bare);
    }

    @Benchmark
    public void noOp() {
        subscribe(passedThrough);
    }

    /** The lower bound for an operator that counts in one word. */
    @Benchmark
    public void noOpAndTwoGetAndAdd() {
        subscribe(counted);
    }

    @Benchmark
    public void trackWithTracker() {
        subscribe(tracked);
    }

    @Benchmark
    public void trackWithName() {
        subscribe(trackedByName);
    }

    @Benchmark
    public void doFinallyCounting() {
        count.incrementAndGet();
        subscribe(doFinally);
    }

    @Benchmark
    public void usingCounting() {
        subscribe(using);
    }

    @Benchmark
    public void resilienceBulkhead() {
        subscribe(bulkheaded);
    }

    @Benchmark
    public void trackWithGroup() {
        subscribe(grouped);
    }

    @Benchmark
    public void trackWithGatedGroup() {
        subscribe(gated);
    }
}
