// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** Closes of a striped tracker race with starts, ends and waits. */
public final class StripesStress {

    private StripesStress() {}

    private static TaskTracker striped(TaskCount count) {
        count.stripe();
        return new TaskTracker("stress", count, new RunningTasks(System::nanoTime));
    }

    /** Tasks that were counted in stripes end while these are folded: none is lost, and the action runs once. */
    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "run once, and nothing is left")
    @Outcome(expect = FORBIDDEN, desc = "a task was lost, or counted down twice")
    @State
    public static class EndsRaceFold {

        private final TaskTracker tracker = striped(new TaskCount(new StateWord()));
        private final TaskToken one = tracker.token();
        private final TaskToken other = tracker.token();
        private final AtomicInteger told = new AtomicInteger();

        public EndsRaceFold() {
            tracker.drained().onDone(told::incrementAndGet);
        }

        @Actor
        public void end() {
            one.close();
            other.close();
        }

        @Actor
        public void close() {
            tracker.close();
        }

        @Arbiter
        public void look(II_Result result) {
            result.r1 = told.get();
            result.r2 = (int) tracker.size();
        }
    }

    /** A task asks to start while the stripes are folded: it is refused, or counted and awaited. */
    @JCStressTest
    @Outcome(
            id = {"0, 0", "1, 1"},
            expect = ACCEPTABLE,
            desc = "refused, or counted")
    @Outcome(expect = FORBIDDEN, desc = "accepted and not counted, or the reverse")
    @State
    public static class TryTokenRacesFold {

        private final TaskTracker tracker = striped(new TaskCount(new StateWord()));

        @Actor
        public void start(II_Result result) {
            result.r1 = tracker.tryToken() == null ? 0 : 1;
        }

        @Actor
        public void close() {
            tracker.close();
        }

        @Arbiter
        public void look(II_Result result) {
            result.r2 = (int) tracker.size();
        }
    }

    /** Plain writes of a task that ends in a stripe are seen by a thread that finds the tracker drained. */
    @JCStressTest
    @Outcome(id = "false, true", expect = ACCEPTABLE, desc = "not drained yet")
    @Outcome(id = "false, false", expect = ACCEPTABLE, desc = "not drained yet")
    @Outcome(id = "true, true", expect = ACCEPTABLE, desc = "drained, and all its work is seen")
    @Outcome(expect = FORBIDDEN, desc = "drained before its work")
    @State
    public static class WorkInStripesHappensBeforeDrain {

        private final TaskTracker tracker = striped(new TaskCount(new StateWord()));
        private final TaskToken token = tracker.token();
        private boolean work;

        @Actor
        public void task() {
            work = true;
            token.close();
        }

        @Actor
        public void owner(ZZ_Result result) {
            tracker.close();
            result.r1 = tracker.isDrained();
            result.r2 = work;
        }
    }

    /** One thread adds stripes and another closes: a closed word has the whole count. */
    @JCStressTest
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "the one task is counted")
    @Outcome(expect = FORBIDDEN, desc = "it is not")
    @State
    public static class StripeRacesClose {

        private final TaskCount count = new TaskCount(new StateWord());
        private final TaskTracker tracker = new TaskTracker("stress", count, new RunningTasks(System::nanoTime));

        @Actor
        public void stripeAndStart() {
            count.stripe();
            tracker.token();
        }

        @Actor
        public void close() {
            tracker.close();
        }

        @Arbiter
        public void look(I_Result result) {
            result.r1 = tracker.isDrained() ? -1 : (int) tracker.size();
        }
    }
}
