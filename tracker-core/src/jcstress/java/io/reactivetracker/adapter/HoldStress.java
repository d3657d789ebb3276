// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.adapter;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.reactivetracker.TaskOptions;
import io.reactivetracker.group.Outcome;
import io.reactivetracker.group.TaskGroup;
import io.reactivetracker.internal.CancelScope;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** The end of a task races with the code that holds it. */
public final class HoldStress {

    private HoldStress() {}

    /** One task of a group, which has started. */
    abstract static class OneTask implements TaskBody {

        final TaskGroup group = TaskGroup.builder("test").build();
        final GroupTask task = GroupTask.issue(group, TaskOptions.defaults(), () -> null);
        final AtomicInteger ends = new AtomicInteger();

        OneTask() {
            boolean unused = task.start(this);
        }

        final Runnable hold() {
            Runnable[] held = new Runnable[1];
            task.runCancel(() -> held[0] = CancelScope.hold());
            return held[0];
        }

        final void look(II_Result result) {
            result.r1 = (int) group.counts().cancelled();
            result.r2 = ends.get();
        }

        @Override
        public void attempt() {}

        @Override
        public void fail(Throwable error) {}

        @Override
        public void cancelTask() {}

        @Override
        public void taskEnded() {
            ends.incrementAndGet();
        }
    }

    /** What holds the task ends while the task ends. */
    @JCStressTest
    @org.openjdk.jcstress.annotations.Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "ended once")
    @org.openjdk.jcstress.annotations.Outcome(expect = FORBIDDEN, desc = "counted for good, or ended twice")
    @State
    public static class ReleaseRacesEnd extends OneTask {

        private final Runnable release = hold();

        @Actor
        public void end() {
            boolean unused = task.end(Outcome.CANCELLED);
        }

        @Actor
        public void release() {
            release.run();
        }

        @Arbiter
        public void result(II_Result result) {
            look(result);
        }
    }

    /** A late cancel holds the task, or finds that it has ended. */
    @JCStressTest
    @org.openjdk.jcstress.annotations.Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "ended once")
    @org.openjdk.jcstress.annotations.Outcome(expect = FORBIDDEN, desc = "counted for good, or ended twice")
    @State
    public static class HoldRacesEnd extends OneTask {

        @Actor
        public void end() {
            boolean unused = task.end(Outcome.CANCELLED);
        }

        @Actor
        public void holdAndRelease() {
            Runnable release = hold();
            if (release != null) {
                release.run();
            }
        }

        @Arbiter
        public void result(II_Result result) {
            look(result);
        }
    }

    /** The control: a release and an end that each look at the other in a step of its own. */
    @JCStressTest
    @org.openjdk.jcstress.annotations.Outcome(id = "1", expect = ACCEPTABLE, desc = "ended once")
    @org.openjdk.jcstress.annotations.Outcome(
            id = "2",
            expect = ACCEPTABLE_INTERESTING,
            desc = "ended twice: the check and the step are two")
    @State
    public static class TwoStepsEndTheTaskTwice {

        private final AtomicInteger ends = new AtomicInteger();
        private volatile int holds = 1;
        private volatile boolean hasOutcome;

        @Actor
        public void end() {
            hasOutcome = true;
            if (holds == 0) {
                ends.incrementAndGet();
            }
        }

        @Actor
        public void release() {
            holds = 0;
            if (hasOutcome) {
                ends.incrementAndGet();
            }
        }

        @Arbiter
        public void result(I_Result result) {
            result.r1 = ends.get();
        }
    }
}
