// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.benchmarks;

import io.reactivetracker.LeakWatch;
import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskTracker;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.CompilerControl;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/** One task counted up and down while its tracker is watched for leaks or not, at the end of a stack or deep in it. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class LeakWatchBenchmark {

    /** Which tasks are watched: none, one in 64, or each. */
    @Param({"none", "64", "1"})
    public String interval;

    /** Number of calls between the benchmark and the start of the task. */
    @Param({"0", "100"})
    public int depth;

    private final TaskTracker tracker = TaskTracker.create("watched");
    private final TaskOptions named = TaskOptions.named("task");
    private final TaskOptions unnamed = TaskOptions.defaults();

    /** Starts the watch. */
    @Setup
    public void watch() {
        if (!interval.equals("none")) {
            LeakWatch.sampling(Integer.parseInt(interval)).start(tracker);
        }
    }

    @Benchmark
    public void unnamed(Blackhole blackhole) {
        pair(unnamed, blackhole, depth);
    }

    @Benchmark
    public void named(Blackhole blackhole) {
        pair(named, blackhole, depth);
    }

    @CompilerControl(CompilerControl.Mode.DONT_INLINE)
    private void pair(TaskOptions options, Blackhole blackhole, int calls) {
        if (calls > 0) {
            pair(options, blackhole, calls - 1);
            return;
        }
        SubscriberToken token = new SubscriberToken(tracker, options);
        blackhole.consume(token);
        token.close();
    }
}
