// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.group;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.reactivetracker.Registration;
import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskTimer;
import io.reactivetracker.adapter.GroupTask;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/** The end of a cancelled task races with the begin and with the end of a shutdown, which names and counts it. */
public final class ShutdownReportStress {

    private ShutdownReportStress() {}

    /** A group with one task, on a timer whose only alarm the test rings. */
    abstract static class OneTask implements TaskTimer {

        final TaskGroup group = TaskGroup.builder("orders").timer(this).build();
        final GroupTask task = GroupTask.issue(group, TaskOptions.named("ship"), () -> null);

        Runnable alarm = () -> {};

        @Override
        public long nanoTime() {
            return 0;
        }

        @Override
        public Registration schedule(Duration delay, Runnable action) {
            alarm = action;
            return Registration.none();
        }
    }

    /** The task ends while the shutdown begins to count and to collect. */
    @JCStressTest
    @org.openjdk.jcstress.annotations.Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "ended before the shutdown")
    @org.openjdk.jcstress.annotations.Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "ended during the shutdown")
    @org.openjdk.jcstress.annotations.Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "ended in between: counted only")
    @org.openjdk.jcstress.annotations.Outcome(expect = FORBIDDEN, desc = "a task is listed that is not counted")
    @State
    public static class EndRacesBegin extends OneTask {

        private ShutdownProcess shutdown;

        @Actor
        public void end() {
            task.end(Outcome.CANCELLED);
        }

        @Actor
        public void begin() {
            shutdown = new ShutdownProcess(group, Shutdown.grace(Duration.ZERO));
        }

        @Arbiter
        public void report(II_Result result) {
            ShutdownReport report = shutdown.start().join();
            result.r1 = report.cancelledTasks().size();
            result.r2 = (int) report.cancelled();
        }
    }

    /** The task ends while the time of the shutdown is over: listed as cancelled, listed as stuck, counted. */
    @JCStressTest
    @org.openjdk.jcstress.annotations.Outcome(id = "1, 0, 1", expect = ACCEPTABLE, desc = "ended in time")
    @org.openjdk.jcstress.annotations.Outcome(id = "0, 1, 0", expect = ACCEPTABLE, desc = "ended too late")
    @org.openjdk.jcstress.annotations.Outcome(id = "0, 1, 1", expect = ACCEPTABLE, desc = "ended between two steps")
    @org.openjdk.jcstress.annotations.Outcome(id = "0, 0, 1", expect = ACCEPTABLE, desc = "counted and not yet listed")
    @org.openjdk.jcstress.annotations.Outcome(expect = FORBIDDEN, desc = "missing, or named wrongly")
    @State
    public static class EndRacesReport extends OneTask {

        private final CompletableFuture<ShutdownReport> report = group.shutdown(Shutdown.grace(Duration.ofSeconds(1)));

        @Actor
        public void end() {
            task.end(Outcome.CANCELLED);
        }

        @Actor
        public void timeIsOver() {
            alarm.run();
        }

        @Arbiter
        public void report(III_Result result) {
            ShutdownReport made = report.join();
            result.r1 = made.cancelledTasks().size();
            result.r2 = made.stuck().size();
            result.r3 = (int) made.cancelled();
        }
    }
}
