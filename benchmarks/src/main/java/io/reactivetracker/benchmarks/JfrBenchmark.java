// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.benchmarks;

import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskToken;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.adapter.GroupTask;
import io.reactivetracker.group.Admission;
import io.reactivetracker.group.Outcome;
import io.reactivetracker.group.TaskGroup;
import java.io.IOException;
import java.text.ParseException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import jdk.jfr.Configuration;
import jdk.jfr.EventSettings;
import jdk.jfr.Recording;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.Blackhole;

/** What the event of the end of a task costs while it is not recorded, and while it is. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class JfrBenchmark {

    private static final String EVENT = "io.reactivetracker.TaskEnded";
    private static final Supplier<@Nullable String> NO_ORIGIN = () -> null;

    /** What is recorded. */
    public enum Recorded {
        /** No recording runs, nor has one run before. */
        NOTHING,
        /** A recording with the JDK's default settings, which has no ends of tasks. */
        DEFAULTS,
        /** The same with the ends of tasks that take long, so none of these. */
        LONG_TASKS,
        /** The same with the end of each task. */
        EACH_TASK
    }

    /** What is recorded. */
    @Param
    public Recorded recorded;

    private final TaskTracker tracker = TaskTracker.create("tracker");
    private final TaskGroup group = TaskGroup.builder("group")
            .admission(Admission.concurrency(1_000_000))
            .build();
    private final TaskOptions named = TaskOptions.named("task");
    private Recording recording;

    /** Starts the recording. */
    @Setup
    public void start() throws IOException, ParseException {
        if (recorded == Recorded.NOTHING) {
            return;
        }
        recording = new Recording(Configuration.getConfiguration("default"));
        // In memory, so that the disk is not measured.
        recording.setToDisk(false);
        if (recorded != Recorded.DEFAULTS) {
            EventSettings settings = recording.enable(EVENT);
            if (recorded == Recorded.LONG_TASKS) {
                settings.withThreshold(Duration.ofSeconds(1));
            }
        }
        recording.start();
    }

    /** Ends the recording. */
    @TearDown
    public void stop() {
        if (recording != null) {
            recording.close();
        }
    }

    /** A task without a name, which has no event. */
    @Benchmark
    public void unnamedToken(Blackhole blackhole) {
        TaskToken token = tracker.token();
        blackhole.consume(token);
        token.close();
    }

    @Benchmark
    public void namedToken(Blackhole blackhole) {
        TaskToken token = new SubscriberToken(tracker, named);
        blackhole.consume(token);
        token.close();
    }

    @Benchmark
    public boolean groupTask() {
        return GroupTask.issue(group, named, NO_ORIGIN).end(Outcome.SUCCEEDED);
    }
}
