// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.benchmarks;

import io.reactivetracker.DrainSignal;
import io.reactivetracker.TaskToken;
import io.reactivetracker.TaskTracker;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Closes and drains a tracker with many tasks or many waiters. */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class DrainBenchmark {

    /** Many tasks and one waiter. */
    @State(Scope.Thread)
    public static class Tasks {

        /** Number of tasks. */
        @Param({"1000", "10000", "100000", "1000000"})
        public int tasks;

        private final Run run = new Run();

        /** Warms up the measured code. */
        @Setup(Level.Trial)
        public void warm() {
            for (int i = 0; i < 50; i++) {
                run.begin(20_000, 1);
                run.end();
            }
        }

        /** Begins the tasks. */
        @Setup(Level.Iteration)
        public void begin() {
            run.begin(tasks, 1);
        }
    }

    /** One task and many waiters. */
    @State(Scope.Thread)
    public static class Waiters {

        /** Number of waiters. */
        @Param({"1", "1000", "100000", "1000000"})
        public int waiters;

        private final Run run = new Run();

        /** Warms up the measured code. */
        @Setup(Level.Trial)
        public void warm() {
            for (int i = 0; i < 50; i++) {
                run.begin(1, 20_000);
                run.end();
            }
        }

        /** Begins the task and the waits. */
        @Setup(Level.Iteration)
        public void begin() {
            run.begin(1, waiters);
        }
    }

    /** One tracker from its first task to its drain. */
    private static final class Run {

        private TaskTracker tracker = TaskTracker.create("drain");
        private TaskToken[] tokens = {};
        private long woken;

        void begin(int tasks, int waiters) {
            tracker = TaskTracker.create("drain");
            tokens = new TaskToken[tasks];
            woken = 0;
            for (int i = 0; i < tasks; i++) {
                tokens[i] = tracker.token();
            }
            DrainSignal signal = tracker.drained();
            for (int i = 0; i < waiters; i++) {
                signal.onDone(() -> woken++);
            }
        }

        long end() {
            tracker.close();
            for (TaskToken token : tokens) {
                token.close();
            }
            if (woken == 0) {
                throw new IllegalStateException("not drained");
            }
            return woken;
        }
    }

    @Benchmark
    public long tasks(Tasks state) {
        return state.run.end();
    }

    @Benchmark
    public long waiters(Waiters state) {
        return state.run.end();
    }
}
