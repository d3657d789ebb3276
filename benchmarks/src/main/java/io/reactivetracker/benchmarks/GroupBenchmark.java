// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.benchmarks;

import io.reactivetracker.CancellationToken;
import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.adapter.GroupTask;
import io.reactivetracker.adapter.TaskBody;
import io.reactivetracker.group.Admission;
import io.reactivetracker.group.Outcome;
import io.reactivetracker.group.TaskCounts;
import io.reactivetracker.group.TaskGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.infra.Blackhole;

/** One task of a group from its issue to its end, with different limits; counts; and children. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class GroupBenchmark {

    private static final Supplier<@Nullable String> NO_ORIGIN = () -> null;
    private final CompletableFuture<Integer> completed = CompletableFuture.completedFuture(1);
    private final TaskOptions options = TaskOptions.named("task");
    private final TaskGroup unlimited = TaskGroup.builder("unlimited").build();
    private final TaskGroup gated = TaskGroup.builder("gated")
            .admission(Admission.concurrency(1_000_000))
            .build();
    private final TaskGroup oneAtATime =
            TaskGroup.builder("one").admission(Admission.concurrency(1)).build();

    private final CountedBody body = new CountedBody();

    /** Counts its attempts. */
    private static final class CountedBody implements TaskBody {

        private int attempts;

        void start(GroupTask task) {
            if (task.start(this)) {
                attempt();
            }
        }

        @Override
        public void attempt() {
            attempts++;
        }

        @Override
        public void fail(Throwable error) {
            throw new IllegalStateException(error);
        }

        @Override
        public void cancelTask() {}
    }

    /** Takes the only permit: the benchmark measures its transfer. */
    @State(Scope.Benchmark)
    public static class Queue {

        private GroupTask holder;

        private final TaskGroup group =
                TaskGroup.builder("queue").admission(Admission.concurrency(1)).build();
        private final CountedBody body = new CountedBody();

        /** Begins the first task. */
        @Setup
        public void begin() {
            holder = GroupTask.issue(group, TaskOptions.named("first"), NO_ORIGIN);
            body.start(holder);
        }
    }

    /** A group with children, each of which has had a task. */
    @State(Scope.Benchmark)
    public static class Family {

        /** Number of children. */
        @Param({"0", "100"})
        public int children;

        private final TaskGroup parent = TaskGroup.builder("parent").build();
        private final List<TaskGroup> all = new ArrayList<>();

        /** Creates the children. */
        @Setup
        public void make() {
            for (int i = 0; i < children; i++) {
                TaskGroup child = parent.child("child");
                GroupTask.issue(child, TaskOptions.defaults(), NO_ORIGIN).end(Outcome.SUCCEEDED);
                all.add(child);
            }
        }
    }

    /** The lower bound: a named task, and its own token below another one. */
    @Benchmark
    public void namedTaskAndChildToken(Blackhole blackhole, Limit limit) {
        SubscriberToken task = new SubscriberToken(limit.tracker, options);
        CancellationToken token = limit.parent.child();
        blackhole.consume(task);
        blackhole.consume(token);
        token.close();
        task.close();
    }

    /** The state of the lower bound. */
    @State(Scope.Thread)
    public static class Limit {
        private final TaskTracker tracker = TaskTracker.create("limit");
        private final CancellationToken parent = CancellationToken.create();
    }

    @Benchmark
    public boolean unlimited() {
        return run(unlimited);
    }

    @Benchmark
    public boolean gated() {
        return run(gated);
    }

    private boolean run(TaskGroup group) {
        GroupTask task = GroupTask.issue(group, options, NO_ORIGIN);
        body.start(task);
        return task.end(Outcome.SUCCEEDED);
    }

    /** A task waits for the previous one, whose end passes the permit to it. */
    @Benchmark
    public boolean handedOver(Queue queue) {
        GroupTask next = GroupTask.issue(queue.group, options, NO_ORIGIN);
        queue.body.start(next);
        boolean hasEnded = queue.holder.end(Outcome.SUCCEEDED);
        queue.holder = next;
        return hasEnded;
    }

    @Benchmark
    public CompletableFuture<Integer> submitted() {
        return gated.submit(options, task -> completed);
    }

    /** Two threads, one permit. */
    @Benchmark
    @Threads(2)
    public CompletableFuture<Integer> submittedContended() {
        return oneAtATime.submit(options, task -> completed);
    }

    @Benchmark
    public TaskCounts figures(Family family) {
        return family.parent.counts();
    }

    @Benchmark
    public boolean childMadeAndClosed() {
        return unlimited.child("child").close();
    }
}
