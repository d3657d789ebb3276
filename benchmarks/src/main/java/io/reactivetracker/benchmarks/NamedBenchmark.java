// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.benchmarks;

import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskToken;
import io.reactivetracker.TaskTracker;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/** A named task counted up and down while others are alive, compared with a task without a name. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class NamedBenchmark {

    /** Number of other named tasks that are alive. */
    @Param({"0", "1000", "100000"})
    public int alive;

    private final TaskTracker tracker = TaskTracker.create("named");
    private final TaskOptions named = TaskOptions.named("task");
    private final TaskOptions unnamed = TaskOptions.defaults();
    private final List<TaskToken> others = new ArrayList<>();

    /** Starts the other tasks. */
    @Setup
    public void begin() {
        for (int i = 0; i < alive; i++) {
            others.add(tracker.token("other"));
        }
    }

    @Benchmark
    public void named(Blackhole blackhole) {
        pair(named, blackhole);
    }

    @Benchmark
    public void unnamed(Blackhole blackhole) {
        pair(unnamed, blackhole);
    }

    private void pair(TaskOptions options, Blackhole blackhole) {
        SubscriberToken token = new SubscriberToken(tracker, options);
        blackhole.consume(token);
        token.close();
    }
}
