// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.benchmarks;

import static io.reactivetracker.reactor.ReactorTracking.trackWith;

import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.reactor.bulkhead.operator.BulkheadOperator;
import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.group.Admission;
import io.reactivetracker.group.TaskGroup;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import kotlinx.coroutines.CompletableJob;
import kotlinx.coroutines.JobKt;
import kotlinx.coroutines.SupervisorKt;
import kotlinx.coroutines.sync.SemaphoreKt;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;
import reactor.core.publisher.Mono;

/** One subscription as a task of a group, next to peers; all threads use the same group, bulkhead or semaphore. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class GroupSubscriptionBenchmark {

    private static final int NEVER_REACHED = 1_000_000;

    private final TaskTracker tracker = TaskTracker.create("tracker");
    private final TaskGroup unlimited = TaskGroup.builder("unlimited").build();
    private final TaskGroup gated = TaskGroup.builder("limited")
            .admission(Admission.concurrency(NEVER_REACHED))
            .build();
    private final Bulkhead bulkhead = Bulkhead.of(
            "bulkhead",
            BulkheadConfig.custom().maxConcurrentCalls(NEVER_REACHED).build());

    private final Mono<Integer> source = Mono.just(1).hide();
    private final Mono<Integer> tracked = source.transform(trackWith(tracker));
    private final Mono<Integer> trackedByName = source.transform(trackWith(tracker, "task"));
    private final Mono<Integer> inGroup = source.transform(trackWith(unlimited));
    private final Mono<Integer> inLimitedGroup = source.transform(trackWith(gated));
    private final Mono<Integer> bulkheaded = source.transform(BulkheadOperator.of(bulkhead));

    private final TaskOptions named = TaskOptions.named("task");
    private final CompletableFuture<Integer> completed = CompletableFuture.completedFuture(1);
    private final Semaphore permits = new Semaphore(NEVER_REACHED);
    private final kotlinx.coroutines.sync.Semaphore kotlinPermits = SemaphoreKt.Semaphore(NEVER_REACHED, 0);
    private final CompletableJob supervisor = SupervisorKt.SupervisorJob(null);

    /** The state of each thread. */
    @State(Scope.Thread)
    public static class Own {

        private Sink.OfReactor sink;
        private Mono<Integer> inChild;

        /** Creates the subscriber, and a child of the group that all threads share. */
        @Setup
        public void make(GroupSubscriptionBenchmark shared, Blackhole blackhole) {
            sink = new Sink.OfReactor(blackhole);
            inChild = shared.source.transform(trackWith(shared.unlimited.child("child")));
        }
    }

    @Benchmark
    public void bare(Own own) {
        source.subscribe(own.sink);
    }

    @Benchmark
    public void trackWithTracker(Own own) {
        tracked.subscribe(own.sink);
    }

    @Benchmark
    public void trackWithName(Own own) {
        trackedByName.subscribe(own.sink);
    }

    @Benchmark
    public void trackWithGroup(Own own) {
        inGroup.subscribe(own.sink);
    }

    @Benchmark
    public void trackWithLimitedGroup(Own own) {
        inLimitedGroup.subscribe(own.sink);
    }

    /** Each thread has its own child in one tree. */
    @Benchmark
    public void trackWithChild(Own own) {
        own.inChild.subscribe(own.sink);
    }

    @Benchmark
    public void resilienceBulkhead(Own own) {
        bulkheaded.subscribe(own.sink);
    }

    @Benchmark
    public CompletableFuture<Integer> submitted() {
        return gated.submit(named, task -> completed);
    }

    @Benchmark
    public void semaphore() {
        permits.tryAcquire();
        permits.release();
    }

    /** A permit, and a child of a supervisor, created and completed. */
    @Benchmark
    public boolean kotlinSemaphoreAndJob() {
        kotlinPermits.tryAcquire();
        boolean isCompleted = JobKt.Job(supervisor).complete();
        kotlinPermits.release();
        return isCompleted;
    }
}
