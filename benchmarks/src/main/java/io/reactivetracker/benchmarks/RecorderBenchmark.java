// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.benchmarks;

import io.reactivetracker.recorder.RecordOptions;
import io.reactivetracker.recorder.RecordedTask;
import io.reactivetracker.recorder.TaskRecorder;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.infra.Blackhole;

/** One task recorded in memory, compared with a hand-written map of states. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RecorderBenchmark {

    private static final int KEYS = 1 << 12;

    private static final CompletableFuture<Integer> COMPLETED = CompletableFuture.completedFuture(1);
    private static final IllegalStateException FAILURE = new IllegalStateException("failed");
    private static final RecordOptions DEFAULTS = RecordOptions.defaults();

    private final TaskRecorder<String> recorder = TaskRecorder.create();
    private final HandWrittenStates<String> states = new HandWrittenStates<>();
    private final AtomicInteger threads = new AtomicInteger();

    /** Keys of one thread, used in turn. */
    @State(Scope.Thread)
    public static class Keys {

        private final String[] keys = new String[KEYS];
        private int next;

        /**
         * Creates the keys.
         *
         * @param benchmark tells the threads apart
         */
        @Setup
        public void make(RecorderBenchmark benchmark) {
            int thread = benchmark.threads.incrementAndGet();
            for (int i = 0; i < KEYS; i++) {
                keys[i] = "payment-" + thread + "-" + i;
            }
        }

        String next() {
            return keys[next++ & (KEYS - 1)];
        }
    }

    /** Keys that are new to the recorder, which keeps them and grows. */
    @Benchmark
    @OperationsPerInvocation(KEYS)
    public TaskRecorder<String> newKeys(Keys keys, Blackhole blackhole) {
        TaskRecorder<String> fresh = TaskRecorder.create();
        for (String key : keys.keys) {
            blackhole.consume(fresh.begin(key, DEFAULTS).join().succeed());
        }
        return fresh;
    }

    @Benchmark
    @OperationsPerInvocation(KEYS)
    public Object newKeysByHand(Keys keys, Blackhole blackhole) {
        HandWrittenStates<String> fresh = new HandWrittenStates<>();
        for (String key : keys.keys) {
            blackhole.consume(fresh.begin(key));
            blackhole.consume(fresh.succeed(key));
        }
        return fresh;
    }

    /** Work that completes at once. */
    @Benchmark
    @OperationsPerInvocation(KEYS)
    public TaskRecorder<String> work(Keys keys, Blackhole blackhole) {
        TaskRecorder<String> fresh = TaskRecorder.create();
        for (String key : keys.keys) {
            blackhole.consume(fresh.record(key, attempt -> COMPLETED));
        }
        return fresh;
    }

    @Benchmark
    @OperationsPerInvocation(KEYS)
    public Object workByHand(Keys keys, Blackhole blackhole) {
        HandWrittenStates<String> fresh = new HandWrittenStates<>();
        for (String key : keys.keys) {
            blackhole.consume(fresh.record(key, () -> COMPLETED));
        }
        return fresh;
    }

    /** Keys whose last task failed, and fails again: the map gains and loses no entries. */
    @Benchmark
    public CompletionStage<Void> again(Keys keys) {
        RecordedTask<String> task = recorder.begin(keys.next(), DEFAULTS).join();
        return task.fail(FAILURE);
    }

    @Benchmark
    @Threads(2)
    public CompletionStage<Void> againByTwo(Keys keys) {
        return again(keys);
    }

    @Benchmark
    public boolean againByHand(Keys keys) {
        String key = keys.next();
        return states.begin(key) && states.fail(key);
    }

    @Benchmark
    @Threads(2)
    public boolean againByTwoByHand(Keys keys) {
        return againByHand(keys);
    }

    @Benchmark
    public Object status(Keys keys) {
        return recorder.status(keys.next());
    }
}
