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
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** Drains race with closes, waits, late tasks and reads. */
public final class DrainStress {

    private DrainStress() {}

    /** The last task ends while the tracker is closed: the action of an earlier wait runs once, in either thread. */
    @JCStressTest
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "run once")
    @Outcome(expect = FORBIDDEN, desc = "lost, or run twice")
    @State
    public static class EndRacesClose {

        private final TaskTracker tracker = TaskTracker.create("stress");
        private final TaskToken token = tracker.token();
        private final AtomicInteger told = new AtomicInteger();

        public EndRacesClose() {
            tracker.drained().onDone(told::incrementAndGet);
        }

        @Actor
        public void end() {
            token.close();
        }

        @Actor
        public void close() {
            tracker.close();
        }

        @Arbiter
        public void told(I_Result result) {
            result.r1 = told.get();
        }
    }

    /** An action is registered during the drain: it runs once, in either thread. */
    @JCStressTest
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "run once")
    @Outcome(expect = FORBIDDEN, desc = "lost, or run twice")
    @State
    public static class WaitRacesDrain {

        private final TaskTracker tracker = TaskTracker.create("stress");
        private final TaskToken token = tracker.token();
        private final DrainSignal drained = tracker.drained();
        private final AtomicInteger told = new AtomicInteger();

        public WaitRacesDrain() {
            tracker.close();
        }

        @Actor
        public void end() {
            token.close();
        }

        @Actor
        public void await() {
            drained.onDone(told::incrementAndGet);
        }

        @Arbiter
        public void told(I_Result result) {
            result.r1 = told.get();
        }
    }

    /** A tracker is drained and reopened while a signal is read: once done, the signal stays done. */
    @JCStressTest
    @Outcome(
            id = {"false, true", "true, true"},
            expect = ACCEPTABLE,
            desc = "done for good, seen early or late")
    @Outcome(expect = FORBIDDEN, desc = "the drain was missed")
    @State
    public static class MomentaryDrain {

        private final TaskTracker tracker = TaskTracker.create("stress");
        private final DrainSignal drained = tracker.drained();

        @Actor
        public void drainForAMoment() {
            tracker.close();
            tracker.reopen();
        }

        @Actor
        public void look(ZZ_Result result) {
            result.r1 = drained.isDone();
        }

        @Arbiter
        public void lookAgain(ZZ_Result result) {
            result.r2 = drained.isDone();
        }
    }

    /** Plain writes of a task are seen by a thread that finds the signal done. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "drained, and all its work is seen")
    @Outcome(
            id = {"0, 0", "0, 1"},
            expect = ACCEPTABLE,
            desc = "not drained yet")
    @Outcome(expect = FORBIDDEN, desc = "drained before its work")
    @State
    public static class WorkHappensBeforeDrain {

        private final TaskTracker tracker = TaskTracker.create("stress");
        private final TaskToken token = tracker.token();
        private final DrainSignal drained = tracker.drained();
        private int work;

        public WorkHappensBeforeDrain() {
            tracker.close();
        }

        @Actor
        public void task() {
            work = 1;
            token.close();
        }

        @Actor
        public void waiter(II_Result result) {
            result.r1 = drained.isDone() ? 1 : 0;
            result.r2 = work;
        }
    }

    /** A task asks to start while the tracker is closed and a thread waits: it is refused or awaited. */
    @JCStressTest
    @Outcome(id = "0, 0, 1", expect = ACCEPTABLE, desc = "refused; the wait is over at once")
    @Outcome(id = "1, 0, 1", expect = ACCEPTABLE, desc = "accepted before the close; the wait outlasts it")
    @Outcome(id = "1, 1, 1", expect = ACCEPTABLE, desc = "accepted, and ended before the wait read the tracker")
    @Outcome(id = "0, 1, 1", expect = ACCEPTABLE, desc = "refused, and the wait read the tracker after the close")
    @Outcome(expect = FORBIDDEN, desc = "the wait never ends")
    @State
    public static class TryTokenRacesClose {

        private final TaskTracker tracker = TaskTracker.create("stress");
        private volatile int running;

        @Actor
        public void start(III_Result result) {
            TaskToken token = tracker.tryToken();
            if (token != null) {
                running = 1;
                running = 0;
                token.close();
                result.r1 = 1;
            }
        }

        @Actor
        public void close(III_Result result) {
            tracker.close();
            DrainSignal drained = tracker.drained();
            if (drained.isDone()) {
                // From here on nothing may run.
                result.r2 = running == 0 ? 1 : 2;
            }
        }

        @Arbiter
        public void look(III_Result result) {
            result.r3 = tracker.isDrained() ? 1 : 0;
        }
    }

    /** Two threads close one token: it counts down once. */
    @JCStressTest
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "the other task still counts")
    @Outcome(expect = FORBIDDEN, desc = "counted down twice")
    @State
    public static class TwoCloses {

        private final TaskTracker tracker = TaskTracker.create("stress");
        private final TaskToken token = tracker.token();

        public TwoCloses() {
            tracker.token();
        }

        @Actor
        public void one() {
            token.close();
        }

        @Actor
        public void another() {
            token.close();
        }

        @Arbiter
        public void size(I_Result result) {
            result.r1 = (int) tracker.size();
        }
    }
}
